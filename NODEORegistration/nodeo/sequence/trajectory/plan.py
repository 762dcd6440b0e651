"""What a trajectory is fitted to: every frame as a task of its own, all over one domain with the same levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import SimpleITK as sitk

from ... import models
from ...engine import inputs, preparation
from ...engine.planning import planned
from ...errors import InputError
from ...field.initial_transform import InitialTransform
from ...geometry.domain import Domain, Level
from ...geometry.grid import Grid
from ...models.base import Task
from ...settings import Settings
from ...similarity.channel import Scan
from ..series import Series


@dataclass(frozen=True)
class Clock:
    """The time of a series as its flow counts it: mean intervals between frames, from the reference on.

    Attributes:
        zero: the reference's time.
        interval: mean time from one frame to the next.
        period: of a cyclic series, in intervals; 0: it is none.
    """

    zero: float
    interval: float
    period: float = 0.0

    @classmethod
    def of(cls, series: Series, reference: int, cyclic: bool = False) -> Clock:
        """The clock of a series; a period ends a mean interval after the last frame."""
        interval = (series.times[-1] - series.times[0]) / (len(series) - 1)
        return cls(series.times[reference], interval, float(len(series)) if cyclic else 0.0)

    def __call__(self, time: float) -> float:
        """A time of the series; of a cyclic one at most half a period from the reference's."""
        counted = (time - self.zero) / self.interval
        if not self.period:
            return counted
        counted %= self.period
        return counted - self.period if counted > 0.5 * self.period + 1e-9 else counted


@dataclass(frozen=True)
class SeriesPlan:
    """Frames as they go into the fit.

    Attributes:
        tasks: of each frame but the reference, by number, in units of ``unit``; the frames without their images, which
            are made again when they are needed.
        reference: as it was given, in mm.
        rest: the identity, in mm.
        domain: the box that the flow lives in, in units of ``unit``.
        levels: coarse to fine.
        settings: in that unit.
        clock: the time.
        times: of all frames, as it counts.
        unit: mm: the smallest spacing of the reference.
    """

    tasks: dict[int, Task]
    reference: Scan
    rest: InitialTransform
    domain: Domain
    levels: list[Level]
    settings: Settings
    clock: Clock
    times: list[float]
    unit: float

    def moments(self) -> list[float]:
        """The frames' times and three between two of them, rising; the middle of a cyclic series' rest, too."""
        ends = sorted(self.times)
        if self.clock.period:
            half = 0.5 * self.clock.period
            ends = sorted({-half, *ends, half})
        between = [a + (b - a) * part / 4 for a, b in pairwise(ends) for part in range(4)]
        return [*between, ends[-1]]


def plan_series(
    series: Series,
    number: int,
    mask: sitk.Image | None,
    corners: np.ndarray,
    settings: Settings,
    cyclic: bool = False,
    check: Callable[[], None] = lambda: None,
) -> SeriesPlan:
    """The plan for all frames of a series.

    Args:
        number: of the frame that is the reference.
        mask: of the reference: where the similarity counts (not 0).
        corners: world points [m, ndim] around the content of all frames.
        check: called between the frames; it stops by raising.

    Raises:
        InputError: a frame, the mask or the settings cannot be used.
    """
    check_settings(settings)
    model = models.build(settings)
    clock = Clock.of(series, number, cyclic)
    fixed = inputs.check_image(series.frame(number), "reference")
    if mask is not None:
        mask = inputs.check_mask(inputs.without_time(mask), fixed, "mask")
    rest = InitialTransform(sitk.Transform(fixed.GetDimension(), sitk.sitkIdentity), Grid.of(fixed))
    unit = min(Grid.of(fixed).step)
    inner = settings.measured_in(unit)
    domain: Domain | None = None
    reference: Scan | None = None
    seen_from: Scan | None = None  # the reference in units of its spacing
    tasks = {}
    for frame in (frame for frame in range(len(series)) if frame != number):
        moving = inputs.check_image(series.frame(frame), f"frame {frame}")
        first, scan = preparation.prepare(fixed, moving, mask, None, settings)
        reference = reference or first
        seen_from = seen_from or reference.scaled(1.0 / unit)
        within = seen_from, scan.bare().scaled(1.0 / unit)
        task, levels = planned(*within, rest.scaled(1.0 / unit), model, inner, content=corners / unit, domain=domain)
        tasks[frame], domain = task, task.domain
        # what the first frame has decided holds for all
        inner = settings.replace(similarity=task.channels[0].similarity).measured_in(unit)
        check()
    if domain is None or reference is None:
        raise ValueError("the reference is the only frame")
    times = [clock(time) for time in series.times]
    return SeriesPlan(tasks, reference, rest, domain, levels, inner, clock, times, unit)


def checked_reference(series: Series, reference: object) -> int:
    """The number of the frame that a flow begins at.

    Raises:
        InputError: it is none of the series, or the mean is asked for, which has no time.
    """
    if reference == "mean":
        raise InputError(
            "The reference is mean in the mode trajectory, whose flow begins at the time of a frame.",
            "Give the number of a frame, or choose the mode frames.",
        )
    return series.checked_number(reference)


def check_settings(
    settings: Settings, asked: str = "in the mode trajectory", instead: str = "choose the mode frames"
) -> None:
    """Refuse what has no meaning where the frames of a series say something of each other.

    Args:
        asked, instead: where that was asked for, and what else could be done.

    Raises:
        InputError: the model has no velocity at a place, or an initial transform is asked for.
    """
    if not models.build(settings).follows:
        raise InputError(
            f"The model {settings.model} has no velocity that goes on through time.",
            f"Set model=flow, or {instead}.",
            "settings",
        )
    if settings.initial != "identity":
        raise InputError(
            f"initial is {settings.initial} {asked}, where all frames lie in one world.",
            f"Set initial=identity, or {instead}.",
            "initial",
        )
