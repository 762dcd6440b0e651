"""``nodeo apply``: resample an image through a transform."""

from __future__ import annotations

import argparse
from pathlib import Path

import SimpleITK as sitk

from ...engine.inputs import check_values
from ...errors import InputError
from ...files import reading
from ...files.destination import check_file
from ...files.hushed import hushed
from ...files.writing import appearing_file
from ...geometry.placement import check_placed
from ...geometry.resampling import resampled
from ..channel import Channel


def apply(options: argparse.Namespace, channel: Channel) -> None:
    """Resample an image through a transform and write it."""
    check_file(options.output, [options.transform, options.image, options.reference])
    transform = reading.read_transform(options.transform)
    image = reading.read_image(options.image, "image")
    reference = reading.read_image(options.reference, "reference")
    if not image.GetDimension() == reference.GetDimension() == transform.GetDimension():
        raise InputError(
            f"The image is {image.GetDimension()}-D, the reference {reference.GetDimension()}-D and the transform "
            f"{transform.GetDimension()}-D.",
            "All must have the same dimension.",
        )
    for role, given in (("image", image), ("reference", reference)):
        check_placed(given, role)
    if "complex" in image.GetPixelIDTypeAsString():
        raise InputError("The image holds complex values.", "Convert it to real values first.")
    check_values(image, "image")
    warped = resampled(image, reference, transform, options.labels)
    _write_image(warped, options.output, compress=options.labels)
    channel.say(f"Wrote {options.output}")


def _write_image(image: sitk.Image, path: Path, compress: bool) -> None:
    """Write ``image`` under its name only when it is complete."""
    try:
        with appearing_file(path) as partial, hushed():
            sitk.WriteImage(image, str(partial), useCompression=compress)
            reading.size_of(partial)  # some formats are written, and cannot be read
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"The image could not be written to {path}.", "Use a name such as warped.nrrd or warped.nii.gz."
        ) from error
