"""Coarse to fine: each level is optimised from rest, certified, and added to the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import torch
from torch import Tensor

from ..errors import InputError
from ..field.certificate import Certificate, folded_nodes, smoothed_or_scaled
from ..field.deformation import Deformation
from ..field.flow import compose
from ..geometry.domain import Level
from ..geometry.lattice import Lattice
from ..models import Model
from ..models.base import Objective, Segment, Task
from ..progress import Reporter
from ..settings import Settings
from ..start.search import Found
from . import devices
from .agreement import Agreement
from .beginning import Beginning, follow, look
from .descent import NO_NUMBER, descend, telling
from .level import LevelProblem
from .segments import Flow

_CLEARLY = 0.9  # of a similarity loss


class Optimisation:
    """The levels of one registration, in order.

    Args:
        report: is told of every iteration, and stops the run by raising.
        before: the flow of a like task, on the same levels: each level begins with its segment instead of at rest.
    """

    def __init__(
        self,
        task: Task,
        levels: Sequence[Level],
        model: Model,
        settings: Settings,
        report: Reporter,
        before: Flow | None = None,
    ) -> None:
        self.task = task
        self.levels = levels
        self.model = model
        self.settings = settings
        self.report = report
        self.before = before

    def run(self, device: torch.device) -> Flow:
        """All levels, coarse to fine.

        Raises:
            InputError: memory ran out, and nothing on the ladder helped.
        """
        flow = self._smoothed(self._begun(device))
        for number, level in enumerate(self.levels[len(flow.stops) :], start=len(flow.stops)):
            with self.report.timed(f"level {number + 1}"):
                self._with_what_memory_there_is(flow, number, level)
        return flow

    def _begun(self, device: torch.device) -> Flow:
        """A flow to go on with: at rest, or after a first segment.

        Where nobody asked for that segment, the first level is tried from both, and the segment is kept if the images
        are clearly more alike after it. What a flow before began with is kept as it is.
        """
        if self.before is not None:
            return self.before.restarted(device)
        rest, first = Flow(device), self.levels[0]
        try:
            with self.report.timed("search"):
                found = look(self.task, first, self.model, self.settings, device, self.report)
                again = (self._foreseen() or (1.0,))[0] != 1  # with the first level widened it is followed anew
                beginning = None if found is None else self._beginning(found, device, in_haste=again)
        except Exception as error:
            if not devices.ran_out_of_memory(error):
                raise
            rest.fallbacks.append("Start: memory ran out; the flow began at rest.")
            return rest
        if beginning is None:
            return rest
        begun = Flow.after(beginning, device)
        if self.settings.start != "auto":
            return begun
        for flow in (rest, begun):
            with self.report.timed("level 1"):
                self._with_what_memory_there_is(flow, 0, first)
        return begun if begun.similarity() < _CLEARLY * rest.similarity() else rest

    def _beginning(self, found: Found, device: torch.device, in_haste: bool = False) -> Beginning:
        """A first segment that follows what was found; ``in_haste``, for a first look at where that leads."""
        first = self.levels[0]

        def folded(displacement: Tensor) -> Tensor:
            return self._folded_nodes(displacement, first, fine=False)

        return follow(
            found, self.task, first, self.model, self.settings, device, folded, self.report, in_haste=in_haste
        )

    def _smoothed(self, flow: Flow) -> Flow:
        """The flow as it is, or one that begins as it did, whose levels smooth as widely as the images ask for.

        What knows better than the images, points or structures, is followed as closely as ever.
        """
        widenings, patience = self._asked_for(flow) if self.before is None else (self.before.widenings, 1)
        if not any(times != 1 for times in widenings):
            return flow
        self.levels = [
            replace(level, widening=times, iterations=patience * level.iterations)
            for level, times in zip(self.levels, widenings, strict=True)
        ]
        if self.before is None and widenings[0] != 1:
            flow = self._again(flow)
        flow.widenings = widenings
        return flow

    def _guided(self) -> bool:
        """Whether points or structures have a say."""
        points, structures = self.task.points, self.task.structures
        return bool((points is not None and self.settings.lambda_p) or (structures is not None and structures.weight))

    def _foreseen(self) -> tuple[float, ...] | None:
        """The widenings, () for none; None where they hang on how well the images agree."""
        if self.settings.kernel_widening == "none" or not self.model.widens or self._guided():
            return ()
        agreement = self._agreement()
        return None if agreement.tells else agreement.widenings

    def _asked_for(self, flow: Flow) -> tuple[tuple[float, ...], int]:
        """The widenings, and how many times as many iterations: by how well the images agree under a flow.

        The flow is given its first level if that tells.
        """
        foreseen = self._foreseen()
        if foreseen is not None:
            return foreseen, 1
        first, beginning = self.levels[0], flow.beginning
        if not flow.stops:
            with self.report.timed("level 1"):
                self._with_what_memory_there_is(flow, 0, first)
        losses = {name: after for name, (_, after) in flow.similarities.items()}
        motion = 0.0 if beginning is None else beginning.motion / max(first.node_grid.step)
        agreement = self._agreement(losses, motion)
        return agreement.widenings, agreement.patience

    def _agreement(self, losses: Mapping[str, float] | None = None, motion: float = 0.0) -> Agreement:
        volumes = len(self.task.domain.length) == 3
        similarities = {channel.name: channel.similarity for channel in self.task.channels if channel.weight}
        return Agreement(similarities, len(self.levels), volumes, losses or {}, motion)

    def _again(self, flow: Flow) -> Flow:
        """A flow that begins as one did, but with the first level as it now is to be."""
        begun = Flow(flow.device)
        if flow.beginning is not None:
            with self.report.timed("search"):
                begun = Flow.after(self._beginning(flow.beginning.found, flow.device), flow.device)
        begun.fallbacks = flow.fallbacks
        return begun

    def _with_what_memory_there_is(self, flow: Flow, number: int, level: Level) -> None:
        """One level; each time memory runs out, one rung further down the ladder."""
        checkpointed = not self.model.recomputes
        while not self._fits(flow, number, level, checkpointed):
            if flow.device.type == "cuda":
                torch.cuda.empty_cache()
            last = number == len(self.levels) - 1
            if not checkpointed:
                checkpointed = True
                remedy = "steps are computed twice instead of being kept"
            elif last and number > 0 and flow.deformation is not None:
                remedy = "the finest level was left out"
                self._leave_out(flow, flow.deformation, self.levels[number - 1])
            elif flow.device.type != "cpu":
                remedy = "the CPU took over"
                flow.move(torch.device("cpu"))
            else:
                raise InputError(
                    "There is not enough memory for this registration.",
                    "Choose the preset fast, crop the images, or set a smaller max_voxels.",
                    "memory",
                )
            flow.fallbacks.append(f"Level {number + 1}: memory ran out; {remedy}.")
            if len(flow.stops) > number:
                return

    def _fits(self, flow: Flow, number: int, level: Level, checkpointed: bool) -> bool:
        """Register one level; False if memory ran out, with the flow as it was."""
        try:
            self._level(flow, number, level, checkpointed)
            return True
        except Exception as error:
            if not devices.ran_out_of_memory(error):
                raise
            error.__traceback__ = None  # it holds on to the tensors that filled the memory
            return False

    def _leave_out(self, flow: Flow, deformation: Deformation, before: Level) -> None:
        """End with the level before, measured as finely as the last one would have been."""

        def folded(displacement: Tensor) -> Tensor:
            return self._folded_nodes(displacement, before, fine=True)

        displacement = deformation.displacement
        displacement, smoothings, scale = smoothed_or_scaled(displacement, folded(displacement), folded)
        flow.deformation = Deformation(displacement, deformation.lattice)
        flow.certificates.append(Certificate(smoothings=smoothings, scale=scale))
        flow.stops.append("left out")

    def _level(self, flow: Flow, number: int, level: Level, checkpointed: bool) -> None:
        """Optimise one segment, certify the deformation, and put both into the flow."""
        objective = self._objective(flow, level, checkpointed)
        generator = torch.Generator().manual_seed(self.settings.seed + number)
        segment = self.model.segment(self.task, level, objective.lattice, generator)
        earlier = None if self.before is None else self.before.of_level(number)
        if earlier is not None:
            segment.resume(earlier)
        history: list[dict] = []
        told = telling(self.report, number, self.levels, history)
        stop = descend(objective, segment, self.settings.tolerance, told)
        last = number == len(self.levels) - 1
        if last:
            self.report.tell("Looking for folds", "certificate")
        for parameter in segment.parameters():
            parameter.requires_grad_(False)
        displacement, certificate = self._certified(objective, segment, last)
        if not displacement.isfinite().all():
            raise InputError(
                "The optimisation diverged.", "Choose a smaller learning_rate or velocity_gain.", "settings"
            )
        if stop == NO_NUMBER:
            flow.fallbacks.append(f"Level {number + 1}: {stop}; the best field before that was taken.")
        flow.similarities = _before_and_after(objective, displacement)
        flow.segments.append(segment)
        flow.deformation = Deformation(displacement, objective.lattice)
        flow.certificates.append(certificate)
        flow.history.extend(history)
        flow.stops.append(stop)

    def _objective(self, flow: Flow, level: Level, checkpointed: bool) -> Objective:
        """What is minimised at a level."""
        previous = None if flow.deformation is None else flow.deformation.displacement
        large = flow.beginning is not None
        sliding = self.settings.penalty == "charbonnier" or (self.settings.penalty == "auto" and large)

        def standard() -> LevelProblem:
            return LevelProblem(self.task, level, previous, self.settings, flow.device, sliding, checkpointed)

        return self.model.objective(self.task, level, flow.device, standard)

    @torch.no_grad()
    def _certified(self, objective: Objective, segment: Segment, last: bool) -> tuple[Tensor, Certificate]:
        """The displacement [k, D, H, W] on the nodes, without folds unless the settings let them be."""
        if not self.settings.unfold:
            return objective.displacement(segment), Certificate()
        return segment.certified(
            lambda: objective.displacement(segment), lambda u: self._folded_nodes(u, objective.level, fine=last)
        )

    def _folded_nodes(self, displacement: Tensor, level: Level, fine: bool) -> Tensor:
        """Mask [D, H, W] of the nodes next to a fold, on the nodes themselves and, if ``fine``, on the fixed voxels."""
        spacing, factors = level.node_grid.step, level.node_factors
        if self.task.initial.is_linear:  # and turns no fold into none, nor none into one
            return folded_nodes(displacement, spacing, factors, fine)
        return folded_nodes(displacement, spacing, factors, fine, whole=self._through_initial)

    def _through_initial(self, displacement: Tensor, factors: Sequence[int]) -> Tensor:
        """The displacement of A after ``displacement`` [k, ...] at the domain's points, so many voxels apart."""
        every = tuple(slice(None, None, factor) for factor in reversed(factors))
        initial = self._initial.to(displacement.device)[(slice(None), *every)]
        return compose(initial, displacement, Lattice(self.task.domain.nodes(tuple(factors)), displacement.device))

    @cached_property
    def _initial(self) -> Tensor:
        """What a nonlinear A does, [k, D, H, W] local mm at every voxel of the domain."""
        domain = self.task.domain
        return self.task.initial.local_displacement(domain.nodes((1,) * len(domain.start)))


@torch.no_grad()
def _before_and_after(objective: Objective, displacement: Tensor) -> dict[str, tuple[float, float]]:
    """Of each channel, how alike the images are at rest and under ``displacement``."""
    before = objective.similarities(objective.lattice.zeros())
    after = objective.similarities(displacement)
    return {name: (value.item(), after[name].item()) for name, value in before.items()}
