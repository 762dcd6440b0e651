"""``nodeo apply``: carry images, label maps and points through a transform, from one image to the other."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ...engine.inputs import check_values, without_time
from ...errors import InputError
from ...field.point_inverse import moved, moved_back
from ...files import reading
from ...files.destination import check_file
from ...files.points import PointList, is_points, read_points, write_points
from ...geometry.placement import check_placed
from ...geometry.resampling import resampled
from ..channel import Channel
from .named import appearing_together, put_image, telling

_PARTNERS = {"transform.h5": "inverse.h5", "inverse.h5": "transform.h5"}  # as a registration names its two ways
_UNPLACED = ", a format that does not keep where the image lies: a .nrrd or .nii.gz does"
_ENDINGS = (".nrrd", ".nhdr", ".nii", ".gz", ".hdr", ".img", ".mha", ".mhd", ".png", ".jpg", ".tif", ".tiff", ".h5")
_FAR = 0.1  # mm: a point that is led back no nearer has no place that it came from


def apply(options: argparse.Namespace, channel: Channel) -> None:
    """Carry everything that was named, and write it."""
    labels = options.labels or []
    things = [*options.things, *labels]
    if not things:
        raise InputError("There is nothing to carry.", "Name images, label maps or points after the transform.")
    if any(is_points(path) for path in labels):
        raise InputError("Points were named as label maps.", "Name them before --labels.")
    outputs = _outputs(things, options.output)
    partner = _partner(options)
    read = [options.transform, *things, *(path for path in (options.reference, partner) if path is not None)]
    for output in outputs:
        check_file(output, read)
    transform = reading.read_transform(options.transform)
    inverse = _inverse(transform, partner)
    reference = _reference(options, things)
    given = [_read(path, reference, transform) for path in things]
    pull_back = None if reference is None else _pull_back(transform, inverse, options.backwards)
    said = []
    with appearing_together(outputs) as partials:
        for number, (thing, output, partial) in enumerate(zip(given, outputs, partials, strict=True)):
            if isinstance(thing, PointList):
                carried, way = _carried(thing, transform, inverse, options.backwards)
                with telling(output, "points"):
                    write_points(partial, carried)
                said.append(f"Wrote {output}: {len(carried.positions)} points, {way}")
            else:
                assert reference is not None and pull_back is not None
                nearest = options.labels == [] or number >= len(options.things)
                image = resampled(thing, reference, pull_back, nearest)
                with telling(output, "image"):
                    placed = put_image(image, partial, compress=nearest)
                said.append(f"Wrote {output}{'' if placed else _UNPLACED}")
    channel.say("\n".join(said))


def _outputs(things: list[Path], output: Path) -> list[Path]:
    """Where each goes: one to a file, several into a folder, under their own names."""
    if len(things) == 1:
        if is_points(things[0]) != is_points(output):
            raise InputError(
                f"{things[0]} cannot be written as {output}.",
                "Points go to .csv, .mrk.json or .fcsv.",
            )
        return [output]
    if (is_points(output) or output.suffix.lower() in _ENDINGS) and not output.is_dir():
        raise InputError(f"There are {len(things)} files to carry and one to write.", "Name a folder after --output.")
    names = [path.name for path in things]
    if len(set(names)) < len(names):
        raise InputError("Two of the files have the same name.", "Carry them one after the other.")
    return [output / name for name in names]


def _partner(options: argparse.Namespace) -> Path | None:
    """The file of the way back, if one was named or lies beside the transform."""
    if options.inverse is not None:
        return options.inverse
    name = _PARTNERS.get(options.transform.name)
    beside = None if name is None else options.transform.with_name(name)
    return beside if beside is not None and beside.is_file() else None


def _inverse(transform: sitk.Transform, partner: Path | None) -> sitk.Transform | None:
    if partner is not None:
        inverse = reading.read_transform(partner)
        if inverse.GetDimension() != transform.GetDimension():
            raise InputError(f"The inverse {partner} has another dimension than the transform.", "Name another.")
        return inverse
    try:
        return transform.GetInverse() if transform.IsLinear() else None
    except RuntimeError:  # it squeezes space flat
        return None


def _pull_back(transform: sitk.Transform, inverse: sitk.Transform | None, backwards: bool) -> sitk.Transform:
    if not backwards:
        return transform
    if inverse is None:
        raise InputError("The way back of this transform is not known.", "Name its file with --inverse.")
    return inverse


def _reference(options: argparse.Namespace, things: list[Path]) -> sitk.Image | None:
    if all(is_points(path) for path in things):
        return None
    if options.reference is None:
        raise InputError("An image needs a grid to be carried to.", "Name an image that has it with --reference.")
    reference = without_time(reading.read_image(options.reference, "reference"))
    check_placed(reference, "reference")
    return reference


def _read(path: Path, reference: sitk.Image | None, transform: sitk.Transform) -> sitk.Image | PointList:
    """What is in a file, past the door: nothing is written before all is read."""
    k = transform.GetDimension()
    if is_points(path):
        points = read_points(path, "points")
        if points.positions.shape[1] < k:
            raise InputError(f"The points are 2-D and the transform is {k}-D.", "Give x, y and z.")
        return points
    assert reference is not None
    image = without_time(reading.read_image(path, "image"))
    if not image.GetDimension() == reference.GetDimension() == k:
        raise InputError(
            f"The image is {image.GetDimension()}-D, the reference {reference.GetDimension()}-D and the transform "
            f"{k}-D.",
            "All must have the same dimension.",
        )
    check_placed(image, "image")
    if "complex" in image.GetPixelIDTypeAsString():
        raise InputError("The image holds complex values.", "Convert it to real values first.")
    check_values(image, "image")
    return image


def _carried(
    points: PointList, transform: sitk.Transform, inverse: sitk.Transform | None, backwards: bool
) -> tuple[PointList, str]:
    """Points at the other end, and which way they went, in words: it is against a pull-back."""
    k = transform.GetDimension()
    positions = points.positions.copy()
    if backwards:
        positions[:, :k] = moved(transform, positions[:, :k])
        return replace(points, positions=positions), "from the fixed image to the moving one, by the transform"
    positions[:, :k], missed = moved_back(transform, positions[:, :k], inverse)
    if missed.max() > _FAR:
        number = int(np.argmax(missed))
        raise InputError(
            f"The point {points.labels[number] or number + 1} comes from nowhere under this transform: the nearest "
            f"leads {missed.max():.2g} mm past it.",
            "Look whether the points belong to the moving image; those of the fixed image go --backwards.",
        )
    return replace(points, positions=positions), "from the moving image to the fixed one, by the inverse"
