"""The inverse of a displacement, on a grid of its own: found at its nodes, then fitted at every voxel.

Displacements are in local mm; a displacement u stands for the map x -> x + u(x), linear between nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .space import Lattice, sample

_LIGHT = 0.05  # points; a node that weighs less than this hardly moves in a fit
_RIGHT = 0.05  # of a voxel; an error this small needs no fit
_FAR, _HEAVIEST = 0.1, 4.0  # of a voxel; the weight that an error of some such gets in the second round


@torch.no_grad()
def search_inverse(forward: Tensor, lattice: Lattice, iterations: int = 20) -> Tensor:
    """An inverse [k, D, H, W] of a displacement that no flow leads back along: v ← -u(y + v), from rest.

    It is meant to start :func:`refine_inverse`. Where ``forward`` folds there is no inverse, and what is found there is
    one of several points, or only near one.
    """
    return _approached(lattice.zeros(), forward, lattice, iterations, lambda inverse, residual: residual)


@torch.no_grad()
def refine_inverse(inverse: Tensor, forward: Tensor, lattice: Lattice, iterations: int = 5) -> Tensor:
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
def fit_inverse(inverse: Tensor, forward: Tensor, points: Lattice, iterations: int = 3) -> Tensor:
    """``inverse`` fitted, by least squares, to undo ``forward`` at all ``points`` and not only at its own nodes.

    Where the inverse curves, linear interpolation between exact nodes is wrong on one side everywhere; a fit spreads
    the error to both. A second round minds most the points that the first left furthest off. Where the start is right
    already nothing is fitted.

    Args:
        inverse: [k, d, h, w] on nodes, to start from.
        forward: [k, D, H, W] at ``points``, a lattice over the same box, of any spacing.
        iterations: of each round.
    """
    targets, voxel = points.sampling(forward), min(points.spacing)
    wrong = _near((forward + sample(inverse, targets)).square().sum(0) > (_RIGHT * voxel) ** 2)
    if not wrong.any():
        return inverse
    targets, forward = _listed(targets, wrong), _listed(forward, wrong)
    inverse = _fitted(inverse, forward, targets, torch.ones_like(forward[:1]), iterations)
    error = (forward + sample(inverse, targets)).square().sum(0, keepdim=True)
    weights = (1.0 + error / (_FAR * voxel) ** 2).clamp_(max=_HEAVIEST)
    return _fitted(inverse, forward, targets, weights, iterations)


def _fitted(inverse: Tensor, forward: Tensor, targets: Tensor, weights: Tensor, iterations: int) -> Tensor:
    """Weighted least squares of forward + inverse(targets), a linear problem in the nodes of ``inverse``.

    Conjugate gradients on the normal equations, scaled by what every node weighs.

    Args:
        forward, targets: displacements and sampling coordinates of n points, [k, 1, .., n].
        weights: of the points, [1, 1, .., n].
    """
    inner = _inner(inverse[:1])
    scale = inner / (_spread(weights, targets, inner) + _LIGHT)
    correction = torch.zeros_like(inverse)
    downhill = -inner * _spread(weights * (forward + sample(inverse, targets)), targets, correction)
    direction = scale * downhill
    slope = (downhill * direction).sum()
    for _ in range(iterations):
        bend = inner * _spread(weights * sample(direction, targets), targets, correction) + _LIGHT * direction
        step = slope / (direction * bend).sum()
        correction.addcmul_(step, direction)
        downhill.addcmul_(-step, bend)
        scaled = scale * downhill
        before, slope = slope, (downhill * scaled).sum()
        direction = torch.addcmul(scaled, slope / before, direction)
    return inverse + correction


def _spread(values: Tensor, targets: Tensor, nodes: Tensor) -> Tensor:
    """The transpose of reading nodes at ``targets``: ``values`` there, handed back to nodes like ``nodes``."""
    nodes = torch.zeros_like(nodes, requires_grad=True)
    with torch.enable_grad():
        return torch.autograd.grad(sample(nodes, targets), nodes, values)[0]


def _near(mask: Tensor) -> Tensor:
    """The mask [D, H, W], two points wider."""
    pool = F.max_pool3d if mask.dim() == 3 else F.max_pool2d
    return pool(mask[None, None].float(), 5, stride=1, padding=2)[0, 0] > 0


def _listed(values: Tensor, mask: Tensor) -> Tensor:
    """The values [c, D, H, W] under a mask [D, H, W], as [c, 1, .., n]."""
    k = mask.dim()
    return values[:, mask].reshape(len(values), *[1] * (k - 1), -1)


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
