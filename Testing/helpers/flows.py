"""Small grids and velocity fields for tests of flows and of what is done with them."""

from __future__ import annotations

import numpy as np
import torch
from nodeo.field.smoothing import gaussian
from nodeo.field.velocity import FlowField
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from torch import Tensor


def lattice(ndim: int) -> Lattice:
    """Different sizes and spacings along all axes, around 14 mm wide."""
    size, spacing = (15, 10, 8)[:ndim], (1.0, 1.5, 2.0)[:ndim]
    return Lattice(Grid(size, spacing, (0.0,) * ndim, tuple(np.eye(ndim).ravel())))


def positions(of: Lattice) -> Tensor:
    """[k, D, H, W] mm from the middle of the lattice."""
    axes = [(torch.arange(n) - (n - 1) / 2) * h for n, h in zip(of.shape, reversed(of.spacing), strict=True)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij")[::-1])


def inner(of: Lattice, share: float = 0.7) -> Tensor:
    """Mask of the points in a ball well inside the box: where a motion about the middle never meets the border."""
    half = min((n - 1) / 2 * h for n, h in zip(of.shape, reversed(of.spacing), strict=True))
    return positions(of).square().sum(0).sqrt() <= share * half


def trained(of: Lattice, size: float | None = None, modes: int = 3, seed: int = 0) -> FlowField:
    """A velocity field as an optimiser may leave it: smooth, time dependent, a few mm."""
    k = len(of.shape)
    size = 5.0 * k if size is None else size  # smoothing in 3-D takes more of the noise away
    generator = torch.Generator().manual_seed(seed)
    field = FlowField(of.shape, gaussian(of.shape, [2.5] * k), of.taper([3] * k), modes, generator)
    with torch.no_grad():
        field.head.copy_(size * torch.randn(field.head.shape, generator=generator))
        field.time.outer.weight.copy_(0.2 * torch.randn(field.time.outer.weight.shape, generator=generator))
    return field


def largest(displacement: Tensor) -> float:
    """The longest vector, mm."""
    return displacement.square().sum(0).sqrt().max().item()
