"""Whether the place that a registration begins from looks right: a wrong one ends in a result that looks like one."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from ..field.initial_transform import affine
from ..models.base import Task
from . import devices
from .coarse import COARSE, Frame, centre_of_mass, metric, reduced, thinned

_ENOUGH = 8 * COARSE**3  # points of an image that is then smoothed
_SHIFT = 1 / 3  # of the fixed image: there and farther, other things lie on each other
_AS_ALIKE = 0.98  # of the mutual information of a place that is surely wrong


def looks_lost(task: Task) -> bool:
    """Whether the images look no more alike under the initial transform than where they surely do not belong.

    Those places are the same one with the moving image seen in a mirror, along each axis of the fixed image, and
    shifted by a third of it either way. They show what chance gives for images with such contents: of two brains much
    more than of two textures, so that no fixed number would do.
    """
    frame = Frame(task.fixed.grid, task.moving.grid)
    start = frame.lower(task.initial)
    with devices.threads(1):
        fixed, moving = (reduced(thinned(frame.image(scan), _ENOUGH), COARSE) for scan in (task.fixed, task.moving))
        there = -metric(fixed, moving, start)
        wrong = [-metric(fixed, moving, sitk.CompositeTransform([start, before])) for before in _elsewhere(fixed)]
    return bool(there < _AS_ALIKE * max(wrong))


def _elsewhere(fixed: sitk.Image) -> list[sitk.Transform]:
    """What leads from the fixed image to places in it that are surely others."""
    k, centre = fixed.GetDimension(), centre_of_mass(fixed)
    shifts: list[sitk.Transform] = []
    mirrors: list[sitk.Transform] = []
    for axis, n, spacing in zip(np.eye(k), fixed.GetSize(), fixed.GetSpacing(), strict=True):
        width = _SHIFT * (n - 1) * spacing
        shifts += [sitk.TranslationTransform(k, (sign * width * axis).tolist()) for sign in (1, -1)]
        mirror = np.eye(k) - 2.0 * np.outer(axis, axis)
        mirrors.append(affine(mirror, centre - mirror @ centre))
    return [*mirrors, *shifts]
