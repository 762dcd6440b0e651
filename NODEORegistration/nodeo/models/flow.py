"""Flow mode: each segment is the flow of a velocity field of places, dψ/dt = v_θ(ψ(t), t), ψ(0) = id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ..field.certificate import Certificate, unfold
from ..field.deformation import Deformation
from ..field.flow import Solver, integrate
from ..field.trajectories import legendre_moments
from ..field.velocity import FlowField, Foreseen
from ..geometry.domain import Level
from ..geometry.lattice import Lattice
from ..settings import Settings
from .adam import Adam
from .base import FOLLOWING, Descent, FoldedNodes, Model, Segment, Task, Whole
from .kernel import kernel_of

_MEMORIES = (0.2, 2.0)  # of the iterations: how long Adam remembers a gradient, and its square; but for
_SHORTEST = 2.0  # iterations at least
_LONG_STEPS = 6  # of the solver, at least, and
_LONG_RATE = 0.05  # spacings, the first of ``FOLLOWING`` steps of Adam, of a segment that goes a long way at once


class FlowModel(Model):
    """Segments of one flow, each with a velocity at every node of its level."""

    follows = True
    widens = True

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def segment(self, task: Task, level: Level, lattice: Lattice, generator: torch.Generator) -> FlowSegment:
        s = self.settings
        window = task.domain.fade(lattice, level.node_factors)
        kernel = kernel_of(lattice, s, widening=level.widening)
        field = FlowField(lattice.shape, kernel, window, s.time_modes, generator)
        return FlowSegment(field, lattice, Solver.of(s, level.steps), s, s.learning_rate)

    def follower(
        self, task: Task, level: Level, target: Deformation, weight: Tensor, generator: torch.Generator
    ) -> FlowSegment:
        steps = max(level.steps, _LONG_STEPS)
        segment = self.segment(task, replace(level, steps=steps), target.lattice, generator)
        with torch.no_grad():
            segment.field.head.copy_(
                legendre_moments(target.displacement, weight, target.lattice, self.settings.time_modes)
            )
        return replace(segment, rate=level.iterations / FOLLOWING * _LONG_RATE)


@dataclass(eq=False)
class FlowSegment(Segment):
    """The flow of one velocity field over one unit of time.

    Attributes:
        lattice: the nodes that it moves, and the grid that the field lives on.
        rate: the first step of the optimiser, in spacings of the velocity grid.
    """

    field: FlowField
    lattice: Lattice
    solver: Solver
    settings: Settings
    rate: float

    def __post_init__(self) -> None:
        self.velocity = self.field

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.field.parameters()

    def descent(self, iterations: int) -> Descent:
        """Adam whose step has a length in space: that many spacings of the velocity grid."""
        return Descent(Adam(self.parameters(), self.rate * min(self.lattice.spacing), _betas(iterations)))

    def motion(self) -> tuple[Tensor, list[Tensor]]:
        times = self.solver.times
        field = Foreseen(self.field, times) if times else self.field
        displacement, velocities = integrate(field, self.lattice, self.solver)
        if self.solver.hides_velocities and (self.settings.lambda_v or self.settings.lambda_s):
            velocities = [self.field(torch.tensor(t)) for t in (0.0, 0.5, 1.0)]
        return displacement, velocities

    def certified(self, whole: Whole, folded_nodes: FoldedNodes) -> tuple[Tensor, Certificate]:
        """Turned down where the whole displacement folds."""
        return unfold(self.field, whole, folded_nodes)

    def moved(self, device: torch.device) -> FlowSegment:
        return replace(self, field=self.field.moved(device), lattice=Lattice(self.lattice.grid, device))


def _betas(iterations: int) -> tuple[float, float]:
    """How much of the gradient's running mean and square Adam keeps from step to step.

    In few iterations a long memory steers by gradients of where the field no longer is.
    """
    mean, square = (1.0 - 1.0 / max(share * iterations, _SHORTEST) for share in _MEMORIES)
    return mean, square
