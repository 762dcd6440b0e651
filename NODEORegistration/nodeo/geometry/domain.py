"""The grids of a registration: one box that all levels share, and in it an image grid and a node grid a level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from .grid import Grid
from .lattice import Lattice

SMALLEST_LEVEL = 8  # points of a level's image along each axis


@dataclass(frozen=True)
class Domain:
    """A box of whole coarsest-node intervals around the fixed voxels that matter.

    Attributes:
        grid: the fixed grid.
        start: index of the first node, active axes, x first; may be negative.
        length: width in voxels, active axes, x first.
        margin: voxels at each face over which velocities fade to zero, active axes, x first.
    """

    grid: Grid
    start: tuple[int, ...]
    length: tuple[int, ...]
    margin: tuple[int, ...]

    def nodes(self, factors: tuple[int, ...]) -> Grid:
        """The node grid with a node every ``factors`` voxels (x first)."""
        size = [n // f + 1 for n, f in zip(self.length, factors, strict=True)]
        return self.grid.active_subgrid(self.start, size, factors)

    def of_shape(self, shape: Sequence[int]) -> Grid:
        """The grid of ``shape`` points (z first) over the whole box, of voxels or of parts of one."""
        size = shape[::-1]
        every = [length / (n - 1) for length, n in zip(self.length, size, strict=True)]
        return self.grid.active_subgrid(self.start, size, every)

    def overlap(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """First index (x first) and size of the domain's part inside the fixed image, active axes."""
        sizes = [self.grid.size[axis] for axis in self.grid.axes]
        first = tuple(max(0, s) for s in self.start)
        last = [min(n - 1, s + length) for n, s, length in zip(sizes, self.start, self.length, strict=True)]
        return first, tuple(b - a + 1 for a, b in zip(first, last, strict=True))

    def region(self) -> tuple[slice, ...]:
        """Where the domain's part of the fixed image lies in it, as an index z, y, x."""
        return tuple(slice(a, a + n) for a, n in zip(*(t[::-1] for t in self.overlap()), strict=True))

    def inside(self, on_voxels: Tensor) -> Tensor:
        """The part [..., d, h, w] of a tensor on the domain's voxels that lies in the fixed image; a view."""
        first, size = self.overlap()
        for axis, (index, start, n) in enumerate(zip(first, self.start, size, strict=True)):
            on_voxels = on_voxels.narrow(on_voxels.dim() - 1 - axis, index - start, n)
        return on_voxels

    def fade(self, lattice: Lattice, factors: tuple[int, ...]) -> Tensor:
        """A window [D, H, W] on the node lattice of ``factors``: 1, and over the margin smoothly down to 0."""
        return lattice.taper([m // n for m, n in zip(self.margin, factors, strict=True)])


@dataclass(frozen=True)
class Level:
    """One level: all tuples run over the active axes, x first.

    Attributes:
        shrink: fixed voxels between points of the image grid.
        image_start: fixed index of the first point of the image grid.
        image_grid: where the two images are compared.
        node_factors: fixed voxels between velocity nodes.
        node_grid: the velocity grid.
        iterations, steps: of the optimiser, and of the solver over [0, 1].
        decoder_factors: fixed voxels between the nodes of a model that decodes onto a grid of its own, a multiple of
            ``node_factors``; () for any other.
        widening: the velocity's smoothing is so many times as wide as the settings say.
    """

    shrink: tuple[int, ...]
    image_start: tuple[int, ...]
    image_grid: Grid
    node_factors: tuple[int, ...]
    node_grid: Grid
    iterations: int
    steps: int
    decoder_factors: tuple[int, ...] = ()
    widening: float = 1.0

    @property
    def voxels(self) -> int:
        """Points of the image grid."""
        return int(np.prod(self.image_grid.shape))

    @property
    def nodes(self) -> int:
        """Points of the velocity grid."""
        return int(np.prod(self.node_grid.shape))


def shrink_factors(grid: Grid, target: float, sizes: Sequence[int] | np.ndarray | None = None) -> tuple[int, ...]:
    """Powers of two, x first, that bring the spacing of each active axis near ``target`` mm, as far as it is long.

    Args:
        sizes: points along each active axis, x first, where only part of the grid is used.
    """
    factors = []
    for spacing, n in zip(grid.step, grid.shape[::-1] if sizes is None else sizes, strict=True):
        factor = 2 ** max(0, round(math.log2(target / spacing)))
        while factor > 1 and (n - 1) // factor + 1 < SMALLEST_LEVEL:
            factor //= 2
        factors.append(int(factor))
    return tuple(factors)
