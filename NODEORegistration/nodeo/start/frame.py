"""Two images in one frame: the fixed image's own axes, active ones only."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..field.initial_transform import InitialTransform, affine
from ..geometry.grid import Grid


class Frame:
    """The fixed image's own axes, x first, from its first point: a slice becomes 2-D, and two slices share one plane.

    Attributes:
        fixed: the grid whose axes they are.

    Raises:
        InputError: two slices are not parallel.
    """

    def __init__(self, fixed: Grid, moving: Grid) -> None:
        self.fixed = fixed
        self.plane = fixed.rotation[:, fixed.axes]
        self.normal = np.delete(fixed.rotation, fixed.axes, axis=1)
        turned = self.plane.T @ moving.rotation[:, moving.axes]
        if not np.allclose(turned @ turned.T, np.eye(len(turned)), atol=1e-3):
            raise InputError("The two slices are not parallel.", "Reformat one of them to the plane of the other.")
        self.across = self.normal.T @ (np.asarray(moving.origin) - np.asarray(fixed.origin))

    def placed(self, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
        """Index to frame of the active axes of a grid: the matrix [k, k] without the origin, and the origin [k]."""
        origin = self.plane.T @ (np.asarray(grid.origin) - np.asarray(self.fixed.origin))
        return self.plane.T @ grid.rotation[:, grid.axes] * np.asarray(grid.step), origin

    def lift(self, matrix: np.ndarray, offset: np.ndarray, unit: float) -> sitk.AffineTransform:
        """x -> matrix x + offset in the frame, as a transform of the world, mm; a slice is carried from plane to plane.

        Args:
            unit: mm, in which the frame counts.
        """
        whole = self.plane @ matrix @ self.plane.T + self.normal @ self.normal.T
        origin = np.asarray(self.fixed.origin)
        shift = origin + self.plane @ offset + self.normal @ self.across - whole @ origin
        return affine(whole, unit * shift)

    def lower(self, initial: InitialTransform) -> tuple[np.ndarray, np.ndarray]:
        """Matrix [k, k] and offset [k] of the linear part of a transform of the world, in the unit of the frame."""
        origin = np.asarray(self.fixed.origin)
        offset = initial.matrix @ origin + initial.offset - origin
        return self.plane.T @ initial.matrix @ self.plane, self.plane.T @ offset
