"""One level of a series: from the velocity field to the loss of all frames together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...engine.level import LevelProblem
from ...field import roughness
from ...field.flow import Solver, integrate
from ...geometry.domain import Level
from ...geometry.lattice import Lattice
from ...models.adam import Adam
from ...models.base import Descent, Loss
from ...settings import Settings
from .field import Passage, SeriesField
from .walk import both_ways, walked

AT_ONCE = 16  # frames that an iteration looks at
_STEPS = 2  # of the solver, a passage, at least: with one the ends of a period would not agree
_BETAS = (0.9, 0.99)
_PACE = 1.4  # of the steps of a pair; half of it where each voxel has a node, whose gradient is that voxel's noise, too
_WARM_UP = 5  # iterations
_HELD = 0.1  # of λ_df, where little moves: a frame's displacement is held by the velocity and by the other frames
_CHANGE = 0.0001  # weight of |∂v/∂t|², v in the fixed image's unit per mean interval of the frames
_CLOSURE = 1.0  # weight of the squared distance between both ends of a period, in the fixed image's unit
_KEPT = 40_000_000  # numbers that the passages of an iteration may keep for the gradient; else they are walked twice
_PER_POINT = 15  # numbers that a passage keeps, a point and velocity
_VELOCITIES = {"euler": 1, "heun3": 3, "rk4": 4}  # that a step of a solver asks for; 2 of the others


def pace(level: Level) -> float:
    """How long the steps of the descent are, in those of a pair."""
    return _PACE if max(level.node_factors) > 1 else 0.5 * _PACE


def solver_of(settings: Settings, level: Level) -> Solver:
    """The solver of a passage.

    Two steps of midpoint are one of rk4, which asks for as many velocities and is far nearer to the flow: a series may
    move many nodes in an interval, and a fit of a flow that is not quite the one that is handed out misses by as much.
    """
    steps = max(level.steps, _STEPS)
    if settings.solver != "midpoint":
        return Solver.of(settings, steps)
    return replace(Solver.of(settings, (steps + 1) // 2), method="rk4")


@dataclass(eq=False)
class SeriesSegment:
    """The velocity field of one level.

    Attributes:
        rate: the first step of the optimiser, in spacings of the velocity grid.
        keeps_best: take the best iterate, see :class:`~nodeo.models.base.Descent`.
    """

    field: SeriesField
    lattice: Lattice
    rate: float
    keeps_best: bool

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.field.heads.parameters()

    def descent(self, iterations: int) -> Descent:
        """Adam, with steps that are a share of the spacing of the velocity grid, as a pair's are."""
        rate = self.rate * min(self.lattice.spacing)
        return Descent(Adam(self.parameters(), rate, _BETAS), warm_up=_WARM_UP, keeps_best=self.keeps_best)


class SeriesProblem:
    """What is minimised at one level.

    Args:
        problems: what each frame alone is judged by, by its number.
        times: of all frames, in mean intervals from the reference.
        period: of a cyclic series, in the same unit; 0: it is none.
        solver: of a passage.
        turns: which frames are looked at in an iteration.
        sliding: let what is rough be so in few places, see ``penalty`` in the settings.
        held: little moves, so that the displacement needs little of a penalty of its own.
    """

    def __init__(
        self,
        level: Level,
        lattice: Lattice,
        problems: Mapping[int, LevelProblem],
        times: Sequence[float],
        period: float,
        solver: Solver,
        settings: Settings,
        turns: Callable[[int], Sequence[int]],
        sliding: bool = False,
        held: bool = False,
    ) -> None:
        self.level = level
        self.lattice = lattice
        self.problems = problems
        self.times = times
        self.period = period
        self.solver = solver
        self.settings = settings
        self.turns = turns
        self.sliding = sliding
        self.held = held

    def loss(self, segment: SeriesSegment, iteration: int) -> Loss:
        """The mean of the frames' own losses, and the penalties on the velocity and on what a period leaves."""
        chosen = self.turns(iteration)
        walk = _Walk(segment.field, self.lattice, self.solver, self.settings, self.sliding, self._checkpointed(chosen))
        judged: list[Tensor] = []
        ends: list[Tensor] = []
        for side, sign in zip(both_ways([self.times[n] for n in chosen]), (1.0, -1.0), strict=True):
            numbers = [chosen[n] for n in side]
            stops = [self.times[n] for n in numbers]
            if self.period:
                stops.append(sign * 0.5 * self.period)
            at = list(walked(segment.field, stops, walk.through, self.lattice.zeros()))
            ends += at[len(numbers) :]
            judged += [
                _AtOnce.apply(displacement, self._judge(number, iteration))
                for number, displacement in zip(numbers, at, strict=False)
            ]
        total, alike, *parts = torch.stack(judged).mean(0)
        names, penalised = self._names()
        penalties = dict(zip(penalised, parts[len(names) :], strict=True))
        added = walk.penalties()
        if ends:
            added["closure"] = _CLOSURE * (ends[0] - ends[1]).square().sum(0).mean()
        similarities = dict(zip(names, parts[: len(names)], strict=True))
        return Loss(total + sum(added.values()), alike, similarities, {**penalties, **added})

    def _judge(self, number: int, iteration: int) -> Callable[[Tensor], list[Tensor]]:
        problem = self.problems[number]

        def judge(displacement: Tensor) -> list[Tensor]:
            similarities = problem.similarities(displacement)
            alike = problem.weighted(similarities)
            penalties = problem.penalties(displacement, [], iteration)
            if self.held and "df" in penalties:
                penalties["df"] = _HELD * penalties["df"]
            return [alike + sum(penalties.values()), alike, *similarities.values(), *penalties.values()]

        return judge

    def _names(self) -> tuple[list[str], list[str]]:
        """What a judgement is made of after the total and the similarity."""
        problem = next(iter(self.problems.values()))
        s = self.settings
        penalties = [name for name, weight in (("J", s.lambda_J), ("df", s.lambda_df)) if weight]
        return [comparison.name for comparison in problem.comparisons], penalties

    def _checkpointed(self, chosen: Sequence[int]) -> bool:
        times = [self.times[n] for n in chosen]
        length = self.period or max(0.0, *times) - min(0.0, *times)
        velocities = length * self.solver.steps * _VELOCITIES.get(self.solver.method, 2)
        return velocities * _PER_POINT * self.level.nodes > _KEPT


