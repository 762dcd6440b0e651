"""What a registered series is: each frame's way to the reference and back, and what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..field.initial_transform import composite, field_transform
from ..geometry.grid import Grid
from ..settings import Settings


@dataclass(frozen=True)
class Frame:
    """One frame of a registered series.

    Attributes:
        number: from 0.
        time: as the series has it.
        transform: φ, a pull-back map reference's world -> frame's world.
        inverse: φ⁻¹.
        warped: the frame on the reference's grid, in its own pixel type.
        jacobian: det J of φ on the reference's grid, float32.
        motion: |φ(x) - x| on the reference's grid, mm, float32.
        metrics: what was measured; JSON-able.
    """

    number: int
    time: float
    transform: sitk.Transform
    inverse: sitk.Transform
    warped: sitk.Image
    jacobian: sitk.Image
    motion: sitk.Image
    metrics: dict[str, Any]


@dataclass(frozen=True)
class SequenceResult:
    """A registered series.

    Attributes:
        reference: the image that all frames lie on: one of them, or their mean.
        frames: in the order of time.
        metrics: what was measured of the series, each frame's figures among it; JSON-able.
        settings: with which the frames were registered.
    """

    reference: sitk.Image
    frames: tuple[Frame, ...]
    metrics: dict[str, Any]
    settings: Settings


def at_rest(grid: Grid) -> sitk.Transform:
    """The identity in the form that every frame's transform has: a composite of one displacement field."""
    steps = [max(n - 1, 1) for n in grid.size]
    ends = grid.subgrid([0] * grid.ndim, [min(n, 2) for n in grid.size], steps)
    zeros = np.zeros((*reversed(ends.size), grid.ndim))
    return composite([sitk.Transform(grid.ndim, sitk.sitkIdentity), field_transform(_placed(zeros, ends))])


def _placed(vectors: np.ndarray, grid: Grid) -> sitk.Image:
    return grid.stamp(sitk.GetImageFromArray(vectors, isVector=True))
