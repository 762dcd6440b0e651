"""What is handed out, measured from its files: does it fold between the voxels, does the way back lead back?"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from . import engine, points
from .forked import Ending, Job, run_all
from .plan import Plan
from .records import Record, measured
from .small_pairs import Pair, all_pairs

PART = "maps"
COUNT = 3000  # random points of each kind
MEAN, P99 = 0.05, 0.3  # mm, that way and back again: what is promised of brains
REPORTED = 0.02  # mm, between the reported and the measured mean
PATIENCE = 180.0  # seconds
# family -> unit and tolerance
FAMILIES: dict[str, tuple[str, float]] = {
    "transform.h5: folded fixed voxels": ("voxels", 0),
    "inverse.h5: folded moving voxels": ("voxels", 0),
    "transform.h5: folds at random points": ("points", 0),
    "inverse.h5: folds at random points": ("points", 0),
    "there and back, mean": ("mm", MEAN),
    "there and back, 99th percentile": ("mm", P99),
    "back and there, mean": ("mm", MEAN),
    "back and there, 99th percentile": ("mm", P99),
    "there and back, reported against measured": ("mm", REPORTED),
    "folds that are not reported": ("voxels", 0),
}


def run(plan: Plan) -> Iterator[Record]:
    """Every pair with every preset but ``paper``."""
    from nodeo.settings import PRESETS

    jobs = {}
    for name, make in all_pairs().items():
        for preset in PRESETS:
            case = f"{name}, {preset}"
            if preset != "paper" and any(plan.wants(PART, family, case) for family in FAMILIES):
                jobs[_job(plan, make, preset, plan.folder(PART) / case.replace(" ", "_"))] = case
    for job, ending in run_all(jobs, plan.jobs):
        for record in _records(jobs[job], job, ending):
            if plan.wants(PART, record.family, record.case):
                yield record
        shutil.rmtree(job.log.parent, ignore_errors=True)


def _job(plan: Plan, make: Callable[[], Pair], preset: str, place: Path) -> Job:
    def work() -> int:
        pair = make()
        os.chdir(place)
        arguments = _line(pair, preset)
        code = engine.here(arguments)
        if code == 0:
            Path("measured.json").write_text(json.dumps(_measure(pair, Path("out"), plan.seed)))
        return code

    return Job(preset, work, place / "log", PATIENCE)


def _line(pair: Pair, preset: str) -> list[str]:
    """Writes the pair into the current folder; the command that registers it."""
    sitk.WriteImage(pair.fixed, "fixed.nrrd")
    sitk.WriteImage(pair.moving, "moving.nrrd")
    line = ["register", "fixed.nrrd", "moving.nrrd", "--output", "out", "--preset", preset, "--threads", "1"]
    if pair.start is None:
        return [*line, "--progress", "none"]
    sitk.WriteTransform(pair.start, "start.tfm")
    return [*line, "--initial", "start.tfm", "--progress", "none"]


def _measure(pair: Pair, out: Path, seed: int) -> dict[str, float]:
    """The value of every family."""
    there, back = (sitk.ReadTransform(str(out / name)) for name in ("transform.h5", "inverse.h5"))
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    fixed, moving = (points.scattered(image, COUNT, seed) for image in (pair.fixed, pair.moving))
    ways = (there, fixed, pair.fixed), (back, moving, pair.moving)
    mirrors = pair.start is not None and pair.start.IsLinear() and _turns_over(pair.start)
    sign = -1.0 if mirrors else 1.0
    voxels = [points.folded_voxels(way, image, mirrors) for way, _, image in ways]
    between = [float((sign * points.determinants(*way) <= 0).sum()) for way in ways]
    forth = points.round_trip(there, back, fixed, pair.moving)
    return_ = points.round_trip(back, there, moving, pair.fixed)
    told = [metrics.get(name, {}).get("voxels", 0) for name in ("folding", "inverse_folding")]
    spread = [np.mean(forth), np.percentile(forth, 99), np.mean(return_), np.percentile(return_, 99)]
    reported = metrics["inverse_consistency_mm"]["mean"]
    hidden = sum(max(0, found - said) for found, said in zip(voxels, told, strict=True))
    values = [*voxels, *between, *spread, abs(spread[0] - reported), hidden]
    return dict(zip(FAMILIES, map(float, values), strict=True))


def _turns_over(linear: sitk.Transform) -> bool:
    k = linear.GetDimension()
    rows = points.moved(linear, np.concatenate([np.zeros((1, k)), np.eye(k)]))
    return bool(np.linalg.det(rows[1:] - rows[0]) < 0)


def _records(case: str, job: Job, ending: Ending) -> Iterator[Record]:
    command = f"nodeo register …, {case}"
    if ending.code:
        said = job.said().strip().splitlines()[-1:]
        yield Record(PART, "registered at all", case, f"{ending.in_words()}: {said}", command=command)
        return
    values = json.loads((job.log.parent / "measured.json").read_text())
    for family, (unit, tolerance) in FAMILIES.items():
        yield measured(PART, family, case, values[family], tolerance, unit, command)
