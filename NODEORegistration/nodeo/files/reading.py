"""Images and transforms from the disk; each refusal is one clear sentence."""

from __future__ import annotations

from pathlib import Path

import SimpleITK as sitk

from ..errors import InputError
from .hushed import hushed
from .names import check_there
from .nifti import Damaged, alone
from .transforms import check_finite
from .whole import check_complete, check_size

_SHEARED = "orthonormal direction cosines"  # ITK's words for a NIfTI whose axes are not at right angles
_REMEDY = "NIfTI, NRRD, MetaImage, PNG and others are known."
_COPY_AGAIN = "Copy it again, or export it again."


def read_image(path: str | Path, role: str, with_time: bool = False) -> sitk.Image:
    """The image in a file; ``role`` (such as "fixed image") names it in messages.

    Args:
        with_time: it may have a fourth dimension.

    Raises:
        InputError: there is no such file, or it is not an image, or not all of one.
    """
    check_there(path, role)
    try:
        with hushed() as complaints:
            image = _image(path, role, with_time)
        if complaints.damaged:
            raise Damaged("its compressed data are damaged")
        return image
    except Damaged as error:
        message = f"The {role} {path} cannot be read as an image: {error}."
        raise InputError(message, _COPY_AGAIN) from error
    except (RuntimeError, OSError) as error:
        if _SHEARED in str(error):
            raise InputError(
                f"The {role} {path} cannot be read as an image: its axes are not at right angles to each other.",
                "Resample it to a grid without shear, or correct its sform.",
            ) from error
        raise InputError(f"The {role} {path} cannot be read as an image.", _REMEDY) from error


def size_of(path: str | Path) -> tuple[int, ...]:
    """The size of the image in a file, from its header.

    Raises:
        RuntimeError: it cannot be read.
    """
    return header_of(path).GetSize()


def header_of(path: str | Path) -> sitk.ImageFileReader:
    """What a file says of its image, whose pixels are not read: size, spacing, origin and direction.

    Raises:
        RuntimeError: it cannot be read.
    """
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    return reader


def _image(path: str | Path, role: str, with_time: bool) -> sitk.Image:
    check_complete(Path(path))
    reader = header_of(path)
    if not all(reader.GetSize()):
        raise Damaged(f"it has {' x '.join(map(str, reader.GetSize()))} voxels")
    if any(n > 1 for n in reader.GetSize()[4 if with_time else 3 :]):
        raise InputError(
            f"The {role} {path} has {reader.GetDimension()} dimensions.", "Extract one 2-D or 3-D frame first."
        )
    with alone(Path(path)) as name:
        image = sitk.ReadImage(str(name))
    check_size(Path(path), sitk.GetArrayViewFromImage(image).nbytes)
    return image


def read_transform(path: str | Path) -> sitk.Transform:
    """A transform file (.h5, .tfm, .mat, .xfm …) or a displacement field image as a transform, fixed -> moving.

    Raises:
        InputError: neither can be read from ``path``, or it holds NaN or infinite values.
    """
    check_there(path, "transform")
    try:
        with hushed():
            transform = _transform(path)
            transform.TransformPoint((0.0,) * transform.GetDimension())  # one with parts missing says so only in use
            check_finite(transform, f"transform {path}")
    except Damaged as error:
        raise InputError(f"The transform {path} cannot be read: {error}.", _COPY_AGAIN) from error
    except (RuntimeError, OSError) as error:
        raise InputError(
            f"{path} is neither a transform nor a displacement field.", "Try .h5, .tfm or .nrrd."
        ) from error
    return transform


def _transform(path: str | Path) -> sitk.Transform:
    try:
        return sitk.ReadTransform(str(path))
    except RuntimeError:
        check_complete(Path(path))
        with alone(Path(path)) as name:
            return sitk.DisplacementFieldTransform(sitk.ReadImage(str(name), sitk.sitkVectorFloat64))
