"""A sweep over sizes in numbers: the exponents of growth, and tables for people and programs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import startup
from machine import in_words, versions_in_words
from result_tables import markdown, number
from scaling_runs import LevelCost, ScalingRun, as_text

Quantity = Callable[[ScalingRun], tuple[float, float]]  # of a run: voxels, and what they cost

RECORD_FIELDS = ("size", "threads", "device", "wall", "cpu", "peak_mb", "peak_gpu_mb")


def exponent(voxels: Sequence[float], costs: Sequence[float]) -> float:
    """p of cost ∝ voxels^p, the slope of a straight line through the logarithms; NaN from fewer than two sizes."""
    if len(set(voxels)) < 2:
        return math.nan
    return float(np.polyfit(np.log(voxels), np.log(costs), 1)[0])


def level_of(run: ScalingRun, shrink: int) -> LevelCost | None:
    """The level of a run with so many fixed voxels between its points, if it has one."""
    return next((level for level in run.levels if level.shrink == shrink), None)


def shrinks(runs: Iterable[ScalingRun]) -> list[int]:
    """The levels there are, coarse to fine."""
    return sorted({level.shrink for run in runs for level in run.levels}, reverse=True)


def title_of(shrink: int) -> str:
    """A level for people."""
    return "full resolution" if shrink == 1 else f"1/{shrink}"


def quantities(runs: Sequence[ScalingRun]) -> dict[str, Quantity]:
    """What grows with the image: an iteration at each level, the whole process, its memory."""
    found: dict[str, Quantity] = {}
    for shrink in shrinks(runs):
        found[f"an iteration, {title_of(shrink)}"] = _iteration(shrink)
    found["whole process, wall"] = lambda run: (run.voxels, run.wall)
    found["whole process, CPU-s"] = lambda run: (run.voxels, run.cpu)
    found["peak memory"] = lambda run: (run.voxels, run.peak_mb)
    if any(run.peak_gpu_mb for run in runs):
        found["peak GPU memory"] = lambda run: (run.voxels, run.peak_gpu_mb or math.nan)
    return found


def _iteration(shrink: int) -> Quantity:
    def read(run: ScalingRun) -> tuple[float, float]:
        level = level_of(run, shrink)
        return (level.voxels, level.iteration) if level else (math.nan, math.nan)

    return read


def series(runs: Iterable[ScalingRun], threads: int, quantity: Quantity) -> tuple[list[float], list[float]]:
    """Voxels and costs of the runs with so many threads, as far as they are known, small to large."""
    points = sorted(quantity(run) for run in runs if run.threads == threads and not run.failure)
    kept = [point for point in points if not any(map(math.isnan, point))]
    return [voxels for voxels, _ in kept], [cost for _, cost in kept]


def document(record: dict[str, Any]) -> str:
    """All tables, with what they belong to."""
    runs = [ScalingRun.of(one) for one in record["runs"]]
    machine = record["machine"]
    changes = "".join(f", {name} {as_text(value)}" for name, value in record["settings"].items())
    parts = [
        f"{record['date'][:10]}, {in_words(machine)}; {versions_in_words(machine)}. "
        f"Preset {record['preset']} on {record['device']}{changes}.",
        "### Time and memory against size",
        runs_table(runs),
        "Exponents p of cost ∝ voxels^p; 1 is linear:",
        exponents_table(runs),
    ]
    if record["startup"]:
        parts += ["### Start-up", startup_table(record["startup"])]
    return "\n\n".join(parts) + "\n"


def runs_table(runs: Sequence[ScalingRun]) -> str:
    """A line a size and number of threads."""
    levels = shrinks(runs)
    gpu = any(run.peak_gpu_mb for run in runs)
    headings = ["size", "voxels", "threads"]
    headings += [f"s an iteration, {title_of(shrink)}" for shrink in levels]
    headings += ["ns a voxel and iteration", "speed-up", "wall, s", "CPU-s", "peak, MB"]
    headings += ["peak GPU, MB"] if gpu else []
    rows = []
    for run in runs:
        row = [f"{run.size}³", f"{run.voxels / 1e6:.3g} M", str(run.threads)]
        if run.failure:
            row.append(run.failure)
        else:
            costs = [level_of(run, shrink) for shrink in levels]
            row += [number(level and level.iteration, 4) for level in costs]
            row += [number(run.levels[-1].nanoseconds(), 0), number(_speed_up(run, runs), 2)]
            row += [number(run.wall, 1), number(run.cpu, 1), number(run.peak_mb, 0)]
            row += [number(run.peak_gpu_mb, 0)] if gpu else []
        rows.append([*row, *[""] * (len(headings) - len(row))])
    return markdown(headings, rows)


def _speed_up(run: ScalingRun, runs: Sequence[ScalingRun]) -> float:
    """How much faster the finest level's iterations are than with the fewest threads."""
    same = [other for other in runs if other.size == run.size and not other.failure]
    slowest = min(same, key=lambda other: other.threads)
    return slowest.levels[-1].iteration / run.levels[-1].iteration


def exponents(runs: Sequence[ScalingRun]) -> dict[str, dict[str, float]]:
    """By what is measured, then by threads."""
    threads = sorted({run.threads for run in runs})
    return {
        name: {str(count): exponent(*series(runs, count, quantity)) for count in threads}
        for name, quantity in quantities(runs).items()
    }


def exponents_table(runs: Sequence[ScalingRun]) -> str:
    """A line a quantity, a column a number of threads."""
    found = exponents(runs)
    threads = sorted({run.threads for run in runs})
    headings = ["", *(f"{count} thread{'s' * (count > 1)}" for count in threads)]
    return markdown(headings, [[name, *(number(p, 2) for p in by.values())] for name, by in found.items()])


def startup_table(measured: dict[str, Any]) -> str:
    """A line a bar."""
    rows = [
        [what, f"≤ {bar:g}", f"{value:.2f}", "yes" if value <= bar else f"no: {value - bar:.2f} s over"]
        for what, bar, value in startup.verdicts(measured)
    ]
    return markdown(["from the call", "bar, s", "median, s", "met"], rows)


def records(runs: Iterable[ScalingRun]) -> list[dict[str, Any]]:
    """A record a run and level, for CSV."""
    made = []
    for run in runs:
        about = {name: getattr(run, name) for name in RECORD_FIELDS}
        for level in run.levels:
            made.append(
                {
                    **about,
                    "shrink": level.shrink,
                    "voxels": level.voxels,
                    "nodes": level.nodes,
                    "seconds_an_iteration": level.iteration,
                    "ns_a_voxel_and_iteration": round(level.nanoseconds(), 2),
                    "seconds_of_the_level": level.whole,
                }
            )
    return made
