"""Coarse to fine: each level is optimised from rest, certified, and added to the flow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import InputError
from ..field import regularity
from ..field.certificate import Certificate, scale_down, unfold
from ..field.velocity import FlowField
from ..geometry.grid import Lattice, dense
from ..models.adam import Adam
from ..models.paper.cloud import CloudField
from ..models.paper.published import PublishedField, PublishedProblem
from ..progress import Reporter
from ..settings import Settings
from . import devices
from .level import LevelProblem, Pair
from .pyramid import Level

Velocity = FlowField | CloudField | PublishedField
Problem = LevelProblem | PublishedProblem

_BETAS, _PUBLISHED_BETAS = (0.9, 0.99), (0.9, 0.999)
_LAST_STEP = 0.3  # the learning rate falls along a cosine to this share of the first
_NO_NUMBER = "the loss was no longer a number"
_PATIENCE = 10  # iterations over which a level has to gain something


@dataclass(frozen=True)
class Deformation:
    """A displacement [k, D, H, W] in local mm at the points of a node grid."""

    displacement: Tensor
    lattice: Lattice


@dataclass
class Flow:
    """What the levels build together.

    Attributes:
        device: where the next level runs.
        segments: the velocity fields, first level first.
        deformation: the whole deformation so far, on the newest node grid; None before the first level.
        similarity: the newest level's, before (A alone) and after.
        certificates, stops: a level each: what unfolding took, why the optimiser stopped.
        history: one record an iteration.
        fallbacks: what was given up for lack of memory, in sentences.
    """

    device: torch.device
    segments: list[Velocity] = field(default_factory=list)
    deformation: Deformation | None = None
    similarity: tuple[float, float] = (math.nan, math.nan)
    certificates: list[Certificate] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)

    def whole(self) -> Deformation:
        """The deformation of all levels."""
        if self.deformation is None:
            raise ValueError("no level has been registered yet")
        return self.deformation

    def move(self, device: torch.device) -> None:
        """Go on elsewhere, with everything there is so far."""
        self.device = device
        self.segments = [segment.moved(device) for segment in self.segments]
        if self.deformation is not None:
            lattice = Lattice(self.deformation.lattice.grid, device)
            self.deformation = Deformation(self.deformation.displacement.to(device), lattice)


class Optimisation:
    """The levels of one registration, in order.

    Args:
        report: is told of every iteration, and stops the run by raising.
    """

    def __init__(self, pair: Pair, levels: Sequence[Level], settings: Settings, report: Reporter) -> None:
        self.pair = pair
        self.levels = levels
        self.settings = settings
        self.report = report

    def run(self, device: torch.device) -> Flow:
        """All levels, coarse to fine.

        Raises:
            InputError: memory ran out, and nothing on the ladder helped.
        """
        flow = Flow(device)
        for number, level in enumerate(self.levels):
            with self.report.timed(f"level {number + 1}"):
                self._with_what_memory_there_is(flow, number, level)
        return flow

    def _with_what_memory_there_is(self, flow: Flow, number: int, level: Level) -> None:
        """One level; each time memory runs out, one rung further down the ladder."""
        checkpointed = self.settings.published_arithmetic  # which has no steps to compute twice
        while not self._fits(flow, number, level, checkpointed):
            if flow.device.type == "cuda":
                torch.cuda.empty_cache()
            last = number == len(self.levels) - 1
            if not checkpointed:
                checkpointed = True
                remedy = "steps are computed twice instead of being kept"
            elif last and flow.deformation is not None:
                remedy = "the finest level was left out"
                self._leave_out(flow, flow.deformation, self.levels[number - 1])
            elif flow.device.type != "cpu":
                remedy = "the CPU took over"
                flow.move(torch.device("cpu"))
            else:
                raise InputError(
                    "There is not enough memory for this registration.",
                    "Choose the preset fast, crop the images, or set a smaller max_voxels.",
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
        displacement, scale = scale_down(deformation.displacement, lambda u: self._folded_nodes(u, before, True))
        flow.deformation = Deformation(displacement, deformation.lattice)
        flow.certificates.append(Certificate(0, 0.0, scale))
        flow.stops.append("left out")

    def _level(self, flow: Flow, number: int, level: Level, checkpointed: bool) -> None:
        """Optimise one segment, certify the deformation, and put both into the flow."""
        previous = None if flow.deformation is None else flow.deformation.displacement
        problem = self._problem(level, previous, flow.device, checkpointed)
        velocity = problem.velocity_field(torch.Generator().manual_seed(self.settings.seed + number))
        history: list[dict] = []
        stop = self._descend(problem, velocity, number, history)
        velocity.requires_grad_(False)
        last = number == len(self.levels) - 1
        displacement, certificate = self._certified(problem, velocity, last)
        if not displacement.isfinite().all():
            raise InputError("The optimisation diverged.", "Choose a smaller learning_rate or velocity_gain.")
        if stop == _NO_NUMBER:
            flow.fallbacks.append(f"Level {number + 1}: {stop}; the best field before that was taken.")
        with torch.no_grad():
            before = problem.similarity(problem.warped(problem.lattice.zeros())).item()
            after = problem.similarity(problem.warped(displacement)).item()
        flow.segments.append(velocity)
        flow.deformation = Deformation(displacement, problem.lattice)
        flow.similarity = (before, after)
        flow.certificates.append(certificate)
        flow.history.extend(history)
        flow.stops.append(stop)

    def _problem(self, level: Level, previous: Tensor | None, device: torch.device, checkpointed: bool) -> Problem:
        """What is minimised at a level."""
        if self.settings.published_arithmetic:
            return PublishedProblem(self.pair, level, self.settings, device)
        return LevelProblem(self.pair, level, previous, self.settings, device, checkpointed)

    @torch.no_grad()
    def _certified(self, problem: Problem, velocity: Velocity, last: bool) -> tuple[Tensor, Certificate]:
        """The displacement [k, D, H, W] on the nodes, without folds unless the settings let them be."""
        if isinstance(velocity, PublishedField) or not self.settings.unfold:
            return problem.displacement(velocity), Certificate(0, 0.0, 1.0)
        return unfold(
            velocity,
            displacement=lambda: problem.displacement(velocity),
            folded_nodes=lambda u: self._folded_nodes(u, problem.level, fine=last),
        )

    def _descend(self, problem: Problem, velocity: Velocity, number: int, history: list[dict]) -> str:
        """Adam from rest; the best iterate is what ``velocity`` holds at the end. Returns why it ended.

        In the published arithmetic the last iterate is, and the learning rate does not fall.
        """
        published = isinstance(problem, PublishedProblem)
        iterations = problem.level.iterations
        optimiser = adam(problem, velocity, self.settings)
        first_step, last_step = optimiser.rate, 1.0 if published else _LAST_STEP
        best, kept = math.inf, [p.detach().clone() for p in velocity.parameters()]
        bests: list[float] = []
        stop = "all iterations done"
        for iteration in range(iterations):
            optimiser.forget_gradients()
            loss = problem.loss(velocity, iteration)
            total = loss.total.item()
            if not math.isfinite(total):
                stop = _NO_NUMBER
                break
            if total < best or published:
                best = total
                _copy(velocity.parameters(), kept)
            bests.append(best)
            record = {"level": number + 1, "iteration": iteration + 1, "loss": total}
            record["similarity"] = loss.similarity.item()
            history.append({**record, **{f"penalty_{name}": value.item() for name, value in loss.penalties.items()}})
            fraction = self._fraction(number, (iteration + 1) / iterations)
            self.report.tell("Registering", fraction, levels=len(self.levels), iterations=iterations, **record)
            if not published and _settled(bests, self.settings.tolerance):
                stop = "converged"
                break
            loss.total.backward()
            falling = 0.5 * (1.0 + math.cos(math.pi * iteration / iterations))
            optimiser.rate = first_step * (last_step + (1.0 - last_step) * falling)
            optimiser.step()
        _copy(kept, velocity.parameters())
        return stop

    def _fraction(self, number: int, share: float) -> float:
        """Share of the whole work done: an iteration costs about as much as it has voxels and, times steps, nodes."""
        costs = [(level.voxels + 3 * level.nodes * level.steps) * level.iterations for level in self.levels]
        return 0.02 + 0.93 * (sum(costs[:number]) + costs[number] * share) / sum(costs)

    def _folded_nodes(self, displacement: Tensor, level: Level, fine: bool) -> Tensor:
        """Mask [D, H, W] of the nodes next to a fold, on the nodes themselves and, if ``fine``, on the fixed voxels."""
        _, folded = regularity.measure_folding(displacement, level.node_grid.step, middles=True)
        if not fine or max(level.node_factors) == 1:
            return folded
        voxels = dense(displacement, level.node_factors)
        _, between = regularity.measure_folding(voxels, self.pair.fixed.grid.step, middles=True)
        if between.any():
            factors = level.node_factors[::-1]
            pool = F.max_pool3d if between.dim() == 3 else F.max_pool2d
            near = pool(
                between[None, None].float(),
                [2 * f - 1 for f in factors],
                stride=factors,
                padding=[f - 1 for f in factors],
            )
            folded |= near[0, 0] > 0
        return folded


def adam(problem: Problem, velocity: Velocity, settings: Settings) -> Adam:
    """The optimiser: in paper mode the published one, in flow mode one whose step has a length in space."""
    if isinstance(velocity, FlowField):
        first_step = settings.learning_rate * min(problem.lattice.spacing)
        return Adam(velocity.parameters(), first_step, _BETAS)
    return Adam(velocity.parameters(), settings.learning_rate, _PUBLISHED_BETAS, amsgrad=True)


@torch.no_grad()
def _copy(source, target) -> None:
    for copied, copy in zip(source, target, strict=True):
        copy.copy_(copied)


def _settled(bests: list[float], tolerance: float) -> bool:
    """Whether the last iterations gained next to nothing of what the level gained in all."""
    if tolerance == 0 or len(bests) <= _PATIENCE:
        return False
    return bests[-_PATIENCE - 1] - bests[-1] <= tolerance * (bests[0] - bests[-1])
