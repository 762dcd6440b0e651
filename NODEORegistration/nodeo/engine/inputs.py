"""The door: images and masks are checked here, and each refusal is one clear sentence."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np
import SimpleITK as sitk

from ..errors import InputError, check_kind
from ..files.transforms import check_finite
from ..geometry.grid import Grid
from ..geometry.placement import check_placed, check_straight
from ..progress import ProgressCallback
from ..settings import Settings

_NO_GREY = ("complex", "vector", "label")  # in what SimpleITK calls kinds of pixels that are no one number
SMALLEST_AXIS = 8  # voxels; fewer cannot hold a deformation, one is a slice


def check_kinds(
    images: Mapping[str, object],
    settings: Settings | None,
    initial_transform: sitk.Transform | None,
    progress: ProgressCallback | None,
) -> None:
    """Refuse arguments of :func:`nodeo.register` that are not what they should be.

    Args:
        images: by role; the fixed and the moving one are needed.

    Raises:
        InputError: one is of another type.
    """
    for role, image in images.items():
        if image is not None or "mask" not in role:
            check_kind(role, image, sitk.Image)
    if settings is not None:
        check_kind("argument settings", settings, Settings)
    if initial_transform is not None:
        check_kind("initial transform", initial_transform, sitk.Transform)
    if progress is not None and not callable(progress):
        raise InputError(f"The argument progress is of the type {type(progress).__name__}.", "Give it a function.")


def own_transform(transform: sitk.Transform) -> sitk.Transform:
    """A copy of the initial transform: the caller may go on changing his own.

    Raises:
        InputError: it holds NaN or infinite values.
    """
    check_finite(transform, "initial transform")
    return copy.deepcopy(transform)


def without_time(image: sitk.Image) -> sitk.Image:
    """``image`` without a fourth dimension of one voxel."""
    while image.GetDimension() > 3 and image.GetSize()[-1] == 1:
        collapse = sitk.ExtractImageFilter.DIRECTIONCOLLAPSETOSUBMATRIX
        image = sitk.Extract(image, [*image.GetSize()[:-1], 0], directionCollapseToStrategy=collapse)
    return image


def check_image(image: sitk.Image, role: str) -> sitk.Image:
    """``image`` for reading, whatever its pixels, which nobody changes any more.

    Raises:
        InputError: it is not a scalar 2-D or 3-D image of finite, varying values, or an axis has 2 to 7 voxels.
    """
    if image.GetDimension() not in (2, 3):
        raise InputError(f"The {role} has {image.GetDimension()} dimensions.", "Extract one 2-D or 3-D frame first.")
    if not _scalar(image):
        raise InputError(f"The {role} holds {_pixels(image)}.", "Convert it to grey values first.")
    for axis, n in enumerate(image.GetSize()):
        if 2 <= n < SMALLEST_AXIS:
            raise InputError(
                f"The {role} has only {n} voxels along axis {'xyz'[axis]}.",
                f"Each axis needs at least {SMALLEST_AXIS} voxels, or exactly 1 for a slice.",
            )
    if len(Grid.of(image).axes) < 2:
        raise InputError(f"The {role} has size {image.GetSize()}.", "At least two axes need more than one voxel.")
    check_placed(image, role)
    check_straight(image, role)
    low, high = check_values(image, role)
    if low == high:
        raise InputError(f"The {role} is constant: every voxel is {low:g}.", "Check that the right volume was chosen.")
    return sitk.Image(image)  # of the same memory, until one of the two is changed


def check_values(image: sitk.Image, role: str) -> tuple[float, float]:
    """The smallest and the largest value of an image, in the single precision in which it is worked on.

    Raises:
        InputError: one is NaN or infinite.
    """
    values = sitk.GetArrayViewFromImage(image)
    with np.errstate(over="ignore"):
        low, high = (float(np.float32(value)) for value in (values.min(), values.max()))
    if not np.isfinite(low) or not np.isfinite(high):
        raise InputError(f"The {role} holds NaN or infinite values.", "Replace them first, for example by 0.")
    return low, high


def _scalar(image: sitk.Image) -> bool:
    kind = image.GetPixelIDTypeAsString()
    return image.GetNumberOfComponentsPerPixel() == 1 and not any(word in kind for word in _NO_GREY)


def _pixels(image: sitk.Image) -> str:
    kind, count = image.GetPixelIDTypeAsString(), image.GetNumberOfComponentsPerPixel()
    if count > 1:
        return f"{count} values per voxel"
    return "complex values" if "complex" in kind else f"pixels of the kind '{kind}'"


def check_pair(fixed: sitk.Image, moving: sitk.Image) -> None:
    """Refuse a slice with a volume.

    Raises:
        InputError: the images do not have the same number of axes with more than one voxel, or of dimensions.
    """
    if fixed.GetDimension() != moving.GetDimension():
        raise InputError(
            f"The fixed image is {fixed.GetDimension()}-D and the moving image {moving.GetDimension()}-D.",
            "Both must have the same dimension; a slice can be stored as a volume one voxel thick.",
        )
    if len(Grid.of(fixed).axes) != len(Grid.of(moving).axes):
        raise InputError(
            f"The fixed image has size {fixed.GetSize()} and the moving image {moving.GetSize()}.",
            "A single slice can only be registered with a single slice.",
        )


def check_mask(mask: sitk.Image, image: sitk.Image, role: str) -> sitk.Image:
    """``mask`` as 0 and 1 on the grid of ``image``; it is resampled when it lies on another grid.

    Raises:
        InputError: the mask is empty, of another dimension, or lies wholly outside the image.
    """
    if mask.GetDimension() != image.GetDimension() or not _scalar(mask):
        raise InputError(
            f"The {role} is not a scalar {image.GetDimension()}-D image like the image it belongs to.", "", "masks"
        )
    check_placed(mask, role)
    binary = mask != 0
    if not sitk.GetArrayViewFromImage(binary).any():
        raise InputError(f"The {role} is empty.", "Draw the region in it, or leave it out.", "masks")
    if not Grid.of(mask).agrees(Grid.of(image)):
        binary = sitk.Resample(binary, image, sitk.Transform(), sitk.sitkNearestNeighbor)
        if not sitk.GetArrayViewFromImage(binary).any():
            raise InputError(
                f"The {role} lies outside its image.", "Check that both belong to the same volume.", "masks"
            )
    return Grid.of(image).stamp(binary)
