"""``nodeo convert``: a transform in the form that another program reads."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

from ...engine.inputs import without_time
from ...errors import InputError
from ...field.affine_part import split
from ...field.initial_transform import field_transform
from ...files import reading
from ...files.destination import check_file
from ...files.transform_files import write_transform
from ...geometry.grid import Grid
from ...geometry.placement import check_placed
from ..channel import Channel
from .named import appearing, put_displacement

_TRANSFORMS = (".h5", ".hdf5", ".tfm", ".txt", ".mat", ".xfm")


def convert(options: argparse.Namespace, channel: Channel) -> None:
    """Write a transform as a displacement at every voxel of the reference, with its affine part or without."""
    read = [options.transform, options.reference]
    for path in (options.output, options.affine):
        if path is not None:
            check_file(path, read)
    if options.affine is not None and not _is_transform(options.affine):
        raise InputError(f"{options.affine} is no name of an affine transform.", f"Use {', '.join(_TRANSFORMS)}.")
    if options.affine is not None and options.affine.absolute() == options.output.absolute():
        raise InputError("The affine part and the rest have one name.", "Name two files.")
    transform = reading.read_transform(options.transform)
    reference = without_time(reading.read_image(options.reference, "reference"))
    check_placed(reference, "reference")
    if reference.GetDimension() != transform.GetDimension():
        raise InputError(
            f"The reference is {reference.GetDimension()}-D and the transform {transform.GetDimension()}-D.",
            "Name the fixed image of the registration.",
        )
    if _is_nifti(options.output) and 1 in reference.GetSize():
        raise InputError(
            f"{options.output} would be read as two-dimensional: the reference is a single slice of a volume.",
            "Use a name such as warp.nrrd, warp.mha or warp.h5.",
        )
    affine, rest = split(transform)
    written = transform if options.affine is None else rest
    displacement = Grid.of(reference).displacements(written)
    with ExitStack() as files:  # one without the other would be another transform
        if options.affine is not None:
            write_transform(affine, files.enter_context(appearing(options.affine, "transform")))
        if _is_transform(options.output):
            write_transform(field_transform(displacement), files.enter_context(appearing(options.output, "transform")))
        else:
            put_displacement(displacement, files.enter_context(appearing(options.output, "displacement")))
    said = f"Wrote {options.output}"
    if options.affine is not None:
        said += f", and what comes after it, the affine part, {options.affine}"
    channel.say(said)


def _is_transform(path: Path) -> bool:
    return path.suffix.lower() in _TRANSFORMS


def _is_nifti(path: Path) -> bool:
    """NIfTI drops axes of one voxel where there are vectors: ITK, ANTs and greedy read another image, or none."""
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower() in (".nii", ".hdr", ".img")
