"""From a displaced point of the fixed grid to what it sees in the moving image: A, then the moving image's grid."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from .initial_transform import InitialTransform


class MovingMap:
    """x + u  ->  sampling coordinates in the moving image.

    A linear initial transform becomes one small matrix. Any other is its best linear fit plus what is left over, kept
    on the lattice.

    Args:
        lattice: the points x.
        moving: the grid of the moving image.
        initial: A, fixed world -> moving world.
    """

    def __init__(self, lattice: Lattice, moving: Grid, initial: InitialTransform) -> None:
        grid = lattice.grid
        matrix, offset = initial.linear_part(grid)
        to_index = np.linalg.inv(moving.matrix)[list(moving.axes)]
        last = np.array([moving.size[axis] - 1 for axis in moving.axes], dtype=float)
        to_sampling = to_index * (2.0 / last)[:, None]
        linear = to_sampling @ matrix @ grid.rotation[:, grid.axes]
        start = to_sampling @ (matrix @ np.asarray(grid.origin) + offset - np.asarray(moving.origin)) - 1.0
        self._lattice = lattice
        self._linear = torch.tensor(linear, dtype=torch.float32, device=lattice.device)
        positions = self._linear.double() @ _local(lattice).flatten(1)
        shift = torch.tensor(start, dtype=torch.float64, device=lattice.device)[:, None]
        self._base = (positions + shift).float().view(-1, *lattice.shape)
        self._rest = None
        if not initial.is_linear:
            rest = initial.positions(grid) @ to_sampling.T + to_sampling @ -np.asarray(moving.origin) - 1.0
            rest = torch.from_numpy(np.moveaxis(rest, -1, 0).reshape(-1, *lattice.shape)).to(self._base)
            self._rest = rest - self._base

    def __call__(self, displacement: Tensor) -> Tensor:
        """Sampling coordinates [k, D, H, W] of the lattice's points displaced by [k, D, H, W] local mm."""
        moved = self._base + (self._linear @ displacement.flatten(1)).view_as(self._base)
        if self._rest is not None:
            moved = moved + self._lattice.sample(self._rest, displacement)
        return moved


def _local(lattice: Lattice) -> Tensor:
    """Local positions [k, D, H, W] of the lattice's points, mm from its first, in float64."""
    axes = [
        torch.arange(n, dtype=torch.float64, device=lattice.device) * h
        for n, h in zip(lattice.shape, reversed(lattice.spacing), strict=True)
    ]
    return torch.stack(torch.meshgrid(*axes, indexing="ij")[::-1])
