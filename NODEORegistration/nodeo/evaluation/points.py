"""How well a registration did, by points: error at landmarks, and how far there and back again ends from the start."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..field.point_inverse import moved


def round_trip(there: sitk.Transform, back: sitk.Transform, points: np.ndarray) -> np.ndarray:
    """Distance [n] in mm of back(there(x)) from x.

    Args:
        there, back: transforms that should undo each other.
        points: world points x [n, ndim] in mm.

    Raises:
        InputError: no points, or points whose dimension is not the transforms'.
    """
    start = _points(points, there, "points")
    return np.linalg.norm(moved(back, moved(there, start)) - start, axis=1)


def inverse_consistency(forward: sitk.Transform, inverse: sitk.Transform, points: np.ndarray) -> tuple[float, float]:
    """Mean and 99th percentile of |inverse(forward(x)) - x| in mm.

    Args:
        forward, inverse: transforms that should undo each other.
        points: world points [n, ndim] in mm to start from; some thousands at most, they are moved one by one.

    Raises:
        InputError: no points, or points whose dimension is not the transforms'.
    """
    distance = round_trip(forward, inverse, points)
    return float(distance.mean()), float(np.percentile(distance, 99))


def target_error(transform: sitk.Transform, fixed_points: np.ndarray, moving_points: np.ndarray) -> np.ndarray:
    """Distance [n] in mm between the fixed points moved by ``transform`` and their partners in the moving image.

    Args:
        transform: pull-back map, fixed world to moving world.
        fixed_points, moving_points: world points [n, ndim] in mm, in pairs.

    Raises:
        InputError: no points, points whose dimension is not the transform's, or points without a partner.
    """
    fixed = _points(fixed_points, transform, "fixed points")
    moving = _points(moving_points, transform, "moving points")
    if len(fixed) != len(moving):
        raise InputError(
            f"There are {len(fixed)} fixed points and {len(moving)} moving points.",
            "Give each fixed point its partner, in the same order.",
        )
    return np.linalg.norm(moved(transform, fixed) - moving, axis=1)


def _points(points: np.ndarray, transform: sitk.Transform, role: str) -> np.ndarray:
    """Points [n, ndim], n > 0, as the transform wants them; ``role`` names them in errors."""
    array = np.asarray(points, dtype=float)
    k = transform.GetDimension()
    if array.ndim != 2 or array.shape[1] != k or not len(array):
        raise InputError(
            f"The {role} have the shape {array.shape}; the transform is {k}-D.",
            f"Give at least one point, in rows of {k} coordinates in mm.",
        )
    return array
