"""The splines of time that a velocity field over a series is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

_CUBIC = 3
_NOTHING = 1e-12  # a spline with less weight has none


@dataclass(frozen=True)
class TimeSplines:
    """The derivatives ġ_r of uniform cubic B-splines g_r of time.

    A velocity Σ_r ġ_r(t) B_r has B_r for, about, the displacement at the knot of g_r: what one frame asks for changes
    few of them, which a descent finds far sooner than velocities that all later frames share. Of a periodic velocity
    the mean at a place need not be 0, though every path is closed: it has a constant besides.

    Attributes:
        first: where the interval begins.
        knot: width of a knot interval, in the unit of time.
        intervals: number of knot intervals.
        periodic: what leaves at the interval's end comes in at its beginning.
    """

    first: float
    knot: float
    intervals: int
    periodic: bool = False

    @property
    def count(self) -> int:
        """How many splines there are; the constant is the last of periodic ones."""
        return self.intervals + 1 if self.periodic else self.intervals + _CUBIC

    def weights(self, time: float) -> dict[int, float]:
        """ġ_r(t), per unit of time, of the splines that are not 0 there, by r; outside the interval as at its end."""
        place = (time - self.first) / self.knot
        if not self.periodic:
            place = min(max(place, 0.0), float(self.intervals))
        begin = math.floor(place)
        if not self.periodic:
            begin = min(begin, self.intervals - 1)
        x = place - begin
        slopes = (-((1 - x) ** 2), 3 * x**2 - 4 * x, -3 * x**2 + 2 * x + 1, x**2)
        weights: dict[int, float] = {}
        for number, slope in enumerate(slopes, start=begin):
            spline = number % self.intervals if self.periodic else number
            weights[spline] = weights.get(spline, 0.0) + slope / (2 * self.knot)
        if self.periodic:
            weights[self.intervals] = 1.0 / (self.knot * self.intervals)
        return {spline: value for spline, value in weights.items() if abs(value) > _NOTHING}
