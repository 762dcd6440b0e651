"""Every level of a registration profiled: what an iteration's stages cost, beside what they cost at the least."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import SimpleITK as sitk
import torch
from floors import Floors
from nodeo.engine.level import LevelProblem
from nodeo.errors import InputError
from nodeo.settings import ADAPTIVE_SOLVERS, Settings
from planned_pair import planned_pair
from stage_clock import StageClock
from staged_iteration import BACK, STAGES, Descent

WARM_UP = 2  # iterations that do not count: memory is new, and the first velocity is 0


@dataclass(frozen=True)
class Stage:
    """One stage of an iteration; seconds, medians.

    Attributes:
        floor: of the primitive operations that it cannot do without; 0 where none is known.
    """

    name: str
    forward: float
    backward: float
    floor: float

    @property
    def seconds(self) -> float:
        """Both passes."""
        return self.forward + self.backward


@dataclass(frozen=True)
class LevelProfile:
    """One level.

    Attributes:
        shrink: fixed voxels between its points.
        voxels, nodes: points at which images are compared, and velocity nodes.
        stages: those it has.
        whole: seconds of an iteration that is not taken apart, median.
        primitives: of each operation its name, points and seconds.
    """

    shrink: int
    voxels: int
    nodes: int
    stages: list[Stage]
    whole: float
    primitives: list[dict[str, Any]]

    @classmethod
    def of(cls, record: dict[str, Any]) -> LevelProfile:
        """From JSON."""
        return cls(**{**record, "stages": [Stage(**stage) for stage in record["stages"]]})


def profile(
    fixed: sitk.Image, moving: sitk.Image, settings: Settings, device: torch.device, repeats: int
) -> list[LevelProfile]:
    """All levels, coarse to fine, each after the few iterations of the levels before.

    Raises:
        InputError: the settings are not of the kind that falls into these stages, or the images cannot be used.
    """
    if settings.model != "flow" or settings.adjoint or settings.solver in ADAPTIVE_SOLVERS:
        raise InputError("Only the model flow with a fixed-step solver and without adjoint can be profiled.", "")
    task, levels = planned_pair(fixed, moving, settings)
    previous, profiles = None, []
    for level in levels:
        problem = LevelProblem(task, level, previous, settings, device)
        descent = Descent.of(problem, task)
        profiles.append(_level(descent, repeats))
        with torch.no_grad():
            previous = problem.displacement(descent.segment)
    return profiles


def _level(descent: Descent, repeats: int) -> LevelProfile:
    """Whole iterations and staged ones take turns."""
    problem = descent.problem
    device = problem.lattice.device
    clocks = []
    for iteration in range(WARM_UP + repeats):
        clock = StageClock(device)
        descent.step(clock, iteration)
        descent.staged_step(clock, iteration)
        clocks.append(clock)
    medians = {name: median(clock.seconds[name] for clock in clocks[WARM_UP:]) for name in clocks[-1].seconds}
    floors = Floors(problem, descent.segment, repeats)
    primitives = floors.measure()
    stages = [
        Stage(name, medians[name], medians.get(name + BACK, 0.0), floors.of(name)) for name in STAGES if name in medians
    ]
    level = problem.level
    timed = [vars(primitive) for primitive in primitives.values()]
    return LevelProfile(max(level.shrink), level.voxels, level.nodes, stages, medians["whole"], timed)
