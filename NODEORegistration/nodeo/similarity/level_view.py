"""How one level of the pyramid looks at the two images: its points of the fixed grid, and where they are read."""

from __future__ import annotations

from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.moving_map import MovingMap
from ..geometry.domain import Domain, Level
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.sampling import refine


class LevelView:
    """The points of a level's image grid, in the fixed and in the moving image.

    Args:
        lattice: the level's nodes, on the device that works.
        moving: the grid that the moving image is read from.
        initial: A, fixed world -> moving world.
    """

    def __init__(self, domain: Domain, level: Level, lattice: Lattice, moving: Grid, initial: InitialTransform) -> None:
        self._level = level
        self.shape = level.image_grid.shape
        node_factors, starts = level.node_factors[::-1], domain.start[::-1]
        self._between = [n // s for n, s in zip(node_factors, level.shrink[::-1], strict=True)]
        offsets = [i - d for i, d in zip(level.image_start[::-1], starts, strict=True)]
        self._first = [offset // n for offset, n in zip(offsets, node_factors, strict=True)]
        rest = [offset % n for offset, n in zip(offsets, node_factors, strict=True)]
        self._skip = [r // s for r, s in zip(rest, level.shrink[::-1], strict=True)]
        self.to_moving = MovingMap(lattice, moving, initial)

    def points(self, displacement: Tensor) -> Tensor:
        """Sampling coordinates in the moving image, [k, D, H, W], under a displacement [k, ...] of the nodes."""
        return refine(self.to_moving(displacement), self._between, self._first, self.shape, self._skip)

    def crop(self, values: Tensor) -> Tensor:
        """A tensor on the fixed grid [D, H, W], read at the points of the image grid."""
        level = self._level
        for axis, (first, step, n) in enumerate(
            zip(level.image_start[::-1], level.shrink[::-1], self.shape, strict=True)
        ):
            index = [slice(None)] * values.dim()
            index[axis] = slice(first, first + (n - 1) * step + 1, step)
            values = values[tuple(index)]
        return values.contiguous()
