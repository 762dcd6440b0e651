"""What the stages of a registration are expected to take, so that its progress tells the time.

All are in seconds of one machine; only their proportions matter. The weights were measured on the pairs
``oasis_pair``, ``cardiac_p1``, ``hippocampus`` and ``slices2d`` under the presets fast and balanced: the time of every
stage, divided by what it works on, with two threads while two cores of an AMD EPYC had little else to do, and compared
with the processor time of one thread. An iteration with mse or mi takes as long as one with lncc, to a tenth, and one
with mind up to a third longer: one weight stands for all. None was measured on a GPU, where the levels and the inverse
will take less.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..geometry.domain import Domain, Level
from ..models import Model
from ..settings import SEARCHED, Settings
from ..similarity.channel import Scan
from . import pyramid
from .inverse import kept_points

AROUND = ("start", "writing")  # what a process that does nothing else does before and after

# Seconds, whatever the images.
_START = 1.2  # until a process has loaded its libraries
_SEARCH = 0.5
_ITERATION = 0.0015
_MEASUREMENTS = 0.3  # points that are moved there and back one by one
_LOOKED = 0.15  # for large motion
_FOLLOWED = 5.0
_AROUND = 0.02  # any other stage

# Microseconds for each
_PREPARED = 0.035  # voxel of either image
_SEARCHED = 0.045  # voxel of either image, where an initial transform is looked for
_COMPARED = 0.08  # voxel of a level, an iteration
_MOVED = 0.13  # node of a level, each time that the velocity is evaluated, an iteration
_CERTIFIED = 0.12  # voxel of the domain
_BACKWARDS = 0.14  # node of the last level, a level
_INVERTED = 0.5  # point of the inverse
_FITTED = 0.15  # voxel of the domain
_EXPORTED = 0.18  # voxel of the domain
_CARRIED = 0.15  # moving voxel, where the initial transform is not the identity
_WARPED = 0.035  # fixed voxel
_MEASURED = 0.16  # fixed voxel
_WRITTEN = 0.07  # fixed voxel

_EVALUATIONS = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3}  # of the velocity, a step of a solver
_MANY = 4  # of any other


@dataclass(frozen=True)
class Workload:
    """One registration, as far as its time depends on it.

    Attributes:
        fixed, moving: as they go into the plan.
        initial: how the initial transform is found, as in the settings; "" if it was given.
        around: which of the stages ``start`` and ``writing`` there are, before and after.
    """

    fixed: Scan
    moving: Scan
    model: Model
    settings: Settings
    initial: str
    around: Collection[str]

    def foreseen(self) -> dict[str, float]:
        """As :meth:`expected`, before there is an initial transform: as if both contents lay in one box."""
        return self.expected(*pyramid.plan(self.fixed, self.fixed.content[::-1], self.model, self.settings))

    def expected(self, domain: Domain, levels: Sequence[Level]) -> dict[str, float]:
        """Seconds by stage, in their order, under the names that the stages' times are kept under."""
        fixed, moving = math.prod(self.fixed.grid.shape), math.prod(self.moving.grid.shape)
        voxels = math.prod(n + 1 for n in domain.length)
        search = _SEARCH + 1e-6 * _SEARCHED * (fixed + moving) if self.initial in SEARCHED else 0.0
        backwards = _BACKWARDS * levels[-1].nodes * len(levels)
        inverted = _INVERTED * kept_points(domain, levels[-1]) + _FITTED * voxels
        exported = _EXPORTED * voxels + _CARRIED * (0 if self.initial == "identity" else moving)
        seconds = {
            "preparation": _AROUND + 1e-6 * _PREPARED * (fixed + moving),
            "initial transform": search,
            "search": self._search(),
            **{f"level {number}": self._level(level) for number, level in enumerate(levels, start=1)},
            "certificate": 1e-6 * _CERTIFIED * voxels,
            "inverse": _AROUND + 1e-6 * (backwards + inverted),
            "transforms": _AROUND + 1e-6 * exported,
            "warped image": 1e-6 * _WARPED * fixed,
            "measurements": _MEASUREMENTS + 1e-6 * _MEASURED * fixed,
        }
        seconds = {"start": _START, **seconds, "writing": _AROUND + 1e-6 * _WRITTEN * fixed}
        return {name: value for name, value in seconds.items() if name not in AROUND or name in self.around}

    def _search(self) -> float:
        """Of a search that finds that there is nothing to look for, or of all of it where it is asked for."""
        if self.settings.start == "none" or not self.model.follows:
            return 0.0
        return _FOLLOWED if self.settings.start == "search" else _LOOKED

    def _level(self, level: Level) -> float:
        evaluations = level.steps * _EVALUATIONS.get(self.settings.solver, _MANY)
        iteration = _ITERATION + 1e-6 * (_COMPARED * level.voxels + _MOVED * level.nodes * evaluations)
        return level.iterations * iteration
