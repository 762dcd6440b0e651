"""One velocity field over the time of a series, fitted to all its frames together, coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from ...engine import devices
from ...engine.descent import NO_NUMBER, descend, telling
from ...engine.level import LevelProblem
from ...errors import InputError
from ...field.flow import Solver
from ...geometry.domain import Level
from ...geometry.lattice import Lattice
from ...models.kernel import kernel_of
from ...progress import Reporter
from ...similarity.channel import Channel
from ...start.search import most_of
from .basis import TimeSplines
from .field import SeriesField
from .level import AT_ONCE, SeriesProblem, SeriesSegment, pace, solver_of
from .plan import SeriesPlan
from .turns import Turns
from .walk import carried, displacements


@dataclass
class Fitted:
    """A fitted field, and how it was found.

    Attributes:
        velocity: in the reference's unit per mean interval of the frames; the reference's time is 0.
        lattice: its nodes.
        solver: of a passage.
        similarities: by frame, of each channel at the last level, at rest and under the flow.
        motion: what all but a tenth of the box move by at most, in the frame that moves farthest.
        history: one record an iteration.
        stops: why the optimiser stopped, a level each.
        fallbacks: what was given up, in sentences.
        seconds: that the fit took.
    """

    velocity: SeriesField
    lattice: Lattice
    solver: Solver
    similarities: dict[int, dict[str, tuple[float, float]]] = field(default_factory=dict)
    motion: float = 0.0
    history: list[dict] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)
    seconds: float = 0.0


class SeriesFit:
    """The levels of a series, in order.

    Args:
        report: is told of every iteration, and stops the fit by raising.
    """

    def __init__(self, plan: SeriesPlan, report: Reporter) -> None:
        self.plan = plan
        self.report = report

    def run(self, device: torch.device) -> Fitted:
        """All levels, coarse to fine.

        Raises:
            InputError: memory ran out at the first of them, or the optimisation diverged.
        """
        fitted: Fitted | None = None
        for number, level in enumerate(self.plan.levels):
            with self.report.timed(f"level {number + 1}"):
                try:
                    fitted = self._level(fitted, number, level, device)
                except Exception as error:
                    if not devices.ran_out_of_memory(error):
                        raise
                    if fitted is None:
                        raise InputError(
                            "There is not enough memory for this series.",
                            "Choose the preset fast or the mode frames, crop the frames, or set a smaller max_voxels.",
                            "memory",
                        ) from None
                    fitted.fallbacks.append(f"Level {number + 1}: memory ran out; it was left out.")
                    return fitted
        if fitted is None:
            raise ValueError("there is no level")
        return fitted

    def _level(self, before: Fitted | None, number: int, level: Level, device: torch.device) -> Fitted:
        plan, settings = self.plan, self.plan.settings
        lattice = Lattice(level.node_grid, device)
        velocity = self._velocity(before, level, lattice)
        turns = Turns(list(plan.tasks), AT_ONCE, settings.seed + number)
        segment = SeriesSegment(velocity, lattice, pace(level) * settings.learning_rate, turns.all_at_once)
        solver = solver_of(settings, level)
        sliding = self._slides(before)
        problem = SeriesProblem(
            level,
            lattice,
            self._problems(level, device, sliding),
            plan.times,
            plan.clock.period,
            solver,
            settings,
            turns,
            sliding,
            held=before is not None and not sliding,
        )
        fitted = Fitted(velocity, lattice, solver)
        if before is not None:
            fitted.history, fitted.stops = before.history, before.stops
            fitted.fallbacks = before.fallbacks
        told = telling(self.report, number, self.plan.levels, fitted.history)
        stop = descend(problem, segment, settings.tolerance, told)
        for parameter in segment.parameters():
            parameter.requires_grad_(False)
            parameter.grad = None  # which takes as much memory as the field
        if stop == NO_NUMBER:
            fitted.fallbacks.append(f"Level {number + 1}: {stop}; the best field before that was taken.")
        fitted.stops.append(stop)
        self._compare(fitted, problem)
        return fitted

    def _velocity(self, before: Fitted | None, level: Level, lattice: Lattice) -> SeriesField:
        """The field to go on with: that of the level before, if it has the same nodes, or one that adds to it."""
        if before is not None and before.lattice.shape == lattice.shape:
            for parameter in before.velocity.heads:
                parameter.requires_grad_(True)
            return before.velocity
        fade = self.plan.domain.fade(lattice, level.node_factors)
        coarser = None if before is None else before.velocity
        return SeriesField(self._splines(), kernel_of(lattice, self.plan.settings), fade, coarser)

    def _problems(self, level: Level, device: torch.device, sliding: bool) -> dict[int, LevelProblem]:
        """What each frame but the reference is judged by."""
        tasks, settings = self.plan.tasks, self.plan.settings
        problems: dict[int, LevelProblem] = {}
        for number, task in tasks.items():
            like = next((n for n in problems if _alike(tasks[n].channels[0], task.channels[0])), None)
            if like is None:
                problems[number] = LevelProblem(task, level, None, settings, device, sliding)
            else:  # most of what a problem holds is of the reference and the grids: there once for all frames
                problems[number] = problems[like].with_moving(task.moving)
        return problems

    def _slides(self, before: Fitted | None) -> bool:
        """Whether roughness is penalised as of what may slide: where it is asked for, or the first level moved far."""
        if self.plan.settings.penalty != "auto":
            return self.plan.settings.penalty == "charbonnier"
        return before is not None and before.motion > min(self.plan.levels[0].image_grid.step)

    def _splines(self) -> TimeSplines:
        """As many knot intervals as there are intervals between frames."""
        times, period = self.plan.times, self.plan.clock.period
        if period:
            return TimeSplines(0.0, period / len(times), len(times), periodic=True)
        intervals = len(times) - 1
        return TimeSplines(min(times), (max(times) - min(times)) / intervals, intervals)

    @torch.no_grad()
    def _compare(self, fitted: Fitted, problem: SeriesProblem) -> None:
        """How alike each frame and the reference are, at rest and now."""
        rest, through = fitted.lattice.zeros(), carried(fitted.lattice, fitted.solver)
        fitted.motion = 0.0
        for frame, displacement in displacements(fitted.velocity, self.plan.times, through, rest):
            if frame in problem.problems:
                fitted.motion = max(fitted.motion, most_of(displacement))
                before, after = (problem.problems[frame].similarities(u) for u in (rest, displacement))
                fitted.similarities[frame] = {name: (before[name].item(), after[name].item()) for name in before}


def _alike(one: Channel, other: Channel) -> bool:
    """Whether two frames are compared with the reference in the same places."""
    everywhere = one.overlap is None and other.overlap is None
    return everywhere and one.moving.grid == other.moving.grid and one.similarity == other.similarity
