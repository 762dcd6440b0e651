"""One iteration of a level taken apart: each stage's forward and backward pass on its own.

Between the stages the graph is cut: a stage works on a leaf that holds what the stage before it made, and its backward
pass ends in that leaf. Gradients are the same as without cuts, and so is the work, but for a few copies of gradients.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from nodeo.engine.level import LevelProblem
from nodeo.field.flow import compose, integrate
from nodeo.field.velocity import Foreseen
from nodeo.geometry.sampling import sample
from nodeo.models.adam import Adam
from nodeo.models.base import Loss, Task
from nodeo.models.flow import FlowModel, FlowSegment
from stage_clock import StageClock
from torch import Tensor, nn

STAGES = {
    "velocity": "the network of time, the kernel K, the window",
    "integration": "torchdiffeq, and the velocity read at the moved points",
    "composition": "the displacement of the levels before, read at the moved points",
    "coordinates": "nodes to voxels, in the moving image's coordinates",
    "sampling": "the moving image, read there",
    "similarity": "the images compared",
    "penalties": "J, df, v and s",
    "optimiser": "Adam's step, and the copy of the best so far",
}
BACK = " back"  # after a stage's name: its backward pass


class _Cut(nn.Module):
    """A velocity field whose values are leaves: a solver's graph ends at them.

    Attributes:
        made, leaves: what the field gave, and what the solver got, evaluation by evaluation.
    """

    def __init__(self, velocity: nn.Module, clock: StageClock) -> None:
        super().__init__()
        self.velocity, self.clock = velocity, clock
        self.made: list[Tensor] = []
        self.leaves: list[Tensor] = []

    def forward(self, t: Tensor) -> Tensor:
        with self.clock.stage("velocity"):
            self.made.append(self.velocity(t))
            self.leaves.append(_leaf(self.made[-1]))
        return self.leaves[-1]


@dataclass
class Descent:
    """A level being optimised, as :mod:`nodeo.engine.descent` does it: the best iterate is kept."""

    problem: LevelProblem
    segment: FlowSegment
    optimiser: Adam
    kept: list[Tensor]

    @classmethod
    def of(cls, problem: LevelProblem, task: Task, seed: int = 0) -> Descent:
        """From rest, for the model flow: no other falls into these stages."""
        generator = torch.Generator().manual_seed(seed)
        segment = FlowModel(problem.settings).segment(task, problem.level, problem.lattice, generator)
        kept = [p.detach().clone() for p in segment.parameters()]
        return cls(problem, segment, segment.descent(problem.level.iterations).optimiser, kept)

    def step(self, clock: StageClock, iteration: int) -> None:
        """One iteration as it is, charged to ``whole``."""
        with clock.stage("whole"):
            self.optimiser.forget_gradients()
            loss = self.problem.loss(self.segment, iteration)
            loss.total.item()
            loss.total.backward()
            self._end()

    def staged_step(self, clock: StageClock, iteration: int) -> Loss:
        """One iteration in stages, each charged to its name and, backwards, to its name and ``BACK``."""
        loss = self.gradients(clock, iteration)
        with clock.stage("optimiser"):
            self._end()
        return loss

    def gradients(self, clock: StageClock, iteration: int) -> Loss:
        """The loss, and the gradients of the velocity's parameters, stage by stage."""
        problem, comparison = self.problem, self.problem.comparisons[0]
        with clock.stage("optimiser"):
            self.optimiser.forget_gradients()
        with clock.stage("velocity"):
            velocity = Foreseen(self.segment.field, self.segment.solver.times)
        cut = _Cut(velocity, clock)
        with clock.stage("integration"):
            newest, velocities = integrate(cut, problem.lattice, self.segment.solver)
            end = _leaf(newest)
        whole, at = newest, end
        if problem.previous is not None:
            with clock.stage("composition"):
                whole = compose(problem.previous, end, problem.lattice)
                at = _leaf(whole)
        with clock.stage("coordinates"):
            points = comparison.image_points(at)
            there = _leaf(points)
        with clock.stage("sampling"):
            warped = sample(comparison.moving_image[None], there)[0]
            seen = _leaf(warped)
        with clock.stage("similarity"):
            alike = comparison.similarity(seen)
        with clock.stage("penalties"):
            penalties = problem.penalties(at, velocities, iteration)
            penalty = torch.stack([alike.new_zeros(()), *penalties.values()]).sum()
            total = (alike + penalty).detach()
            total.item()
        with clock.stage("similarity" + BACK):
            alike.backward()
        with clock.stage("sampling" + BACK):
            warped.backward(seen.grad)
        with clock.stage("coordinates" + BACK):
            points.backward(there.grad)
        with clock.stage("penalties" + BACK):
            if penalty.requires_grad:
                penalty.backward()
        if problem.previous is not None:
            with clock.stage("composition" + BACK):
                whole.backward(at.grad)
        with clock.stage("integration" + BACK):
            newest.backward(end.grad)
        with clock.stage("velocity" + BACK):
            asked = [(v, leaf.grad) for v, leaf in zip(cut.made, cut.leaves, strict=True) if leaf.grad is not None]
            torch.autograd.backward([v for v, _ in asked], [gradient for _, gradient in asked])
        alone = alike.detach()
        return Loss(total, alone, {comparison.name: alone}, {name: v.detach() for name, v in penalties.items()})

    @torch.no_grad()
    def _end(self) -> None:
        self.optimiser.step()
        for parameter, kept in zip(self.segment.parameters(), self.kept, strict=True):
            kept.copy_(parameter)


def _leaf(values: Tensor) -> Tensor:
    return values.detach().requires_grad_()
