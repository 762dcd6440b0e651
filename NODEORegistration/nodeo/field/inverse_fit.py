"""The inverse between its nodes: fitted by least squares to what the forward map does at every voxel.

Displacements are in local mm; a displacement u stands for the map x -> x + u(x), linear between nodes.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ..geometry.lattice import Lattice
from ..geometry.sampling import sample, spread

_ANCHOR = 1.0  # points; how much each node's start counts beside the points around it
_RIGHT, _RIGHT_OF_FEW = 0.1, 0.03  # of a voxel; an error this small needs no fit: of many points, of few
_FEW = 300_000  # points, whose fit costs next to nothing
_ENOUGH = 0.6  # of that, root mean square; the fit goes on until then
_BLOCK = 4  # points; what is fitted is chosen by blocks of this width
_SLAB = 8 * _BLOCK  # planes looked at a time


@torch.no_grad()
def fit_inverse(inverse: Tensor, forward: Tensor, points: Lattice, iterations: int = 2) -> Tensor:
    """``inverse`` fitted, by least squares, to undo ``forward`` at all ``points`` and not only at its own nodes.

    Where the inverse curves, linear interpolation between exact nodes is wrong on one side everywhere; a fit spreads
    the error to both. Left to itself it would bend the nodes to please the points, fold, and be worse between them: so
    every node is held near where it starts, which is exact. Where the start is right already nothing is fitted.

    Args:
        inverse: [k, d, h, w] on nodes, exact there; it is overwritten.
        forward: [k, D, H, W] at ``points``, a lattice over the same box, of any spacing.
        iterations: at most; after two, more change the last digit of what is left.
    """
    few = math.prod(points.shape) <= _FEW
    right = (_RIGHT_OF_FEW if few else _RIGHT) * min(points.spacing)
    targets, error = _wrong_points(inverse, forward, points, right)
    if not error.numel():
        return inverse
    return _fitted(inverse, error, targets, iterations, _ENOUGH * right)[0]


def _fitted(inverse: Tensor, error: Tensor, targets: Tensor, iterations: int, enough: float) -> tuple[Tensor, Tensor]:
    """Least squares of what ``inverse``, read at the targets, leaves as error, and of how far its nodes move.

    Linear in the nodes: conjugate gradients on the normal equations, scaled by what every node weighs.

    Args:
        error, targets: of n points, mm and sampling coordinates, [k, n]; error and inverse are overwritten.
        enough: root mean square of the error, mm, at which to stop.

    Returns:
        the inverse, and the error that it leaves.
    """
    inner = _inner(inverse[:1])
    sums = spread(torch.cat([error, torch.ones_like(error[:1])]), targets, inverse.shape[1:])
    downhill, scale = sums[:-1].mul_(-inner), inner / sums[-1:].add_(_ANCHOR)
    direction = scale * downhill
    slope = _dot(downhill, direction)
    for left in reversed(range(iterations)):
        if slope == 0 or error.square().sum(0).mean() <= enough**2:
            break
        read = sample(direction, targets)
        step = slope / (_dot(read, read) + _ANCHOR * _dot(direction, direction))
        inverse.addcmul_(step, direction)
        error.addcmul_(step, read)
        if not left:
            break
        bend = spread(read, targets, inverse.shape[1:])
        bend.mul_(inner).add_(direction, alpha=_ANCHOR)
        downhill.addcmul_(-step, bend)
        scaled = torch.mul(scale, downhill, out=bend)
        before, slope = slope, _dot(downhill, scaled)
        direction.mul_(slope / before).add_(scaled)
    return inverse, error


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return torch.dot(one.flatten(), other.flatten())


def _around(mask: Tensor) -> Tensor:
    """The mask [D, H, W] made of blocks: all of a block where there was some of it."""
    pool = F.max_pool3d if mask.dim() == 3 else F.max_pool2d
    blocks = pool(mask[None, None].float(), _BLOCK, ceil_mode=True)
    grown = F.interpolate(blocks, scale_factor=_BLOCK, mode="nearest")[0, 0]
    return grown[tuple(slice(n) for n in mask.shape)] > 0


def _wrong_points(inverse: Tensor, forward: Tensor, points: Lattice, right: float) -> tuple[Tensor, Tensor]:
    """Where ``inverse`` is read that does not undo ``forward`` to ``right`` mm, and by how much, mm: both [k, n].

    Slab by slab, since of most points nothing is kept; they come in the order of the planes that they are read from,
    which is the order that :func:`spread` is quickest in.
    """
    found = []
    for first in range(0, points.shape[0], _SLAB):
        planes = slice(first, first + _SLAB)
        targets = points.sampling(forward[:, planes], planes)
        error = forward[:, planes] + sample(inverse, targets)
        wrong = _around(error.square().sum(0) > right**2)
        found.append(torch.stack([targets[:, wrong], error[:, wrong]]))
    targets, error = torch.cat(found, dim=-1)
    planes = (targets[-1] + 1.0).mul_(0.5 * inverse.shape[1])
    order = planes.to(torch.int16).argsort(stable=True)
    return targets[:, order], error[:, order]


def _inner(field: Tensor) -> Tensor:
    """Like ``field`` [c, D, H, W]: 1, and 0 on the faces, where every displacement is and stays 0."""
    k = field.dim() - 1
    return F.pad(torch.ones_like(field[(slice(None), *[slice(1, -1)] * k)]), [1] * (2 * k))
