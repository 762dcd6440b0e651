"""The flow of a velocity field: integrate it, compose its segments, run it backwards.

A registration is one flow cut into segments, one per level of the pyramid: φ = ψ_1 ∘ ψ_2 ∘ … ∘ ψ_L. A point of the
fixed grid passes through the newest segment first. The inverse passes the segments in the other order, each from t = 1
to 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchdiffeq import odeint, odeint_adjoint

from ..geometry.grid import Lattice
from ..models.paper.cloud import CloudField

ADAPTIVE = frozenset({"dopri8", "dopri5", "bosh3", "fehlberg2", "adaptive_heun"})


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
