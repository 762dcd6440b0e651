"""Down the gradient: the iterations of one level."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn

from ..geometry.domain import Level
from ..models.base import Descent, Loss, LossNumbers
from ..progress import Reporter

NO_NUMBER = "the loss was no longer a number"
_PATIENCE = 10  # iterations over which a level has to gain something

Told = Callable[[int, LossNumbers], None]  # iteration from 0, its loss


class Descending(Protocol):
    """What can be optimised, as a :class:`~nodeo.models.base.Segment` is."""

    def parameters(self) -> Iterable[nn.Parameter]:
        """What is moved."""

    def descent(self, iterations: int) -> Descent:
        """How, in so many iterations."""


Part = TypeVar("Part", bound=Descending)
Judged = TypeVar("Judged", bound=Descending, contravariant=True)


class Judge(Protocol[Judged]):
    """What it is optimised for, as an :class:`~nodeo.models.base.Objective` says it."""

    level: Level

    def loss(self, segment: Judged, iteration: int) -> Loss:
        """The loss after so many iterations; differentiable."""


def descend(objective: Judge[Part], segment: Part, tolerance: float, told: Told) -> str:
    """Optimise ``segment`` from where it is; it ends as the best iterate, or as the last if it wants that.

    Args:
        tolerance: end when the last iterations gain less than this share of all that was gained; 0: never.
        told: is called after every evaluation; it stops the run by raising.

    Returns:
        why the descent ended.
    """
    iterations = objective.level.iterations
    descent = segment.descent(iterations)
    optimiser, parameters = descent.optimiser, list(segment.parameters())
    first_rate = optimiser.rate
    best, kept = math.inf, [p.detach().clone() for p in parameters]
    bests: list[float] = []
    stop = "all iterations done"
    for iteration in range(iterations):
        optimiser.forget_gradients()
        loss = objective.loss(segment, iteration)
        numbers = loss.numbers()
        total = numbers.total
        if not math.isfinite(total):
            stop = NO_NUMBER
            break
        if total < best or not descent.keeps_best:
            best = total
            _copy(parameters, kept)
        bests.append(best)
        told(iteration, numbers)
        if descent.keeps_best and _settled(bests, tolerance):
            stop = "converged"
            break
        loss.total.backward()
        falling = 0.5 * (1.0 + math.cos(math.pi * iteration / iterations))
        rising = min(1.0, (iteration + 1) / (descent.warm_up + 1))
        optimiser.rate = first_rate * rising * (descent.last_rate + (1.0 - descent.last_rate) * falling)
        optimiser.step()
    _copy(kept, parameters)
    return stop


def telling(report: Reporter, number: int, levels: Sequence[Level], history: list[dict]) -> Told:
    """What keeps each iteration's numbers in a history, and reports them.

    Args:
        number: of the level, from 0.
    """
    iterations, at = levels[number].iterations, f"level {number + 1}"

    def told(iteration: int, loss: LossNumbers) -> None:
        at_iteration = {"level": number + 1, "iteration": iteration + 1}
        record = {**at_iteration, "loss": loss.total, "similarity": loss.similarity}
        channels = {f"similarity_{name}": value for name, value in loss.similarities.items()}
        penalties = {f"penalty_{name}": value for name, value in loss.penalties.items()}
        history.append({**record, **channels, **penalties})
        share = (iteration + 1) / iterations
        report.tell("Registering", at, share, levels=len(levels), iterations=iterations, **record)

    return told


@torch.no_grad()
def _copy(source: Iterable[Tensor], target: Iterable[Tensor]) -> None:
    torch._foreach_copy_(list(target), list(source))


def _settled(bests: list[float], tolerance: float) -> bool:
    """Whether the last iterations gained next to nothing of what the level gained in all."""
    if tolerance == 0 or len(bests) <= _PATIENCE:
        return False
    return bests[-_PATIENCE - 1] - bests[-1] <= tolerance * (bests[0] - bests[-1])
