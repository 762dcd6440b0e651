"""The flow of a velocity field: integrate it, compose its segments, run it backwards.

A registration is one flow cut into segments, one per level of the pyramid: φ = ψ_1 ∘ ψ_2 ∘ … ∘ ψ_L. A point of the
fixed grid passes through the newest segment first. The inverse passes the segments in the other order, each from t = 1
to 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchdiffeq import odeint, odeint_adjoint

from .paper.cloud import CloudField
from .space import Lattice, sample

ADAPTIVE = frozenset({"dopri8", "dopri5", "bosh3", "fehlberg2", "adaptive_heun"})
_LIGHT = 0.05  # points; a node that weighs less than this hardly moves in a fit


@dataclass(frozen=True)
class Solver:
    """How the ordinary differential equation is solved.

    Attributes:
        method: a name torchdiffeq knows.
        steps: steps over t in [0, 1] of a fixed-step method.
        rtol, atol: tolerances of an adaptive method; atol in mm.
        adjoint: backpropagate by the adjoint equation instead of through the solver: less memory, less exact.
    """

    method: str = "midpoint"
    steps: int = 1
    rtol: float = 1e-3
    atol: float = 1e-2
    adjoint: bool = False


class _Motion(nn.Module):
    """dw/dt = v(x + w, t) for the displacement w [k, D, H, W] of a lattice's points.

    Attributes:
        velocities: every velocity the solver has asked for, in turn, for penalties on it.
    """

    def __init__(self, velocity: nn.Module, lattice: Lattice, at_rest: bool) -> None:
        super().__init__()
        self.velocity = velocity
        self.lattice = lattice
        self.velocities: list[Tensor] = []
        self._at_rest = at_rest

    def forward(self, t: Tensor, displacement: Tensor) -> Tensor:
        velocity = self.velocity(t)
        self.velocities.append(velocity)
        if self._at_rest and velocity.shape == displacement.shape:
            # Every solver asks first for the start, where the points still lie on the nodes: nothing to interpolate.
            self._at_rest = False
            return velocity
        return self.lattice.sample(velocity, displacement)


class _CloudMotion(nn.Module):
    """dw/dt = v(w) for the displacement w [k, D, H, W] of a cloud of points whose velocity depends on all of them.

    Attributes:
        velocities: as in :class:`_Motion`.
    """

    def __init__(self, velocity: CloudField) -> None:
        super().__init__()
        self.velocity = velocity
        self.velocities: list[Tensor] = []

    def forward(self, t: Tensor, displacement: Tensor) -> Tensor:
        velocity = self.velocity(t, displacement)
        self.velocities.append(velocity)
        return velocity


def integrate(
    velocity: nn.Module, lattice: Lattice, solver: Solver, start: Tensor | None = None, backwards: bool = False
) -> tuple[Tensor, list[Tensor]]:
    """The displacement of a lattice's points after one unit of time.

    Args:
        velocity: maps a time to the velocity [k, D, H, W] on a grid over the same box as ``lattice``, local mm; or
            paper mode's field, which maps the displacement of the lattice's points to their velocity.
        start: displacement [k, D, H, W] to start from, local mm; None: the points are at rest.
        backwards: integrate from t = 1 to t = 0, which undoes the flow.

    Returns:
        the displacement [k, D, H, W], local mm, and the velocities the solver asked for.
    """
    motion: _Motion | _CloudMotion
    if isinstance(velocity, CloudField):
        motion = _CloudMotion(velocity)
    else:
        motion = _Motion(velocity, lattice, at_rest=start is None)
    start = lattice.zeros() if start is None else start
    times = torch.tensor([1.0, 0.0] if backwards else [0.0, 1.0], device=start.device)
    # left to themselves, adaptive solvers step past the end and interpolate back, where no velocity is defined
    options = {"step_t": times} if solver.method in ADAPTIVE else {"step_size": 1.0 / solver.steps}
    solve = odeint_adjoint if solver.adjoint and torch.is_grad_enabled() else odeint
    path = solve(motion, start, times, rtol=solver.rtol, atol=solver.atol, method=solver.method, options=options)
    return path[-1], motion.velocities


def compose(outer: Tensor, inner: Tensor, lattice: Lattice) -> Tensor:
    """Displacement [k, D, H, W] of x -> outer(inner(x)): both displacements in local mm on grids over the same box."""
    return inner + lattice.sample(outer, inner)


@torch.no_grad()
def transport(segments: Sequence[nn.Module], lattice: Lattice, solver: Solver, inverse: bool = False) -> Tensor:
    """Displacement [k, D, H, W] (local mm) of a lattice's points through all ``segments``, or back through them."""
    displacement = None
    for segment in segments if inverse else reversed(segments):
        displacement, _ = integrate(segment, lattice, solver, displacement, backwards=inverse)
    return lattice.zeros() if displacement is None else displacement


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


def fit_inverse(inverse: Tensor, forward: Tensor, points: Lattice, iterations: int = 2) -> Tensor:
    """``inverse`` fitted, by least squares, to undo ``forward`` at all ``points`` and not only at its own nodes.

    Where the inverse curves, linear interpolation between exact nodes is wrong on one side everywhere; a fit spreads
    the error to both. Each iteration is a gradient step scaled by what every node weighs.

    Args:
        inverse: [k, d, h, w] on nodes.
        forward: [k, D, H, W] at ``points``, a lattice over the same box, usually finer.
    """
    targets = points.sampling(forward)
    inner = _inner(inverse[:1])
    weights = torch.zeros_like(inverse[:1], requires_grad=True)
    with torch.enable_grad():
        share = torch.autograd.grad(sample(weights, targets).sum(), weights)[0]
        for _ in range(iterations):
            inverse = inverse.detach().requires_grad_()
            error = forward + sample(inverse, targets)
            step = torch.autograd.grad(0.5 * error.square().sum(), inverse)[0]
            inverse = inverse - inner * step / (share + _LIGHT)
    return inverse.detach()


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
