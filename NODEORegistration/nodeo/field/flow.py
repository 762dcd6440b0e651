"""The flow of a velocity field: integrate it, compose its segments, run it backwards.

A registration is one flow cut into segments, one per level of the pyramid: φ = ψ_1 ∘ ψ_2 ∘ … ∘ ψ_L. A point of the
fixed grid passes through the newest segment first. The inverse passes the segments in the other order, each from t = 1
to 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from ..geometry.lattice import Lattice
from ..settings import ADAPTIVE_SOLVERS, Settings
from .integrators import SOLVERS, odeint, odeint_adjoint


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

    @classmethod
    def of(cls, settings: Settings, steps: int) -> Solver:
        """The solver that the settings describe, with so many steps."""
        return cls(settings.solver, steps, settings.rtol, settings.atol, settings.adjoint)

    @property
    def adaptive(self) -> bool:
        """Whether it chooses its steps itself."""
        return self.method in ADAPTIVE_SOLVERS

    @cached_property
    def times(self) -> tuple[float, ...]:
        """At which it asks for a velocity on the way from 0 to 1, each once; () if that depends on the velocities."""
        if self.hides_velocities:
            return ()
        asking = _Asking()
        _stepped(asking, torch.zeros(1), self, backwards=False)
        return tuple(dict.fromkeys(asking.times))

    @property
    def hides_velocities(self) -> bool:
        """Whether the velocities it asks for cannot be penalised: the adjoint leaves no graph, adaptive steps vary."""
        return self.adjoint or self.adaptive


class Motion(nn.Module):
    """The right side of an equation of motion: the time and a displacement [k, D, H, W] -> a velocity like it.

    Attributes:
        velocities: those the solver has asked for, in turn, for penalties on them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.velocities: list[Tensor] = []


class _Asking(Motion):
    """No motion; it keeps the times that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def forward(self, t: Tensor, displacement: Tensor) -> Tensor:
        self.times.append(t.item())
        return torch.zeros_like(displacement)


class _Carried(Motion):
    """dw/dt = v(x + w, t) for the displacement w [k, D, H, W] of a lattice's points."""

    def __init__(self, velocity: nn.Module, lattice: Lattice, at_rest: bool) -> None:
        super().__init__()
        self.velocity = velocity
        self.lattice = lattice
        self._at_rest = at_rest

    def forward(self, t: Tensor, displacement: Tensor) -> Tensor:
        velocity = self.velocity(t)
        self.velocities.append(velocity)
        if self._at_rest and velocity.shape == displacement.shape:
            # Every solver asks first for the start, where the points still lie on the nodes: nothing to interpolate.
            self._at_rest = False
            return velocity
        return self.lattice.sample(velocity, displacement)


def integrate(
    velocity: nn.Module, lattice: Lattice, solver: Solver, start: Tensor | None = None, backwards: bool = False
) -> tuple[Tensor, list[Tensor]]:
    """The displacement of a lattice's points after one unit of time.

    Args:
        velocity: maps a time to the velocity [k, D, H, W] on a grid over the same box as ``lattice``, local mm.
        start: displacement [k, D, H, W] to start from, local mm; None: the points are at rest.
        backwards: integrate from t = 1 to t = 0, which undoes the flow.

    Returns:
        the displacement [k, D, H, W], local mm, and the velocities the solver asked for.
    """
    motion = _Carried(velocity, lattice, at_rest=start is None)
    return solve(motion, lattice.zeros() if start is None else start, solver, backwards), motion.velocities


def solve(motion: Motion, start: Tensor, solver: Solver, backwards: bool = False) -> Tensor:
    """Where ``motion`` leads from ``start`` [k, D, H, W] over t in [0, 1], or back from 1 to 0."""
    adjoint = solver.adjoint and torch.is_grad_enabled()
    if not (solver.adaptive or adjoint):
        return _stepped(motion, start, solver, backwards)
    times = torch.tensor([1.0, 0.0] if backwards else [0.0, 1.0], device=start.device)
    # left to themselves, adaptive solvers step past the end and interpolate back, where no velocity is defined
    options = {"step_t": times} if solver.adaptive else {"step_size": 1.0 / solver.steps}
    integrator = odeint_adjoint if adjoint else odeint
    return integrator(motion, start, times, rtol=solver.rtol, atol=solver.atol, method=solver.method, options=options)[
        -1
    ]


def _stepped(motion: Motion, start: Tensor, solver: Solver, backwards: bool) -> Tensor:
    """The steps of one of torchdiffeq's fixed-step methods, and nothing else of it.

    Its ``odeint`` gives the same bits; but it keeps every time on the device, where each comparison of two times makes
    the host wait for it, and copies start and end into one tensor, forwards and in the gradient.
    """
    method = SOLVERS[solver.method](
        _Asked(motion), start, step_size=1.0 / solver.steps, rtol=solver.rtol, atol=solver.atol
    )
    times = torch.arange(solver.steps + 1) * (1.0 / solver.steps)
    times[-1] = 1.0
    if backwards:
        times = 1.0 - times
    displacement = start
    for now, then in itertools.pairwise(times):
        step, _ = method._step_func(method.func, now, then - now, then, displacement)
        displacement = displacement + step
    return displacement


class _Asked:
    """A motion as torchdiffeq's methods ask for it: they may tell which side of a jump in time they mean."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion

    def __call__(self, t: Tensor, displacement: Tensor, *, perturb: object = None) -> Tensor:
        return self._motion(t, displacement)


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
