"""Each frame onto the reference, from the reference outwards: a frame's flow begins as its neighbour's ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import SimpleITK as sitk

from ..engine.course import Course
from ..engine.registration import register
from ..engine.result import Result
from ..errors import InputError
from ..settings import Settings
from .progress import SeriesReporter
from .series import Series
from .survey import Survey
from .walk import Step

# Where a neighbour's flow is gone on with, all of the coarsest level's iterations, which cost next to nothing, and
SHARE = 0.5  # of those of the others, with steps so much shorter, since what is there is nearly right:
SHORTER = 0.25
_WORSE = 0.1  # of what its own loss fell by: a frame that ends by more above its neighbour is tried anew
_BETTER = 0.97  # times the loss: what a new start has to come below


@dataclass(frozen=True)
class Registered:
    """A frame and what its registration has found.

    Attributes:
        frame: its number.
        result: of reference and frame.
        after: the neighbour that it began with, or None.
        seconds: that it took, a second try included.
    """

    frame: int
    result: Result
    after: int | None
    seconds: float


def registered(
    series: Series,
    reference: sitk.Image,
    steps: Sequence[Step],
    settings: Settings,
    survey: Survey,
    report: SeriesReporter,
    mask: sitk.Image | None = None,
) -> Iterator[Registered]:
    """The frames, registered with ``reference`` one after the other in the order of ``steps``.

    Args:
        mask: of the reference, where the similarity counts.

    Raises:
        InputError: a frame cannot be registered.
    """
    courses: dict[int, Course] = {}
    losses: dict[int, tuple[str, float]] = {}
    for number, step in enumerate(steps):
        moving = series.frame(step.frame)

        def run(chosen: Settings, course: Course, again: bool = False, step=step, moving=moving) -> Result:
            progress = report.of(step.frame, again)
            try:
                return register(reference, moving, chosen, fixed_mask=mask, progress=progress, course=course)
            except InputError as error:
                raise InputError(f"Frame {step.frame}: {error.message}", error.hint, error.code) from error

        course, after = _begun(courses, step, survey), step.after
        result = run(settings if after is None else gone_on_with(settings), course)
        seconds = result.metrics["seconds"]["total"]
        if after is not None and _lost(result, losses[after]):
            anew = Course(survey.corners)
            other = run(settings, anew, again=True)
            seconds += other.metrics["seconds"]["total"]
            if _loss(other)[1] < _BETTER * _loss(result)[1]:
                result, course, after = other, anew, None
        courses[step.frame], losses[step.frame] = course, _loss(result)
        report.finished(step.frame)
        yield Registered(step.frame, result, after, round(seconds, 3))
        _forget(courses, steps[number + 1 :])


def gone_on_with(settings: Settings) -> Settings:
    """The settings for a frame whose neighbour's flow is gone on with."""
    first, *others = settings.per_level("iterations")
    iterations = (first, *(math.ceil(SHARE * n) for n in others))
    return settings.replace(iterations=iterations, learning_rate=SHORTER * settings.learning_rate, start="none")


def _begun(courses: dict[int, Course], step: Step, survey: Survey) -> Course:
    """Where a frame begins: a copy, for both neighbours of a first frame may go on from it."""
    return Course(survey.corners) if step.after is None else replace(courses[step.after])


def _forget(courses: dict[int, Course], steps: Sequence[Step]) -> None:
    """Let go of every flow that none of the ``steps`` goes on with."""
    for frame in set(courses) - {step.after for step in steps}:
        del courses[frame]


def _loss(result: Result) -> tuple[str, float]:
    """Which similarity was looked at, and the loss that is left."""
    similarity = result.metrics["similarity"]
    return similarity["name"], similarity["after"]


def _lost(result: Result, neighbour: tuple[str, float]) -> bool:
    """Whether a frame is much less like the reference than the neighbour whose flow it went on with."""
    name, loss = _loss(result)
    fell = result.metrics["similarity"]["before"] - loss
    return name == neighbour[0] and loss > neighbour[1] + _WORSE * max(fell, 0.0)
