"""The inverse of a displacement, found point by point.

Displacements are in local mm; a displacement u stands for the map x -> x + u(x), linear between nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from .regularity import determinant

_ENOUGH = 0.0005  # of a spacing: a point of the inverse that is as near as this
_MOST = 0.75  # of the points; fewer that are far are gone on with alone
_SLAB = 16  # planes whose points are moved at a time on a CPU

# Of an inverse, its residual, and the points at rest, each [k, n]; and which n of all points these are, None: all.
Step = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]


@torch.no_grad()
def search_inverse(forward: Tensor, lattice: Lattice, iterations: int = 20) -> Tensor:
    """An inverse [k, D, H, W] of a displacement that no flow leads back along: v ← -u(y + v), from rest.

    It is meant to start :func:`refine_inverse`. Where ``forward`` folds there is no inverse, and what is found there is
    one of several points, or only near one.
    """

    rest = lattice.sampling(lattice.zeros()).flatten(1)

    def there(inverse: Tensor, rest: Tensor) -> Tensor:
        return sample(forward, lattice.displaced(rest, inverse))

    def straight(inverse: Tensor, residual: Tensor, rest: Tensor, chosen: Tensor | None) -> Tensor:
        return residual

    return _approached(torch.zeros_like(rest), rest, there, [straight] * iterations).view_as(forward)


@torch.no_grad()
def refine_inverse(
    inverse: Tensor,
    forward: Tensor,
    lattice: Lattice,
    iterations: int = 3,
    at: Lattice | None = None,
    told: Callable[[float], None] | None = None,
    enough: float = _ENOUGH,
) -> Tensor:
    """``inverse`` made exact at every point of ``at``: Newton steps on v + u(y + v) = 0.

    The first step needs no look at the slopes of u: where v is about the inverse, (I + ∇u)⁻¹ = I + ∇v. A point takes a
    step only if that brings it closer, half of it otherwise, so that a kink of the field between two nodes cannot make
    it diverge.

    Args:
        inverse: [k, d, h, w] at the points of ``at``, to start from.
        forward: u [k, D, H, W] on ``lattice``.
        at: a lattice over the same box; None: ``lattice``.
        told: is called with the share of the points that are done, after some at a time; it may raise.
        enough: spacings of ``at``; a point that ends as near as this to where it should needs no step.
    """
    points = at or lattice
    slopes = _slopes(forward, lattice.spacing)
    refined = torch.empty_like(inverse)
    slab = _SLAB if inverse.device.type == "cpu" else points.shape[0]
    length = enough * min(points.spacing)

    def there(inverse: Tensor, rest: Tensor) -> Tensor:
        return sample(forward, points.displaced(rest, inverse))

    def newton(inverse: Tensor, residual: Tensor, rest: Tensor, chosen: Tensor | None) -> Tensor:
        return _solved(sample(slopes, points.displaced(rest, inverse)), residual)

    for first in range(0, points.shape[0], slab):
        planes = slice(first, first + slab)
        start = inverse[:, planes]
        rest = points.sampling(torch.zeros_like(start), planes).flatten(1)
        steps = [_by_own_slopes(inverse, planes, points.spacing), *[newton] * (iterations - 1)]
        refined[:, planes] = _approached(start.flatten(1), rest, there, steps, length).view_as(start)
        if told is not None:
            told(min(1.0, (first + slab) / points.shape[0]))
    return refined


@torch.no_grad()
def left_over(inverse: Tensor, forward: Tensor, lattice: Lattice, count: int = 20_000) -> Tensor:
    """How far there and back again ends from the start, [n], local mm, at random points between the nodes.

    Args:
        inverse: [k, d, h, w] on nodes over the same box as those of ``forward``.
        forward: [k, D, H, W] on ``lattice``.
    """
    random = torch.Generator().manual_seed(0)
    points = (2.0 * torch.rand(len(forward), count, generator=random) - 1.0).to(forward)
    there = sample(forward, points)
    return (there + sample(inverse, lattice.displaced(points, there))).square().sum(0).sqrt()


def _approached(
    inverse: Tensor, rest: Tensor, there: Callable[[Tensor, Tensor], Tensor], steps: Sequence[Step], enough: float = 0.0
) -> Tensor:
    """``inverse`` [k, n] after some steps, each taken where it brings a point closer.

    Args:
        rest: sampling coordinates [k, n] of the points that it is told at.
        there: the forward displacement at the points that an inverse leads to, given it and the points at rest.
        enough: length of a residual with which a point is left alone; on a CPU, where that saves work.
    """
    residual = inverse + there(inverse, rest)
    damping = torch.ones_like(residual[:1])
    whole, chosen = inverse, None
    for step in steps:
        if enough and inverse.device.type == "cpu":
            far = (residual.square().sum(0) > enough**2).nonzero()[:, 0]
            if len(far) <= _MOST * inverse.shape[1]:  # go on with these only
                whole = _put(inverse, whole, chosen)
                chosen = far if chosen is None else chosen[far]
                inverse, rest, residual, damping = (part[:, far] for part in (inverse, rest, residual, damping))
        candidate = inverse - damping * step(inverse, residual, rest, chosen)
        remaining = candidate + there(candidate, rest)
        better = (remaining.square().sum(0) < residual.square().sum(0))[None]
        inverse = torch.where(better, candidate, inverse)
        residual = torch.where(better, remaining, residual)
        damping = torch.where(better, 1.0, 0.5 * damping)
    return _put(inverse, whole, chosen)


def _put(some: Tensor, whole: Tensor, chosen: Tensor | None) -> Tensor:
    """``some`` values [k, m] in their places among ``whole`` [k, n]; None: they are all."""
    return some if chosen is None else whole.index_copy(1, chosen, some)


def _by_own_slopes(inverse: Tensor, planes: slice, spacing: Sequence[float]) -> Step:
    """The step (I + ∇v) r that an inverse v [k, D, H, W] proposes for some of its planes."""
    k = len(spacing)
    before = min(planes.start, 1)
    around = inverse[:, planes.start - before : planes.stop + 1]

    def step(_: Tensor, residual: Tensor, rest: Tensor, chosen: Tensor | None) -> Tensor:
        proposed = residual.clone()
        for axis, h in enumerate(spacing):
            slope = torch.gradient(around, spacing=h, dim=k - axis)[0]
            slope = slope[:, before : before + inverse[:, planes].shape[1]].flatten(1)
            proposed.addcmul_(slope if chosen is None else slope[:, chosen], residual[axis])
        return proposed

    return step


def _slopes(displacement: Tensor, spacing: Sequence[float]) -> Tensor:
    """∂u_i/∂x_j by central differences as channels j * k + i, column after column: [k * k, D, H, W]."""
    axes = [displacement.dim() - 1 - j for j in range(len(spacing))]
    return torch.cat([torch.gradient(displacement, spacing=h, dim=a)[0] for a, h in zip(axes, spacing, strict=True)])


def _solved(slopes: Tensor, right: Tensor) -> Tensor:
    """(I + ∇u)⁻¹ right at every point, by Cramer's rule; slopes as from :func:`_slopes`, right [k, D, H, W]."""
    k = right.shape[0]
    columns = [column.clone() for column in slopes.split(k)]
    for axis, column in enumerate(columns):
        column[axis] += 1.0
    replaced = [[right if axis == other else columns[other] for other in range(k)] for axis in range(k)]
    solution = torch.stack([determinant(matrix) for matrix in replaced])
    return solution / determinant(columns)
