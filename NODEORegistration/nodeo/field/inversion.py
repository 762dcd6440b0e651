"""The inverse of a displacement, on a grid of its own: found at its nodes, then fitted at every voxel.

Displacements are in local mm; a displacement u stands for the map x -> x + u(x), linear between nodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..geometry.lattice import Lattice
from ..geometry.sampling import sample

_LIGHT = 0.05  # points; a node that weighs less than this hardly moves in a fit
_RIGHT = 0.1  # of a voxel; an error this small needs no fit
_ENOUGH = 0.06  # of a voxel, root mean square; the fit goes on until then
_FAR = 0.2  # of a voxel; if more than one point in a hundred is further off, another round minds them
_ROUNDS = 2  # of those, at most
_HEAVIEST = 4.0  # what the worst of them weigh there
_BLOCK = 4  # points; what is fitted is chosen by blocks of this width
_SLAB = 8 * _BLOCK  # planes looked at a time


@torch.no_grad()
def search_inverse(forward: Tensor, lattice: Lattice, iterations: int = 20) -> Tensor:
    """An inverse [k, D, H, W] of a displacement that no flow leads back along: v ← -u(y + v), from rest.

    It is meant to start :func:`refine_inverse`. Where ``forward`` folds there is no inverse, and what is found there is
    one of several points, or only near one.
    """
    return _approached(lattice.zeros(), forward, lattice, iterations, lambda inverse, residual: residual)


@torch.no_grad()
def refine_inverse(inverse: Tensor, forward: Tensor, lattice: Lattice, iterations: int = 3) -> Tensor:
    """``inverse`` made exact at every node of the interpolated ``forward``: Newton steps on v + u(y + v) = 0.

    A point takes a step only if that brings it closer, half of it otherwise, so that a kink of the field between two
    nodes cannot make it diverge.
    """
    slopes = _slopes(forward, lattice.spacing)

    def newton(inverse: Tensor, residual: Tensor) -> Tensor:
        return _solved(lattice.sample(slopes, inverse), residual)

    return _approached(inverse, forward, lattice, iterations, newton)


def _approached(
    inverse: Tensor, forward: Tensor, lattice: Lattice, iterations: int, step: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """``inverse`` after some steps, each taken where it brings a point closer; ``step`` sees inverse and residual."""
    residual = inverse + lattice.sample(forward, inverse)
    damping = torch.ones_like(residual[:1])
    for _ in range(iterations):
        candidate = inverse - damping * step(inverse, residual)
        remaining = candidate + lattice.sample(forward, candidate)
        better = (remaining.square().sum(0) < residual.square().sum(0))[None]
        inverse = torch.where(better, candidate, inverse)
        residual = torch.where(better, remaining, residual)
        damping = torch.where(better, 1.0, 0.5 * damping)
    return inverse


@torch.no_grad()
def fit_inverse(inverse: Tensor, forward: Tensor, points: Lattice, iterations: int = 4) -> Tensor:
    """``inverse`` fitted, by least squares, to undo ``forward`` at all ``points`` and not only at its own nodes.

    Where the inverse curves, linear interpolation between exact nodes is wrong on one side everywhere; a fit spreads
    the error to both. While many points are still far off, another round minds those most. Where the start is right
    already nothing is fitted.

    Args:
        inverse: [k, d, h, w] on nodes, to start from.
        forward: [k, D, H, W] at ``points``, a lattice over the same box, of any spacing.
        iterations: of each round, at most.
    """
    voxel = min(points.spacing)
    targets, error = _wrong_points(inverse, forward, points)
    if not error.numel():
        return inverse
    inverse, error = _fitted(inverse, error, targets, torch.ones_like(error[:1]), iterations, _ENOUGH * voxel)
    for _ in range(_ROUNDS):
        squared = error.square().sum(0, keepdim=True)
        if squared.flatten().kthvalue(math.ceil(0.99 * squared.numel())).values.item() <= (_FAR * voxel) ** 2:
            break
        weights = (1.0 + squared / (0.5 * _FAR * voxel) ** 2).clamp_(max=_HEAVIEST)
        inverse, error = _fitted(inverse, error, targets, weights, iterations, 0.0)
    return inverse


def _fitted(
    inverse: Tensor, error: Tensor, targets: Tensor, weights: Tensor, iterations: int, enough: float
) -> tuple[Tensor, Tensor]:
    """Weighted least squares of what ``inverse``, read at the targets, leaves as error: linear in its nodes.

    Conjugate gradients on the normal equations, scaled by what every node weighs.

    Args:
        error, targets: of n points, mm and sampling coordinates, [k, n].
        weights: of the points, [1, n].
        enough: root mean square of the error, mm, at which to stop.

    Returns:
        the inverse, and the error that it leaves.
    """
    inner = _inner(inverse[:1])
    spread = _spread(torch.cat([weights * error, weights]), targets, inverse.shape[1:])
    downhill, scale = spread[:-1].mul_(-inner), inner / spread[-1:].add_(_LIGHT)
    direction = scale * downhill
    slope = _dot(downhill, direction)
    for _ in range(iterations):
        if slope == 0 or error.square().sum(0).mean() <= enough**2:
            break
        with torch.enable_grad():
            nodes = direction.requires_grad_()
            read = sample(nodes, targets)
            bend = torch.autograd.grad(read, nodes, weights * read.detach())[0]
        direction, read = direction.detach(), read.detach()
        bend.mul_(inner).add_(direction, alpha=_LIGHT)
        step = slope / _dot(direction, bend)
        inverse = torch.addcmul(inverse, step, direction)
        error = torch.addcmul(error, step, read)
        downhill.addcmul_(-step, bend)
        scaled = torch.mul(scale, downhill, out=bend)
        before, slope = slope, _dot(downhill, scaled)
        direction.mul_(slope / before).add_(scaled)
    return inverse, error


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return torch.dot(one.flatten(), other.flatten())


def _spread(values: Tensor, targets: Tensor, shape: Sequence[int]) -> Tensor:
    """The transpose of reading nodes at ``targets``: ``values`` [c, n] there, handed back to c × ``shape``."""
    nodes = values.new_zeros(()).expand(len(values), *shape).requires_grad_()  # what they hold does not matter
    with torch.enable_grad():
        return torch.autograd.grad(sample(nodes, targets), nodes, values)[0]


def _around(mask: Tensor) -> Tensor:
    """The mask [D, H, W] made of blocks: all of a block where there was some of it."""
    pool = F.max_pool3d if mask.dim() == 3 else F.max_pool2d
    blocks = pool(mask[None, None].float(), _BLOCK, ceil_mode=True)
    grown = F.interpolate(blocks, scale_factor=_BLOCK, mode="nearest")[0, 0]
    return grown[tuple(slice(n) for n in mask.shape)] > 0


def _wrong_points(inverse: Tensor, forward: Tensor, points: Lattice) -> tuple[Tensor, Tensor]:
    """Where ``inverse`` is read that does not undo ``forward`` there, and by how much, mm: both [k, n].

    Slab by slab, since of most points nothing is kept.
    """
    found = []
    for first in range(0, points.shape[0], _SLAB):
        planes = slice(first, first + _SLAB)
        targets = points.sampling(forward[:, planes], planes)
        error = forward[:, planes] + sample(inverse, targets)
        wrong = _around(error.square().sum(0) > (_RIGHT * min(points.spacing)) ** 2)
        found.append(torch.stack([targets[:, wrong], error[:, wrong]]))
    targets, error = torch.cat(found, dim=-1)
    return targets, error


def _inner(field: Tensor) -> Tensor:
    """Like ``field`` [c, D, H, W]: 1, and 0 on the faces, where every displacement is and stays 0."""
    k = field.dim() - 1
    return F.pad(torch.ones_like(field[(slice(None), *[slice(1, -1)] * k)]), [1] * (2 * k))


def _slopes(displacement: Tensor, spacing: Sequence[float]) -> Tensor:
    """∂u_i/∂x_j by central differences as channels i * k + j: [k * k, D, H, W]."""
    axes = [displacement.dim() - 1 - j for j in range(len(spacing))]
    columns = [torch.gradient(displacement, spacing=h, dim=axis)[0] for axis, h in zip(axes, spacing, strict=True)]
    return torch.stack(columns, 1).flatten(0, 1)


def _solved(slopes: Tensor, right: Tensor) -> Tensor:
    """(I + ∇u)⁻¹ right at every point; slopes as from :func:`_slopes`, right [k, D, H, W]."""
    k = right.shape[0]
    matrix = slopes.unflatten(0, (k, k)).movedim((0, 1), (-2, -1)) + torch.eye(k, device=right.device)
    return torch.linalg.solve_ex(matrix, right.movedim(0, -1)[..., None])[0][..., 0].movedim(-1, 0)
