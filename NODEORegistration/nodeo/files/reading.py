"""Images and transforms from the disk; each refusal is one clear sentence."""

from __future__ import annotations

from pathlib import Path

import SimpleITK as sitk

from ..errors import InputError


def read_image(path: str | Path, role: str) -> sitk.Image:
    """The image in a file; ``role`` (such as "fixed image") names it in messages.

    Raises:
        InputError: there is no such file, or it is not an image.
    """
    if not Path(path).is_file():
        raise InputError(f"The {role} {path} does not exist.", "Check the path.")
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        if reader.GetDimension() > 3 and any(n > 1 for n in reader.GetSize()[3:]):
            raise InputError(
                f"The {role} {path} has {reader.GetDimension()} dimensions.", "Extract one 2-D or 3-D frame first."
            )
        return sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise InputError(
            f"The {role} {path} cannot be read as an image.", "NIfTI, NRRD, MetaImage, PNG and others are known."
        ) from error


def read_transform(path: str | Path) -> sitk.Transform:
    """A transform file (.h5, .tfm, .mat, .xfm …) or a displacement field image as a transform, fixed -> moving.

    Raises:
        InputError: neither can be read from ``path``.
    """
    if not Path(path).is_file():
        raise InputError(f"The transform {path} does not exist.", "Check the path.")
    try:
        return sitk.ReadTransform(str(path))
    except RuntimeError:
        pass
    try:
        field = sitk.ReadImage(str(path), sitk.sitkVectorFloat64)
        return sitk.DisplacementFieldTransform(field)
    except RuntimeError as error:
        raise InputError(
            f"{path} is neither a transform nor a displacement field.", "Try .h5, .tfm or .nrrd."
        ) from error
