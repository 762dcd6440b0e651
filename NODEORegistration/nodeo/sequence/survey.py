"""What is seen of a series before anything is registered: that every frame can be, and where there is something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..engine import inputs
from ..engine.preparation import content, scaled
from ..errors import InputError
from ..geometry.boxes import occupied_box
from ..geometry.grid import Grid
from ..settings import Settings
from .series import Series


@dataclass(frozen=True)
class Survey:
    """What all frames have in common.

    Attributes:
        corners: world points [m, ndim], mm: of the box around the content of each frame.
        still: [D, H, W] on the reference's grid, true where no frame shows anything: the background.
        dtype: a type that holds the values of all frames.
        one_grid: whether all frames lie on the reference's grid.
    """

    corners: np.ndarray
    still: np.ndarray
    dtype: np.dtype
    one_grid: bool


def survey(series: Series, reference: sitk.Image, settings: Settings, check: Callable[[], None]) -> Survey:
    """Look at every frame once.

    Args:
        reference: the image that all frames are to be registered with.
        check: called after every frame; it stops the survey by raising.

    Raises:
        InputError: a frame cannot be registered; the message has its number.
    """
    fixed = inputs.check_image(reference, "reference")
    grid = Grid.of(fixed)
    still = np.ones(grid.shape, bool)
    corners, types, one_grid = [], [], True
    for number in range(len(series)):
        frame = series.frame(number)
        image = inputs.check_image(frame, f"frame {number}")
        own = Grid.of(image)
        _check_fit(number, own, grid)
        values = content(scaled(own.tensor(image), settings.intensity_range)).numpy()
        corners.append(_corners(own, values))
        same = own.agrees(grid)
        still &= ~(values if same else _seen(values, own, fixed))
        one_grid &= same
        types.append(sitk.GetArrayViewFromImage(frame).dtype)
        check()
    return Survey(np.concatenate(corners), still, np.result_type(*types), one_grid)


def _check_fit(number: int, frame: Grid, reference: Grid) -> None:
    if frame.ndim != reference.ndim or len(frame.axes) != len(reference.axes):
        raise InputError(
            f"Frame {number} has the size {frame.size}, and the reference {reference.size}.",
            "All frames must be slices, or all volumes.",
        )


def _corners(grid: Grid, seen: np.ndarray) -> np.ndarray:
    """The corners, world points [2^n, ndim], of the box around what is seen."""
    ends = [np.array([0, n - 1]) for n in grid.size]
    for axis, box in zip(grid.axes, occupied_box(seen)[::-1], strict=True):
        ends[axis] = box
    return grid.world(np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, grid.ndim))


def _seen(values: np.ndarray, own: Grid, reference: sitk.Image) -> np.ndarray:
    """What is seen of a frame on another grid, that of the reference, [D, H, W]."""
    image = sitk.GetImageFromArray(values.astype(np.uint8).reshape(tuple(reversed(own.size))))
    on = sitk.Resample(own.stamp(image), reference, sitk.Transform(), sitk.sitkNearestNeighbor, 0.0)
    return sitk.GetArrayFromImage(on).reshape(Grid.of(reference).shape) > 0
