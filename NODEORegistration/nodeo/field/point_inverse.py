"""Where a transform takes its points from: T⁻¹ of single points, found by Newton's method."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

_STEPS = 40
_HALVINGS = 8
_APART = 1e-2  # mm, half the width of the difference that a derivative is
_FOUND = 1e-4  # mm from where T should lead


def moved(transform: sitk.Transform, points: np.ndarray) -> np.ndarray:
    """World points [n, k] moved by ``transform``, one at a time."""
    return np.array([transform.TransformPoint(point) for point in np.asarray(points, dtype=float).tolist()])


def moved_back(
    transform: sitk.Transform, points: np.ndarray, near: sitk.Transform | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Points x with T(x) = y, and how far from y each T(x) ends; mm.

    Args:
        transform: T, which folds nowhere.
        points: y, world points [n, k].
        near: about T⁻¹, where the search begins; None: it begins at y.
    """
    found = [_point_back(transform, y, y if near is None else moved(near, y[None])[0]) for y in points]
    return np.array([x for x, _ in found]), np.array([residual for _, residual in found])


def _point_back(transform: sitk.Transform, y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, float]:
    def apart(place: np.ndarray) -> np.ndarray:
        return np.array(transform.TransformPoint(place.tolist())) - y

    missed = apart(x)
    residual = float(np.linalg.norm(missed))
    for _ in range(_STEPS):
        if residual < _FOUND:
            break
        steps = _APART * np.eye(len(x))
        slope = np.stack([(apart(x + step) - apart(x - step)) / (2 * _APART) for step in steps], 1)
        step = np.linalg.lstsq(slope, missed, rcond=None)[0]
        for _ in range(_HALVINGS):
            there = apart(x - step)
            if np.linalg.norm(there) < residual:
                break
            step = step / 2
        else:
            break
        x, missed, residual = x - step, there, float(np.linalg.norm(there))
    return x, residual
