"""A fitted trajectory: where every point of the reference is at any time of a series, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import SimpleITK as sitk
import torch
from torch import Tensor

from ...engine import devices, inputs
from ...engine.measurement import spread_of
from ...engine.surroundings import undisturbed
from ...errors import InputError, check_kind
from ...field.certificate import NEXT_TO_NONE, Certificate, folded_nodes, turned_down
from ...field.flow import Solver
from ...field.initial_transform import composite, field_transform
from ...field.inversion import refine_inverse
from ...progress import Reporter
from ...settings import Settings
from ..series import Series
from ..survey import survey
from .fit import Fitted, SeriesFit
from .plan import SeriesPlan, checked_reference, plan_series
from .walk import both_ways, carried, carried_back, walked

_BACK = Solver("midpoint", 2)  # a passage run backwards
_LATE = 1e-6  # intervals: a time beyond the ends by no more than this is one of them


@dataclass(frozen=True)
class Trajectory:
    """The flow of one velocity field over the time of a series, from the reference's time to any other.

    It was measured for folds at :attr:`moments` only: the frames' times, and three between two of them.

    Attributes:
        plan: what it was fitted to.
        fitted: the field, and how it was found.
        certificate: what it took to be without folds.
    """

    plan: SeriesPlan
    fitted: Fitted
    certificate: Certificate

    @property
    def moments(self) -> list[float]:
        """The times at which it was measured, as the series counts them, rising."""
        clock = self.plan.clock
        return [clock.zero + clock.interval * moment for moment in self.plan.moments()]

    def displacement(self, time: float) -> sitk.Image:
        """φ_t(x) - x, world mm, float64, on the nodes of the flow, which reach around the content of all frames.

        Args:
            time: of the series; of a cyclic one any, else none before its first frame or after its last.

        Raises:
            InputError: there is no such time in the series.
        """
        return self._image(self._at(time))

    def inverse_displacement(self, time: float) -> sitk.Image:
        """φ_t⁻¹(y) - y, as :meth:`displacement`; exact at the nodes."""
        lattice, counted = self.fitted.lattice, self._counted(time)
        back = self._walk([*self._before(counted), counted], carried_back(lattice, _BACK))[-1]
        return self._image(refine_inverse(back, self._at(time), lattice))

    def velocity(self, time: float) -> sitk.Image:
        """v(x, t), world mm per unit of the series' time, on the same nodes."""
        with torch.no_grad():
            velocity = self.fitted.velocity(torch.tensor(self._counted(time), dtype=torch.float64))
        return self._image(velocity / self.plan.clock.interval)

    def transform(self, time: float) -> sitk.Transform:
        """φ_t: the reference's world -> the world at a time; points of the reference go where they are then."""
        return composite([field_transform(self.displacement(time))])

    def closure(self) -> Tensor:
        """How far every node [D, H, W] ends from where it began after a whole period, mm; of a cyclic series."""
        period = self.plan.clock.period
        if not period:
            raise InputError("The series is not cyclic.", "Fit it as a cyclic one.")
        stops = [period * part / (4 * len(self.plan.times)) for part in range(1, 4 * len(self.plan.times) + 1)]
        end = self._walk(stops, carried(self.fitted.lattice, self.fitted.solver))[-1]
        return self.plan.unit * end.square().sum(0).sqrt()

    def metrics(self) -> dict[str, Any]:
        """What was measured of the whole flow; JSON-able."""
        clock, certificate, fitted = self.plan.clock, self.certificate, self.fitted
        figures = {
            "moments": len(self.moments),
            "rounds": certificate.rounds,
            "damped_percent": certificate.damped_percent,
            "scale": certificate.scale,
            "stop": fitted.stops,
            "iterations": len(fitted.history),
        }
        if not clock.period:
            return figures
        closure = self.closure()[fitted.velocity.fade > 0.5].cpu()
        return {
            **figures,
            "period": clock.period * clock.interval,
            "closure_mm": spread_of(closure.numpy()),
        }

    def walk(self) -> Iterator[tuple[int, Tensor, Tensor]]:
        """Every frame but the reference outwards, on both sides of it: number, displacement, and about its inverse.

        Both [k, D, H, W] on the flow's nodes, in the plan's unit.
        """
        lattice, times = self.fitted.lattice, self.plan.times
        for side in _sides(self.plan.moments()):
            there = walked(self.fitted.velocity, side, carried(lattice, self.fitted.solver), lattice.zeros())
            back = walked(self.fitted.velocity, side, carried_back(lattice, _BACK), lattice.zeros())
            for moment, forward, backward in zip(side, there, back, strict=True):
                yield from ((n, forward, backward) for n, time in enumerate(times) if time == moment)

    def _at(self, time: float) -> Tensor:
        counted = self._counted(time)
        through = carried(self.fitted.lattice, self.fitted.solver)
        return self._walk([*self._before(counted), counted], through)[-1]

    def _walk(self, stops: Sequence[float], through) -> list[Tensor]:
        with torch.no_grad():
            return list(walked(self.fitted.velocity, stops, through, self.fitted.lattice.zeros()))

    def _before(self, counted: float) -> list[float]:
        """The moments on the way to a time."""
        ahead, behind = _sides(self.plan.moments())
        return [m for m in (ahead if counted >= 0 else behind) if abs(m) < abs(counted)]

    def _counted(self, time: float) -> float:
        clock, moments = self.plan.clock, self.plan.moments()
        counted = clock(time)
        if not moments[0] - _LATE <= counted <= moments[-1] + _LATE:
            first, last = (clock.zero + clock.interval * moments[end] for end in (0, -1))
            raise InputError(f"The time {time:g} is not in the series.", f"Choose one of {first:g} to {last:g}.")
        return counted

    def _image(self, values: Tensor) -> sitk.Image:
        """World mm of a field [k, D, H, W] in the plan's unit."""
        grid = self.fitted.lattice.grid.scaled(self.plan.unit)
        return grid.vector_image(self.plan.unit * values)


