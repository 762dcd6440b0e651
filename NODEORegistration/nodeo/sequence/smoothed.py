"""Frames that were registered by themselves, made smooth over time.

At each node a parabola of time is laid through the displacements of some frames in a row, and the frame in their middle
gets what it says: what all of them agree on stays, and what noise has done to one alone goes. A parabola, since a mean
would take the height from every peak of a motion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..engine import devices
from ..engine.level import LevelProblem
from ..engine.segments import Flow
from ..errors import InputError
from ..field.certificate import Certificate, folded_nodes, smoothed_or_scaled
from ..field.deformation import Deformation
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..settings import Settings
from .frames import Registered
from .progress import SeriesReporter
from .series import Series
from .trajectory.handed_out import handed_out
from .trajectory.plan import SeriesPlan, check_settings

REGISTERED = 0.7  # share of the time after which all frames are registered by themselves
LEAST = 5  # frames: through three of them a parabola goes as they are


def check_smoothing(smoothing: int, series: Series, mode: str, number: int | None, settings: Settings) -> None:
    """Refuse what cannot be smoothed over time.

    Args:
        smoothing: frames in a row that a parabola is laid through; 0: none.
        number: of the frame that is the reference; None: a mean.

    Raises:
        InputError: the message says why not.
    """
    if not smoothing:
        return
    without = "leave smoothing out"
    if mode != "frames":
        raise InputError(
            f"smoothing is {smoothing} in the mode {mode}, whose flow is smooth in time.",
            f"Choose the mode frames, or {without}.",
        )
    if number is None:
        raise InputError(
            f"smoothing is {smoothing}, and the reference is mean, which has no place in time.",
            f"Give the number of a frame, or {without}.",
        )
    if isinstance(smoothing, bool) or smoothing % 2 == 0 or not LEAST <= smoothing <= len(series):
        most = len(series) - (len(series) + 1) % 2
        choice = f"Choose an odd number of them, {LEAST} to {most}, or {without}." if most >= LEAST else "Leave it out."
        raise InputError(f"smoothing is {smoothing}, of {len(series)} frames.", choice)
    check_settings(settings, "with smoothing", without)


def shares(times: Sequence[float], at: int, smoothing: int, cyclic: bool = False) -> dict[int, float]:
    """How much of each frame the parabola through some about one of them has at that one's time, by their numbers.

    After Savitzky and Golay, *Smoothing and differentiation of data by simplified least squares procedures*, Analytical
    Chemistry 1964; for times that need not be evenly spread.

    Args:
        times: of all frames, rising.
        smoothing: how many frames; about the ends of a series they are the first or the last ones.
        cyclic: the series begins anew a mean interval after its last frame.
    """
    count, half = len(times), smoothing // 2
    first = at - half if cyclic else min(max(at - half, 0), count - smoothing)
    span = times[-1] - times[0]
    period = span * count / (count - 1)
    places = range(first, first + smoothing)
    apart = np.array([times[place % count] + period * (place // count) - times[at] for place in places])
    powers = np.vander(apart / span, 3, increasing=True)
    found: dict[int, float] = {}
    for place, share in zip(places, np.linalg.pinv(powers)[0], strict=True):
        found[place % count] = found.get(place % count, 0.0) + float(share)
    return found


@dataclass(frozen=True)
class _Alone:
    """What is kept of a frame that was registered by itself.

    Attributes:
        forward, backward: both displacements on the nodes, in the plan's unit.
        after, seconds: as of :class:`~nodeo.sequence.frames.Registered`.
        metrics, history: of its result.
    """

    forward: Tensor
    backward: Tensor
    after: int | None
    seconds: float
    metrics: dict[str, Any]
    history: list[dict[str, Any]]

    @classmethod
    def of(cls, found: Registered, nodes: Grid, unit: float) -> _Alone:
        result = found.result
        both = (nodes.local_displacements(way) / unit for way in (result.transform, result.inverse))
        forward, backward = (displacement.float() for displacement in both)
        return cls(forward, backward, found.after, found.seconds, result.metrics, result.history)


def smoothed(
    found: Iterable[Registered],
    plan: SeriesPlan,
    series: Series,
    smoothing: int,
    settings: Settings,
    report: SeriesReporter,
    cyclic: bool = False,
) -> Iterator[Registered]:
    """The frames, each with its neighbours' say, in the order in which they were found; without folds.

    Args:
        plan: of the series; the reference, at rest, is one of the frames in a row.
        smoothing: how many frames, see :func:`shares`.
        settings: as they were given.
    """
    nodes = plan.levels[-1].node_grid.scaled(plan.unit)
    alone = {each.frame: _Alone.of(each, nodes, plan.unit) for each in found}
    device = devices.choose(settings.device)
    for number, own in alone.items():
        mixed = shares(series.times, number, smoothing, cyclic)
        forward, backward = (
            sum((share * getattr(alone[n], way) for n, share in mixed.items() if n in alone), torch.zeros(()))
            for way in ("forward", "backward")
        )
        with devices.threads(settings.threads):
            flow = _certified(plan, number, forward.to(device), own, settings)
        result = handed_out(plan, number, flow, backward.to(device), series.frame(number), settings, report.of(number))
        seconds = own.seconds + result.metrics["seconds"]["total"]
        report.finished(number)
        yield Registered(number, result, own.after, round(seconds, 3))


@torch.no_grad()
def _certified(plan: SeriesPlan, number: int, displacement: Tensor, own: _Alone, settings: Settings) -> Flow:
    """A displacement without folds as the end of a flow, and how alike the images are under it."""
    level = plan.levels[-1]
    lattice = Lattice(level.node_grid, displacement.device)
    certificate = Certificate()
    if settings.unfold:

        def folded(displacement: Tensor) -> Tensor:
            return folded_nodes(displacement, lattice.spacing, level.node_factors, between=True)

        displacement, smoothings, scale = smoothed_or_scaled(displacement, folded(displacement), folded)
        certificate = Certificate(smoothings=smoothings, scale=scale)
    problem = LevelProblem(plan.tasks[number], level, None, plan.settings, displacement.device)
    before, after = (problem.similarities(u) for u in (lattice.zeros(), displacement))
    return Flow(
        displacement.device,
        deformation=Deformation(displacement, lattice),
        similarities={name: (before[name].item(), after[name].item()) for name in before},
        certificates=[certificate],
        stops=list(own.metrics["stop"]),
        history=own.history,
        fallbacks=list(own.metrics["fallbacks"]),
    )
