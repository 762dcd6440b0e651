"""A pair of any size whose content fills it: a ball of smoothed noise, and the same through a known smooth warp."""

from __future__ import annotations

import math

import SimpleITK as sitk
import torch
from nodeo.field.smoothing import gaussian
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from torch import Tensor

RADIUS = 0.48  # of the ball, as a share of the image's width
GRAIN = 2.0  # standard deviation of the smoothing, voxels: the same texture per voxel at every size
PUSH = 0.02  # of the warp, along each axis, as a share of the image's width; its slope stays below 0.13


def textured_pair(size: int, seed: int = 0) -> tuple[sitk.Image, sitk.Image]:
    """Fixed and moving image, ``size``³ voxels of 1 mm, float32, background 0; fixed(x) = moving(x + u(x))."""
    grid = Grid((size,) * 3, (1.0,) * 3, (0.0,) * 3, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    lattice = Lattice(grid)
    moving = _texture(size, seed) * _ball(lattice)
    fixed = lattice.sample(moving[None], warp(lattice))[0]
    return grid.image(fixed), grid.image(moving)


def warp(lattice: Lattice) -> Tensor:
    """The displacement u [3, D, H, W] at the lattice's points, mm: each component a wave along the next axis."""
    width = lattice.shape[0] * lattice.spacing[0]
    across = lattice.positions().roll(1, 0)
    return PUSH * width * torch.sin(2.0 * math.pi * across / width + 1.0)


def _texture(size: int, seed: int) -> Tensor:
    """Smoothed noise [D, H, W] around 0.5, hardly ever below 0.1."""
    noise = torch.randn(size, size, size, generator=torch.Generator().manual_seed(seed))
    kernel = gaussian(noise.shape, [GRAIN] * 3)
    smooth = kernel(noise)
    return (0.5 + 0.13 * smooth / smooth.std()).clamp_(0.1, 1.0)


def _ball(lattice: Lattice) -> Tensor:
    """[D, H, W]: 1 inside, 0 outside, with an edge three voxels wide."""
    distance = lattice.positions().square().sum(0).sqrt()
    return ((RADIUS * lattice.shape[0] - distance) / 3.0).clamp_(0.0, 1.0)