class _Walk:
    """Passages whose velocities are penalised on the way."""

    def __init__(
        self,
        field: SeriesField,
        lattice: Lattice,
        solver: Solver,
        settings: Settings,
        sliding: bool,
        checkpointed: bool,
    ) -> None:
        self.sliding = sliding
        self.field = field
        self.lattice = lattice
        self.solver = solver
        self.settings = settings
        self.checkpointed = checkpointed
        self._penalties: list[Tensor] = []

    def through(self, passage: Passage, displacement: Tensor | None) -> Tensor:
        if self.checkpointed and torch.is_grad_enabled():
            there, penalties = checkpoint(self._passed, passage, displacement, use_reentrant=False)
        else:
            there, penalties = self._passed(passage, displacement)
        self._penalties.append(penalties)
        return there

    def penalties(self) -> dict[str, Tensor]:
        """The weighted penalties by name: the means over the passages."""
        return dict(zip(("s", "v", "t"), torch.stack(self._penalties).mean(0), strict=True))

    def _passed(self, passage: Passage, displacement: Tensor | None) -> tuple[Tensor, Tensor]:
        s = self.settings
        there, velocities = integrate(passage, self.lattice, self.solver, displacement)
        if self.solver.hides_velocities:
            velocities = [passage(torch.tensor(t)) for t in (0.0, 1.0)]
        zero = there.new_zeros(())
        rough = torch.stack([self._roughness(v) for v in velocities]).mean() if s.lambda_s else zero
        energy = roughness.energy(velocities) if s.lambda_v else zero
        middle, length = passage.begin + 0.5 * passage.length, abs(passage.length)
        change = self.field.change(middle, length).square().sum(0).mean()
        return there, torch.stack([s.lambda_s * rough, s.lambda_v * energy, _CHANGE * change])

    def _roughness(self, velocity: Tensor) -> Tensor:
        if self.sliding:
            return roughness.gradient_variation(velocity, self.lattice.spacing, self.settings.penalty_scale)
        return roughness.gradient_energy(velocity, self.lattice.spacing)


class _AtOnce(torch.autograd.Function):
    """A frame's judgement and its gradient in one go: what it takes of memory is given back before the next frame's."""

    @staticmethod
    def forward(ctx, displacement: Tensor, judge: Callable[[Tensor], list[Tensor]]) -> Tensor:
        with torch.enable_grad():
            leaf = displacement.detach().requires_grad_()
            values = judge(leaf)
            values[0].backward()
        ctx.gradient = leaf.grad
        return torch.stack([value.detach() for value in values])

    @staticmethod
    def backward(ctx, upstream: Tensor):
        gradient, ctx.gradient = ctx.gradient, None  # the gradients of all frames are there at once: in one copy
        return gradient.mul_(upstream[0]), None
