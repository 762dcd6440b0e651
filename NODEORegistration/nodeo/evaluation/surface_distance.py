"""How far the surfaces of a structure lie apart in two label maps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk

from ..errors import InputError


def hausdorff95(fixed: sitk.Image, other: sitk.Image, structures: Sequence[int]) -> dict[int, float]:
    """95th percentile of the distances between the surfaces of each structure, mm.

    The surface of a structure is its voxels with a face on something else or on the border of the image. The distances
    of the voxels of each surface to the other surface are pooled, both ways, before the percentile is taken. An axis of
    one voxel is left out.

    Args:
        fixed, other: label images on the same grid.
        structures: codes to measure.

    Returns:
        Code to distance in mm, nan where the structure is missing in either image.

    Raises:
        InputError: the grids differ.
    """
    if fixed.GetSize() != other.GetSize() or not np.allclose(_placement(fixed), _placement(other), atol=1e-3):
        raise InputError("The two label maps lie on different grids.", "Resample one onto the other's grid.")
    fixed_array, other_array = sitk.GetArrayViewFromImage(fixed), sitk.GetArrayViewFromImage(other)
    spacing = fixed.GetSpacing()
    return {code: _surface_distance95(fixed_array == code, other_array == code, spacing) for code in structures}


def _placement(image: sitk.Image) -> np.ndarray:
    """Spacing, origin and direction in one row."""
    return np.hstack([image.GetSpacing(), image.GetOrigin(), image.GetDirection()])


def _surface_distance95(fixed: np.ndarray, other: np.ndarray, spacing: Sequence[float]) -> float:
    """As :func:`hausdorff95` for two masks [D, H, W]; ``spacing`` in mm, x first."""
    if not (fixed.any() and other.any()):
        return math.nan
    box = _bounding_box(fixed | other)
    margin = [(1, 1) if n > 1 else (0, 0) for n in fixed.shape]
    fixed_surface, other_surface = (_surface(np.pad(mask[box], margin)) for mask in (fixed, other))
    there = _distance_map(other_surface, spacing)[fixed_surface]
    back = _distance_map(fixed_surface, spacing)[other_surface]
    return float(np.percentile(np.concatenate([there, back]), 95))


def _bounding_box(mask: np.ndarray) -> tuple[slice, ...]:
    """The smallest box that holds all of a mask that is not empty."""
    box: tuple[slice, ...] = ()
    for axis in range(mask.ndim):
        rest = mask[box]
        inside = np.flatnonzero(rest.any(axis=tuple(other for other in range(mask.ndim) if other != axis)))
        box = (*box, slice(int(inside[0]), int(inside[-1]) + 1))
    return box


def _surface(mask: np.ndarray) -> np.ndarray:
    """The mask minus its erosion by one face neighbour; its outermost voxels are background on axes longer than one."""
    inner = mask.copy()
    for axis, n in enumerate(mask.shape):
        if n > 1:
            inner &= np.roll(mask, 1, axis) & np.roll(mask, -1, axis)
    return mask & ~inner


def _distance_map(surface: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """Distance in mm of each voxel to the nearest voxel of ``surface``; 0 on it."""
    image = sitk.GetImageFromArray(surface.astype(np.uint8))
    image.SetSpacing(spacing)
    signed = sitk.SignedMaurerDistanceMap(image, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    return np.maximum(sitk.GetArrayViewFromImage(signed), 0.0)
