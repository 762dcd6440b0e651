"""The points of a grid as tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .grid import Grid
from .sampling import sample


class Lattice:
    """The points of a grid as tensors, ready to be moved about and sampled.

    Attributes:
        grid: the grid these points are.
        shape: [D, H, W] of tensors on it.
        spacing: mm between points, x first.
    """

    def __init__(self, grid: Grid, device: torch.device | str = "cpu") -> None:
        self.grid = grid
        self.shape = grid.shape
        self.spacing = grid.step
        self.device = torch.device(device)
        ends = [torch.linspace(-1.0, 1.0, n, device=device) for n in self.shape]
        self._identity = torch.stack(torch.meshgrid(*ends, indexing="ij")[::-1])
        scale = [2.0 / (h * (n - 1)) for h, n in zip(self.spacing, reversed(self.shape), strict=True)]
        self._scale = torch.tensor(scale, device=device).view(-1, *[1] * len(self.shape))

    def zeros(self) -> Tensor:
        """The displacement [k, D, H, W] that moves nothing."""
        return torch.zeros_like(self._identity)

    def positions(self) -> Tensor:
        """Where the points lie, [k, D, H, W], local mm from the middle of the lattice."""
        return self._identity / self._scale

    def sampling(self, displacement: Tensor, planes: slice = slice(None)) -> Tensor:
        """Sampling coordinates [k, D, H, W] of the points displaced by ``displacement`` [k, D, H, W] local mm.

        Args:
            planes: of the first axis of the lattice, if the displacement is told for these only.
        """
        return torch.addcmul(self._identity[:, planes], displacement, self._scale)

    def displaced(self, points: Tensor, displacement: Tensor) -> Tensor:
        """Sampling coordinates [k, n] of the points at such coordinates [k, n], displaced by [k, n] local mm."""
        return torch.addcmul(points, displacement, self._scale.view(-1, 1))

    def sample(self, field: Tensor, displacement: Tensor) -> Tensor:
        """A field [c, D, H, W] on this lattice, read at the displaced points; the edge value holds outside."""
        return sample(field, self.sampling(displacement))

    def taper(self, margin: Sequence[int]) -> Tensor:
        """A window [D, H, W]: 0 on the faces of the lattice, rising smoothly to 1 ``margin`` points (x first) in."""
        window = torch.ones((), device=self.device)
        for n, width in zip(self.shape, reversed(list(margin)), strict=True):
            depth = torch.arange(n, device=self.device, dtype=torch.float32)
            depth = torch.minimum(depth, n - 1 - depth) / max(width, 1)
            ramp = torch.sin(depth.clamp(max=1.0) * (torch.pi / 2)) ** 2
            window = window.unsqueeze(-1) * ramp
        return window
