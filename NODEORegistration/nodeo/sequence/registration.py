"""A series from the first look to the last frame. Read it top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import SimpleITK as sitk

from ..engine import devices, inputs
from ..engine.measurement import FOREGROUND
from ..engine.preparation import scaled
from ..errors import InputError, check_kind
from ..evaluation.labels import labels_on
from ..files.reading import read_transform
from ..geometry.grid import Grid
from ..progress import ProgressCallback, Reporter
from ..settings import ALIGNED, Settings
from ..version import __version__
from . import measures
from .frames import Registered, registered
from .mean import mean_reference
from .progress import ENDED, SURVEYED, SeriesProgress, SeriesReporter
from .result import Frame, SequenceResult, at_rest
from .series import Series
from .smoothed import REGISTERED, check_smoothing, smoothed
from .survey import survey
from .trajectory.frames import FITTED, fitted_trajectory, followed
from .trajectory.plan import check_settings, checked_reference, plan_series
from .walk import outward

MODES = ("frames", "trajectory")
_AVERAGED = 0.35  # share of the time when a mean is made, if one is asked for


def register_sequence(
    series: Series,
    settings: Settings | None = None,
    *,
    reference: int | Literal["mean"] = 0,
    mode: str = "frames",
    cyclic: bool = False,
    smoothing: int = 0,
    mask: sitk.Image | None = None,
    labels: sitk.Image | None = None,
    progress: ProgressCallback | None = None,
) -> SequenceResult:
    """Deform every frame of a series onto one of them, or onto their mean.

    Args:
        series: scalar 2-D or 3-D images in one world, two at least.
        settings: default: the preset ``balanced``.
        reference: the number of a frame, from 0; or ``mean``: an average of all, which is made first.
        mode: ``frames``: each is registered, and begins with what its neighbour has found; ``trajectory``: all are
            fitted together by one velocity field over the series' time, and the reference is one of them.
        cyclic: the last frame is a neighbour of the first; a trajectory ends where it began.
        smoothing: of the mode frames: how many frames in a row a parabola of time is laid through, odd, 5 at least; 0:
            each frame stays as it was found.
        mask: of the reference, where the similarity counts (not 0).
        labels: of the reference: how large each structure is in every frame is measured, too.
        progress: called after every iteration; it stops the run by raising :class:`~nodeo.errors.Cancelled`.

    Returns:
        of every frame the transform both ways, the warped image, det J, the motion, and what was measured.

    Raises:
        InputError: a frame, the mask, the labels or the settings cannot be used; the message says why and what to do.
    """
    work = SequenceRegistration(
        series,
        settings,
        reference,
        mode=mode,
        cyclic=cyclic,
        smoothing=smoothing,
        mask=mask,
        labels=labels,
        progress=progress,
    )
    frames = sorted(work.frames(), key=lambda frame: frame.number)
    return SequenceResult(work.reference, tuple(frames), work.metrics(), work.settings)


class SequenceRegistration:
    """A series that is being registered: who asks for its frames gets one after the other, and need not keep them.

    The arguments are those of :func:`register_sequence`.

    Attributes:
        series, settings: as they were given.
        reference: the image that all frames are registered with.
        number: of the frame that is the reference; None: it is a mean.
        survey: what all frames have in common.
    """

    def __init__(
        self,
        series: Series,
        settings: Settings | None,
        reference: int | Literal["mean"],
        *,
        mode: str = "frames",
        cyclic: bool = False,
        smoothing: int = 0,
        mask: sitk.Image | None = None,
        labels: sitk.Image | None = None,
        progress: ProgressCallback | None = None,
    ) -> None:
        self._begun = time.perf_counter()
        check_kind("argument series", series, Series)
        inputs.check_kinds({"mask": mask}, settings, None, progress)
        if labels is not None:
            check_kind("labels", labels, sitk.Image)
        self.series, self.settings, self.mode = series, settings or Settings.preset("balanced"), mode
        self.number = _checked(series, reference, mode)
        if mode == "trajectory":
            check_settings(self.settings)
        check_smoothing(smoothing, series, mode, self.number, self.settings)
        self._mask, self._cyclic, self._smoothing = mask, cyclic, smoothing
        start = self.number or 0
        self._steps = outward(len(series), start, cyclic, with_start=self.number is None)
        self._reporter = Reporter(progress)
        self._figures: dict[int, dict[str, Any]] = {}
        self._flow: dict[str, Any] = {}
        _check_means(self.settings)
        self.tell("Checking the frames", 0.0)
        self.reference = series.frame(start)
        self.survey = survey(series, self.reference, self.settings, self._reporter.check)
        self._span = (SURVEYED if self.number is not None else _AVERAGED, ENDED)
        if self.number is None:
            self.reference = mean_reference(
                series, self.reference, self.settings, self.survey, self._reporter, (SURVEYED, _AVERAGED), cyclic
            )
        self._counted = _content(self.reference, mask, self.settings)
        self._labels = None if labels is None else labels_on(inputs.without_time(labels), self.reference, "reference")

    def frames(self) -> Iterator[Frame]:
        """Every frame, once, in the order in which they are registered; the reference itself comes first."""
        if self.number is not None:
            yield self._kept(self._at_rest(self.number))
        done = self._followed(self.number) if self.mode == "trajectory" and self.number is not None else self._each()
        for each in done:
            yield self._kept(self._frame(each))

    def _each(self) -> Iterator[Registered]:
        """The frames by themselves."""
        (begin, end), anew = self._span, [step.after is None for step in self._steps]
        frames = self.series, self.reference, self._steps, self.settings, self.survey
        if not self._smoothing or self.number is None:
            return registered(*frames, SeriesReporter(self._reporter, anew, self._span), self._mask)
        middle = begin + (end - begin) * REGISTERED
        first = SeriesReporter(self._reporter, anew, (begin, middle), "Before smoothing: ")
        second = SeriesReporter(self._reporter, [True] * len(anew), (middle, end))
        with devices.threads(self.settings.threads):
            plan = plan_series(
                self.series,
                self.number,
                self._mask,
                self.survey.corners,
                self.settings,
                self._cyclic,
                self._reporter.check,
            )
        found = registered(*frames, first, self._mask)
        return smoothed(found, plan, self.series, self._smoothing, self.settings, second, self._cyclic)

    def _followed(self, number: int) -> Iterator[Registered]:
        """The frames along one flow."""
        begin, end = self._span
        fitted = begin + (end - begin) * FITTED
        trajectory = fitted_trajectory(
            self.series,
            number,
            self.settings,
            self.survey,
            self._reporter,
            (begin, fitted),
            self._mask,
            self._cyclic,
        )
        self._flow = trajectory.metrics()
        report = SeriesReporter(self._reporter, [True] * len(self._steps), (fitted, end))
        return followed(trajectory, self.series, self.settings, report)

    def metrics(self) -> dict[str, Any]:
        """What was measured, when all frames have been taken."""
        figures = [self._figures[number] for number in sorted(self._figures)]
        return {
            "mode": self.mode,
            "reference": "mean" if self.number is None else self.number,
            "cyclic": self._cyclic,
            "smoothing": self._smoothing,
            "time_unit": self.series.unit,
            "frames": figures,
            "background_motion_mm": measures.background_motion(figures),
            **({"trajectory": self._flow} if self._flow else {}),
            "settings": self.settings.as_dict(),
            "device": devices.describe(devices.choose(self.settings.device)),
            "seconds": {"total": round(time.perf_counter() - self._begun, 3)},
            "version": __version__,
        }

    def tell(self, stage: str, fraction: float) -> None:
        """News of what is done with the frames."""
        done = 0 if self.number is None else 1
        done, of = max(len(self._figures) - done, 0), len(self._steps)
        self._reporter.pass_on(SeriesProgress(stage, fraction, done=done, of=of))

    def _kept(self, frame: Frame) -> Frame:
        self._figures[frame.number] = frame.metrics
        return frame

    def _at_rest(self, number: int) -> Frame:
        """The frame that is the reference."""
        grid = Grid.of(self.reference)
        motionless = grid.stamp(sitk.Image(grid.size, sitk.sitkFloat32))
        jacobian = motionless + 1.0
        figures = measures.reference_figures(number, self.series.times[number]) | self._structures(jacobian)
        rest = at_rest(grid)
        return Frame(number, self.series.times[number], rest, rest, self.reference, jacobian, motionless, figures)

    def _frame(self, found: Registered) -> Frame:
        """A registered frame, measured."""
        number, result = found.frame, found.result
        time_of, motion = self.series.times[number], measures.motion_of(result.transform, Grid.of(self.reference))
        figures = measures.figures(number, time_of, result, motion, self._counted, self.survey.still)
        figures |= {**self._structures(result.jacobian), "after": found.after, "seconds": found.seconds}
        return Frame(number, time_of, result.transform, result.inverse, result.warped, result.jacobian, motion, figures)

    def _structures(self, jacobian: sitk.Image) -> dict[str, Any]:
        return {} if self._labels is None else measures.structure_figures(jacobian, self._labels)


def _checked(series: Series, reference: int | str, mode: str) -> int | None:
    """The number of the reference; None for a mean.

    Raises:
        InputError: there is one frame only, no such frame, or no such mode.
    """
    if mode not in MODES:
        raise InputError(f"There is no mode '{mode}'.", f"Known are: {', '.join(MODES)}.")
    if mode == "trajectory":
        return checked_reference(series, reference)
    if reference == "mean":
        series.checked_number(0)
        return None
    return series.checked_number(reference)


def _check_means(settings: Settings) -> None:
    """Refuse what no frame could be registered with, before any is looked at.

    Raises:
        InputError: there is no such device, or no such initial transform.
    """
    devices.choose(settings.device)
    if settings.initial not in (*ALIGNED, "points"):
        read_transform(settings.initial)


def _content(reference: sitk.Image, mask: sitk.Image | None, settings: Settings) -> np.ndarray:
    """[D, H, W], true where the reference has content, or its mask is: where statistics are taken."""
    grid = Grid.of(reference)
    if mask is not None:
        checked = inputs.check_mask(inputs.without_time(mask), reference, "mask")
        return grid.tensor(checked).numpy() > 0
    return scaled(grid.tensor(reference), settings.intensity_range).numpy() > FOREGROUND