@undisturbed()
def fit_trajectory(
    series: Series,
    settings: Settings | None = None,
    *,
    reference: int = 0,
    cyclic: bool = False,
    mask: sitk.Image | None = None,
    report: Reporter | None = None,
) -> Trajectory:
    """One velocity field through all frames of a series.

    Args:
        series: scalar 2-D or 3-D images in one world, two at least.
        settings: default: the preset ``balanced``.
        reference: the number of a frame, from 0: the flow begins at its time.
        cyclic: the series goes on with its first frame, a mean interval after its last.
        mask: of the reference, where the similarity counts (not 0).
        report: is told of every iteration; it stops the run by raising.

    Raises:
        InputError: a frame, the mask or the settings cannot be used.
    """
    check_kind("argument series", series, Series)
    inputs.check_kinds({"mask": mask}, settings, None, None)
    settings, report = settings or Settings.preset("balanced"), report or Reporter(None)
    check_kind("argument report", report, Reporter)
    number = checked_reference(series, reference)
    with devices.threads(settings.threads):
        seen = survey(series, series.frame(number), settings, report.check)
        plan = plan_series(series, number, mask, seen.corners, settings, cyclic, report.check)
        return trajectory_of(plan, devices.choose(settings.device), report)


def trajectory_of(plan: SeriesPlan, device: torch.device, report: Reporter) -> Trajectory:
    """The trajectory of a plan, certified unless the settings let it fold."""
    fitted = SeriesFit(plan, report).run(device)
    report.tell("Looking for folds", "certificate")
    with report.timed("certificate"):
        certificate = _certified(plan, fitted, report) if plan.settings.unfold else Certificate()
    return Trajectory(plan, fitted, certificate)


@torch.no_grad()
def _certified(plan: SeriesPlan, fitted: Fitted, report: Reporter) -> Certificate:
    """Turn the field down where it folds at any moment, at the voxels, too; where that does not help, all of it."""
    through, lattice = carried(fitted.lattice, fitted.solver), fitted.lattice
    factors = [(n // (m - 1)) for n, m in zip(plan.domain.length, reversed(lattice.shape), strict=True)]

    def look() -> tuple[None, Tensor]:
        folded = torch.zeros(lattice.shape, dtype=torch.bool, device=lattice.device)
        for side in _sides(plan.moments()):
            for displacement in walked(fitted.velocity, side, through, lattice.zeros()):
                folded |= folded_nodes(displacement, lattice.spacing, factors, between=True)
                report.check()
        return None, folded

    _, folded, certificate = turned_down(fitted.velocity, look)
    scale = 1.0
    while folded.any() and scale > NEXT_TO_NONE:
        scale *= 0.8
        fitted.velocity.window.mul_(0.8)
        _, folded = look()
    return Certificate(certificate.rounds, certificate.damped_percent, 0, scale)


def _sides(moments: Sequence[float]) -> tuple[list[float], list[float]]:
    """Those after 0 and those before it, each outwards."""
    ahead, behind = both_ways(moments)
    return [moments[n] for n in ahead], [moments[n] for n in behind]
