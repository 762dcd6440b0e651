"""What a linear function of the index is at all points of a grid, a few planes at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .grid import Grid, planes_at_once


@dataclass(frozen=True)
class LinearPoints:
    """``matrix`` @ index + ``offset`` at the points of a grid.

    Attributes:
        matrix: [m, k], of indices x first.
        offset: [m].
        shape: of the grid, z first.
    """

    matrix: np.ndarray
    offset: np.ndarray
    shape: tuple[int, ...]

    @classmethod
    def index(cls, on: Grid, to: Grid, matrix: np.ndarray, offset: np.ndarray) -> LinearPoints:
        """Continuous indices, x first, that the points of a grid have on another, active axes of both.

        Args:
            on: the grid whose points are taken.
            to: the grid whose indices are told.
            matrix, offset: [ndim, ndim] and [ndim], from the world of the one to the other's.
        """
        to_index = np.linalg.inv(to.matrix)[list(to.axes)]
        start = to_index @ (matrix @ np.asarray(on.origin) + offset - np.asarray(to.origin))
        return cls(to_index @ matrix @ on.matrix[:, on.axes], start, on.shape)

    @classmethod
    def displacement(cls, on: Grid, matrix: np.ndarray, offset: np.ndarray) -> LinearPoints:
        """M x + o - x at the points x of a grid, mm along its own active axes.

        Args:
            matrix, offset: M [ndim, ndim] and o [ndim], of a map from world to world.
        """
        along, beside = on.rotation[:, on.axes].T, matrix - np.eye(on.ndim)
        return cls(along @ beside @ on.matrix[:, on.axes], along @ (beside @ np.asarray(on.origin) + offset), on.shape)

    def within(self, size: Sequence[int]) -> bool:
        """Whether all of them lie in an image of so many voxels (x first), or within half a voxel of it."""
        ends = np.meshgrid(*[(0.0, n - 1.0) for n in reversed(self.shape)], indexing="ij")
        corners = np.stack(ends, -1).reshape(-1, len(self.shape)) @ self.matrix.T + self.offset
        return bool((corners >= -0.5).all() and (corners < np.asarray(size) - 0.5).all())

    def slabs(self, device: torch.device | str) -> Iterator[tuple[slice, Tensor]]:
        """Some planes at a time, and what is there, [m, d, H, W] in float64."""
        planes = planes_at_once(self.shape)
        matrix = torch.from_numpy(self.matrix).to(device)
        start = torch.from_numpy(self.offset).to(device).view(-1, *[1] * len(self.shape))
        along = []
        for axis, n in enumerate(self.shape):
            width = [1] * len(self.shape)
            width[axis] = n
            steps = torch.arange(n, dtype=torch.float64, device=device)
            along.append((matrix[:, len(self.shape) - 1 - axis, None] * steps).view(-1, *width))
        for first in range(0, self.shape[0], planes):
            some = slice(first, first + planes)
            there = start + along[0][:, some]
            for line in along[1:]:
                there = there + line
            yield some, there


def sampling(index: Tensor, size: Sequence[int]) -> Tensor:
    """Sampling coordinates [k, ...], float32, of continuous indices [k, ...] in an image of a size; both x first."""
    last = torch.tensor([n - 1.0 for n in size], dtype=index.dtype, device=index.device)
    return (2.0 * index / last.view(-1, *[1] * (index.dim() - 1)) - 1.0).float()
