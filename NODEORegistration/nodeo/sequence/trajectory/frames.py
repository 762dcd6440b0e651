"""The frames of a trajectory, as results like those of single registrations."""

from __future__ import annotations

import math
from collections.abc import Iterator

import SimpleITK as sitk
from torch import Tensor

from ...engine import devices
from ...engine.segments import Flow
from ...engine.surroundings import undisturbed
from ...field.deformation import Deformation
from ...progress import Progress, Reporter
from ...settings import Settings
from ..frames import Registered
from ..progress import SeriesProgress, SeriesReporter
from ..series import Series
from ..survey import Survey
from .handed_out import handed_out
from .plan import plan_series
from .trajectory import Trajectory, trajectory_of

FITTED = 0.75  # share of the whole time when the fit ends


def followed(
    trajectory: Trajectory, series: Series, settings: Settings, report: SeriesReporter
) -> Iterator[Registered]:
    """Every frame but the reference, outwards on both sides of it; the time of the fit is shared among them.

    Args:
        settings: as they were given.
    """
    for number, forward, backward in trajectory.walk():
        flow = _flow(trajectory, number, forward)
        result = handed_out(trajectory.plan, number, flow, backward, series.frame(number), settings, report.of(number))
        report.finished(number)
        seconds = result.metrics["seconds"]["total"] + trajectory.fitted.seconds / (len(series) - 1)
        yield Registered(number, result, None, round(seconds, 3))


@undisturbed()
def fitted_trajectory(
    series: Series,
    number: int,
    settings: Settings,
    survey: Survey,
    report: Reporter,
    span: tuple[float, float],
    mask: sitk.Image | None = None,
    cyclic: bool = False,
) -> Trajectory:
    """The trajectory of a series that has been looked at.

    Args:
        number: of the frame that is the reference.
        report: is told of everything.
        span: shares of the whole time between which this is done.

    Raises:
        InputError: a frame, the mask or the settings cannot be used.
    """

    def told(news: Progress) -> None:
        fraction = span[0] + (span[1] - span[0]) * news.fraction
        report.pass_on(SeriesProgress(**{**news.as_dict(), "fraction": fraction}, of=len(series) - 1))

    own = Reporter(told)
    with devices.threads(settings.threads):
        plan = plan_series(series, number, mask, survey.corners, settings, cyclic, own.check)
        work = {
            f"level {place}": float(level.iterations * (level.voxels + level.nodes * level.steps))
            for place, level in enumerate(plan.levels, start=1)
        }
        voxels = math.prod(n + 1 for n in plan.domain.length)
        own.expect({**work, "certificate": 4.0 * voxels})
        trajectory = trajectory_of(plan, devices.choose(settings.device), own)
    trajectory.fitted.seconds = sum(own.seconds.values())
    return trajectory


def _flow(trajectory: Trajectory, number: int, forward: Tensor) -> Flow:
    """The flow as it is at a frame."""
    fitted = trajectory.fitted
    return Flow(
        fitted.lattice.device,
        deformation=Deformation(forward, fitted.lattice),
        similarities=fitted.similarities[number],
        certificates=[trajectory.certificate],
        stops=fitted.stops,
        history=fitted.history,
        fallbacks=list(fitted.fallbacks),
    )
