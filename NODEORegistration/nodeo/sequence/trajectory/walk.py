"""Points on their way through the time of a series: from the reference's time, 0, to one stop after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from ...field.flow import Solver, compose, integrate
from ...geometry.lattice import Lattice
from .field import Passage

Through = Callable[[Passage, "Tensor | None"], Tensor]  # a displacement carried on through a passage; None: at rest

_SHORT = 0.51  # a passage may be longer than a unit of time by so much


def passages(field: nn.Module, begin: float, end: float) -> list[Passage]:
    """The way from one time to another, in either direction, in passages of about a unit of time."""
    count = max(1, int(abs(end - begin) + 1.0 - _SHORT))
    times = [begin + (end - begin) * number / count for number in range(count + 1)]
    return [Passage(field, now, then) for now, then in itertools.pairwise(times)]


def walked(field: nn.Module, stops: Sequence[float], through: Through, rest: Tensor) -> Iterator[Tensor]:
    """The displacement [k, D, H, W], local mm, at each stop of a walk that begins at 0.

    Args:
        stops: times, in the order in which they are reached, on one side of 0.
        rest: the displacement of nothing.
    """
    now, displacement = 0.0, None
    for stop in stops:
        for passage in passages(field, now, stop) if stop != now else []:
            displacement = through(passage, displacement)
        now = stop
        yield rest if displacement is None else displacement


def carried(lattice: Lattice, solver: Solver) -> Through:
    """Points of a lattice carried through a passage."""

    def through(passage: Passage, displacement: Tensor | None) -> Tensor:
        return integrate(passage, lattice, solver, displacement)[0]

    return through


def carried_back(lattice: Lattice, solver: Solver) -> Through:
    """The way back from the end of a passage to time 0, for one from its beginning.

    A passage more comes in front: the way back from farther away begins with that passage run backwards.
    """

    def through(passage: Passage, back: Tensor | None) -> Tensor:
        step = integrate(passage, lattice, solver, backwards=True)[0]
        return step if back is None else compose(back, step, lattice)

    return through


def both_ways(times: Sequence[float]) -> tuple[list[int], list[int]]:
    """Which times come after 0 and which before, each outwards; by number."""
    order = sorted(range(len(times)), key=lambda number: abs(times[number]))
    return [n for n in order if times[n] > 0], [n for n in order if times[n] < 0]


@torch.no_grad()
def displacements(
    field: nn.Module, times: Sequence[float], through: Through, rest: Tensor
) -> Iterator[tuple[int, Tensor]]:
    """The displacement at all ``times``, by their numbers, those after 0 first, each side outwards."""
    yield from ((number, rest) for number, time in enumerate(times) if time == 0)
    for side in both_ways(times):
        yield from zip(side, walked(field, [times[n] for n in side], through, rest), strict=True)
