"""Points between the voxels, and what a transform does there: SimpleITK only, nothing of the engine."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from phantoms import folds, local_displacement

FOREGROUND = 0.05  # of the intensity range


def scattered(image: sitk.Image, count: int, seed: int) -> np.ndarray:
    """World points [count, k] mm, anywhere in random voxels of the foreground."""
    random = np.random.default_rng(seed)
    values = sitk.GetArrayFromImage(image)
    low, high = np.percentile(values, (0.1, 99.9))
    inside = np.argwhere(values > low + FOREGROUND * (high - low))[:, ::-1]
    index = inside[random.integers(len(inside), size=count)].astype(float)
    thick = np.asarray(image.GetSize()) > 1
    index[:, thick] += random.uniform(-0.5, 0.5, (count, int(thick.sum())))
    return to_world(image, index)


def to_world(image: sitk.Image, index: np.ndarray) -> np.ndarray:
    """Continuous indices [n, k] to world points, mm."""
    k = image.GetDimension()
    return np.asarray(image.GetOrigin()) + (index * image.GetSpacing()) @ np.reshape(image.GetDirection(), (k, k)).T


def within(image: sitk.Image, points: np.ndarray) -> np.ndarray:
    """Which [n] world points lie between the centres of the first and the last voxels."""
    k = image.GetDimension()
    local = (points - np.asarray(image.GetOrigin())) @ np.reshape(image.GetDirection(), (k, k)) / image.GetSpacing()
    return np.all((local > -0.5) & (local < np.asarray(image.GetSize()) - 0.5), axis=1)


def moved(transform: sitk.Transform, points: np.ndarray) -> np.ndarray:
    """World points [n, k], moved."""
    return np.array([transform.TransformPoint(point) for point in points.tolist()])


def round_trip(there: sitk.Transform, back: sitk.Transform, points: np.ndarray, by: sitk.Image) -> np.ndarray:
    """How far from their start, mm, points come back that pass through the image ``by`` on their way."""
    away = moved(there, points)
    inside = within(by, away)
    return np.linalg.norm(moved(back, away[inside]) - points[inside], axis=1)


def determinants(transform: sitk.Transform, points: np.ndarray, image: sitk.Image) -> np.ndarray:
    """det J [n] at world points, by differences over a thousandth of a voxel of ``image``."""
    k = image.GetDimension()
    axes = np.reshape(image.GetDirection(), (k, k))
    columns = []
    for axis, spacing in enumerate(image.GetSpacing()):
        step = 5e-4 * spacing * axes[:, axis]
        columns.append((moved(transform, points + step) - moved(transform, points - step)) / (1e-3 * spacing))
    return np.linalg.det(np.stack(columns, -1)) * np.linalg.det(axes)


def folded_voxels(transform: sitk.Transform, image: sitk.Image, mirrors: bool) -> int:
    """Voxels of ``image`` where det J, under some scheme of differences, has another sign than it should."""
    thick = [axis for axis, n in enumerate(image.GetSize()) if n > 1]
    displacement = local_displacement(transform, image)
    if mirrors:
        displacement[..., 0] = -displacement[..., 0] - 2.0 * image.GetSpacing()[0] * np.arange(image.GetSize()[0])
    flat = tuple(slice(None) if n > 1 else 0 for n in image.GetSize()[::-1])
    return folds(displacement[flat][..., thick], [image.GetSpacing()[axis] for axis in thick])
