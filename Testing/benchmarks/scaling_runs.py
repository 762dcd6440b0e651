"""Registrations of one synthetic pair at several sizes: what an iteration and the whole process cost at each."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import SimpleITK as sitk
import timed_run
from nodeo.geometry.domain import Level
from nodeo.settings import Settings
from planned_pair import planned_pair
from textured_pair import textured_pair


@dataclass(frozen=True)
class LevelCost:
    """One level of one run.

    Attributes:
        shrink: fixed voxels between its points.
        voxels, nodes: points at which images are compared, and velocity nodes.
        iteration: seconds of one iteration, median.
        whole: seconds of the level with all its iterations, set-up and certificate.
    """

    shrink: int
    voxels: int
    nodes: int
    iteration: float
    whole: float

    def nanoseconds(self) -> float:
        """Of one iteration, per voxel."""
        return 1e9 * self.iteration / self.voxels


@dataclass
class ScalingRun:
    """One whole registration.

    Attributes:
        size: voxels along each axis.
        wall, cpu: seconds of the process and of all its cores.
        peak_mb, peak_gpu_mb: largest memory, MB; the second None without a GPU.
        seconds: by stage, as the engine tells it.
        failure: why it came to nothing; empty if it did not.
    """

    size: int
    threads: int
    device: str
    wall: float
    cpu: float
    peak_mb: float
    peak_gpu_mb: float | None = None
    levels: list[LevelCost] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    failure: str = ""

    @property
    def voxels(self) -> int:
        """Of the image."""
        return self.size**3

    @classmethod
    def of(cls, record: dict[str, Any]) -> ScalingRun:
        """From JSON."""
        return cls(**{**record, "levels": [LevelCost(**level) for level in record["levels"]]})


def comparable(preset: str, iterations: int) -> dict[str, Any]:
    """Settings on top of a preset that make every size do the same per voxel.

    Few iterations; and no velocity nodes closer than two voxels, which the engine allows small images only.
    """
    spacing = [max(factor, 2) for factor in Settings.preset(preset).levels]
    return {"iterations": [iterations], "node_spacing": spacing}


class Sweep:
    """The runs of one call.

    Args:
        folder: to work in; absolute.
        preset: of the engine.
        changes: settings on top of it.
        device: cpu or cuda.
    """

    def __init__(self, folder: Path, preset: str, changes: dict[str, Any], device: str) -> None:
        self.folder, self.preset, self.changes, self.device = folder, preset, changes, device

    def pair(self, size: int) -> tuple[tuple[Path, Path], list[Level]]:
        """The files of the pair of a size, and the levels it will be registered on."""
        folder = self.folder / "inputs" / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        files = folder / "fixed.nrrd", folder / "moving.nrrd"
        images = textured_pair(size)
        for image, file in zip(images, files, strict=True):
            sitk.WriteImage(image, str(file))
        settings = Settings.preset(self.preset).replace(**self.changes)
        return files, planned_pair(*images, settings)[1]

    def run(self, images: tuple[Path, Path], levels: list[Level], size: int, threads: int) -> ScalingRun:
        """One registration."""
        folder = self.folder / "runs" / f"{size}-{threads}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        texts = [f"{name}={as_text(value)}" for name, value in self.changes.items()]
        options = [word for text in texts for word in ("--set", text)]
        place = ("--preset", self.preset, "--device", self.device)
        cost, events = timed_run.register(images, folder, threads, *place, *options)
        run = ScalingRun(size, threads, self.device, round(cost.wall, 3), round(cost.cpu, 3), round(cost.peak_mb, 1))
        run.failure = cost.failure
        if not run.failure:
            metrics = json.loads((folder / "result" / "metrics.json").read_text(encoding="utf-8"))
            run.peak_gpu_mb = metrics["peak_memory_mb"].get("gpu")
            run.seconds = metrics["seconds"]
            run.failure = " ".join(metrics["fallbacks"])  # then it is not the registration that was to be timed
            run.levels = _costs(levels, timed_run.iteration_seconds(events), metrics["seconds"])
        shutil.rmtree(folder)
        return run


def as_text(value: Any) -> str:
    """A setting as the command line wants it."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _costs(levels: list[Level], iterations: list[float], seconds: dict[str, float]) -> list[LevelCost]:
    made = []
    for number, (level, iteration) in enumerate(zip(levels, iterations, strict=True), start=1):
        points = max(level.shrink), level.voxels, level.nodes
        made.append(LevelCost(*points, round(iteration, 6), seconds[f"level {number}"]))
    return made
