"""The grid of a template, in which no image has a say over the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk

from ..field.affine_part import split
from ..field.initial_transform import affine
from ..field.point_inverse import moved
from ..geometry.grid import Grid
from .shape import stretch_of


def mean_affine_removed(transforms: Sequence[sitk.Transform], grid: Grid) -> sitk.Transform:
    """The linear map before which the mean stretch of linear ``transforms`` is the identity, about its middle."""
    matrices = [np.reshape(split(t)[0].GetMatrix(), (grid.ndim, grid.ndim)) for t in transforms]
    back = np.linalg.inv(np.mean([stretch_of(matrix) for matrix in matrices], 0))
    centre = grid.world((np.asarray(grid.size) - 1) / 2)
    return affine(back, centre - back @ centre)


def covering_grid(reference: Grid, images: Sequence[Grid], transforms: Sequence[sitk.Transform]) -> Grid:
    """A grid with the reference's axes and spacing, as wide on each side as the median of the images.

    Args:
        transforms: of each image, linear, template's world -> its world.
    """
    ends = []
    for image, transform in zip(images, transforms, strict=True):
        middles = reference.index(moved(transform.GetInverse(), image.world(_faces(image))))
        ends.append((middles.min(0), middles.max(0)))
    low, high = np.median(np.asarray(ends), 0)
    start = [float(low[axis]) for axis in reference.axes]
    size = [max(2, round(float(high[axis] - low[axis])) + 1) for axis in reference.axes]
    return reference.active_subgrid(start, size, [1] * len(size))


def _faces(grid: Grid) -> np.ndarray:
    """The middles of the faces, as indices: they say how wide an image is, however it is turned."""
    middle = (np.asarray(grid.size) - 1) / 2
    return np.array([np.where(np.arange(grid.ndim) == axis, end, middle) for axis in grid.axes
                     for end in (0, grid.size[axis] - 1)])  # fmt: skip
