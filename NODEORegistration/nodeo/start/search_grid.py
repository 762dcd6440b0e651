"""A pair of images as a search for large motion sees it: coarse, as descriptors that know no contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.moving_map import MovingMap
from ..geometry.domain import Domain, shrink_factors
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from ..similarity.channel import Channel, Scan
from ..similarity.comparison import smoothed
from ..similarity.mind import descriptors


@dataclass(frozen=True)
class SearchGrid:
    """The points at which two images are compared, and how far around each the search looks.

    Attributes:
        grid: the points, about the middle of the domain: no end of an axis is the first.
        steps: points that the window reaches to either side, x first.
    """

    grid: Grid
    steps: tuple[int, ...]

    @classmethod
    def over(cls, domain: Domain, points: int, reach: float) -> SearchGrid:
        """A grid over a domain with about so many points an axis, were it a cube.

        Args:
            reach: of the window, in spacings of such a cube.
        """
        extent = np.array(domain.length) * np.array(domain.grid.step)
        target = float(extent.prod() ** (1.0 / len(extent)) / points)
        factors = np.array(shrink_factors(domain.grid, target, np.array(domain.length) + 1))
        intervals = -(-np.array(domain.length) // factors)
        start = np.array(domain.start) - (intervals * factors - np.array(domain.length)) / 2
        grid = domain.grid.active_subgrid(start.tolist(), (intervals + 1).tolist(), factors.tolist())
        halves = [n // 2 for n in reversed(grid.shape)]  # of an image: to look farther would be to look past it
        steps = [max(1, min(round(reach * target / h), half)) for h, half in zip(grid.step, halves, strict=True)]
        return cls(grid, tuple(steps))

    def lattice(self, device: torch.device) -> Lattice:
        """The points as tensors."""
        return Lattice(self.grid, device)

    def wide(self) -> Grid:
        """The same points and as many more at every face as the window reaches."""
        sizes = [n + 2 * w for n, w in zip(reversed(self.grid.shape), self.steps, strict=True)]
        return self.grid.active_subgrid([-w for w in self.steps], sizes, [1] * len(self.steps))

    def width(self) -> float:
        """How far the window reaches along its longest axis, mm."""
        return max(w * h for w, h in zip(self.steps, self.grid.step, strict=True))

    def shifts(self) -> list[tuple[int, ...]]:
        """All steps in the window, x first, in points."""
        axes = [range(-w, w + 1) for w in self.steps]
        mesh = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(self.steps))
        return [tuple(int(step) for step in shift) for shift in mesh]

    def there(self, shift: Sequence[int], shape: Sequence[int]) -> tuple[slice, ...]:
        """The points of :meth:`wide` that lie a step (x first) from those of the grid, [D, H, W] as ``shape`` says."""
        starts = [w + s for w, s in zip(self.steps, shift, strict=True)][::-1]
        return tuple(slice(start, start + n) for start, n in zip(starts, shape, strict=True))


@dataclass(frozen=True)
class Seen:
    """One image on some points: its descriptors, and where there is any image.

    Attributes:
        descriptors: [channels, D, H, W].
        weight: [D, H, W], 1 where the image counts, else 0.
    """

    descriptors: Tensor
    weight: Tensor


def fixed_seen(channel: Channel, grid: Grid, device: torch.device) -> Seen:
    """The fixed image of a channel on the points of a grid."""
    lattice = Lattice(grid, device)
    return _seen(channel.fixed, places(lattice, channel.fixed.grid, lattice.zeros()), grid.step)


def moving_seen(channel: Channel, grid: Grid, initial: InitialTransform, displacement: Tensor) -> Seen:
    """The moving image of a channel on the points of a grid, behind ``displacement`` [k, D, H, W], local mm, and A."""
    to_moving = MovingMap(Lattice(grid, displacement.device), channel.moving.grid, initial)
    return _seen(channel.moving, to_moving(displacement), grid.step)


def _seen(scan: Scan, points: Tensor, step: Sequence[float]) -> Seen:
    """An image at sampling coordinates [k, D, H, W] that lie about ``step`` mm (x first) apart."""
    values = scan.values.to(points.device)
    inside = torch.ones_like(values) if scan.mask is None else scan.mask.to(values)
    coarse = smoothed(values, [min(step) / h for h in scan.grid.step])
    smooth = sample(coarse[None], points)[0]
    weight = (sample(inside[None], points, outside="zeros")[0] > 0.5).float()
    return Seen(descriptors(smooth, weight), weight)


def places(lattice: Lattice, grid: Grid, displacement: Tensor) -> Tensor:
    """Sampling coordinates [k, D, H, W] in a grid of the same world of a lattice's points, displaced, local mm."""
    return MovingMap(lattice, grid, InitialTransform(sitk.Transform(grid.ndim, sitk.sitkIdentity), grid))(displacement)


def widened(values: Tensor, margin: Sequence[int]) -> Tensor:
    """[c, D, H, W] with so many more points (x first) at both ends of each axis, each with the nearest value."""
    return F.pad(values[None], [m for m in margin for _ in range(2)], mode="replicate")[0]
