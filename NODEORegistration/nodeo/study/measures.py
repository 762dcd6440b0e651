"""What a study reads off its runs, as numbers, as a text table and as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..evaluation.tables import aligned, mean_and_sd
from ..report.key_figures import find

if TYPE_CHECKING:
    from .runs import Outcome


class Measure(NamedTuple):
    """One number of a run.

    Attributes:
        key: its column in the CSV file, with the unit.
        title: for people, with the unit.
        path: where it is in the metrics.
        digits: after the point.
    """

    key: str
    title: str
    path: tuple[str, ...]
    digits: int


MEASURES = (
    Measure("similarity_before", "Similarity loss before", ("similarity", "before"), 4),
    Measure("similarity_after", "Similarity loss", ("similarity", "after"), 4),
    Measure("dice_before", "Dice before", ("dice", "before", "mean_dice"), 4),
    Measure("dice_after", "Dice", ("dice", "after", "mean_dice"), 4),
    Measure("hd95_before_mm", "HD95 before, mm", ("dice", "before", "mean_hd95"), 2),
    Measure("hd95_after_mm", "HD95, mm", ("dice", "after", "mean_hd95"), 2),
    Measure("target_error_before_mm", "Target registration error before, mm", ("points", "before", "mean_mm"), 2),
    Measure("target_error_after_mm", "Target registration error, mm", ("points", "after", "mean_mm"), 2),
    Measure("folded_points", "Folded points", ("folding", "voxels"), 0),
    Measure("folded_percent", "Folded, %", ("folding", "percent"), 4),
    Measure("smallest_det_j", "Smallest det J", ("folding", "smallest"), 3),
    Measure("largest_det_j", "Largest det J", ("folding", "largest"), 2),
    Measure("sd_log_det_j", "SD of log det J", ("jacobian", "sd_log"), 3),
    Measure("inverse_consistency_mm", "Inverse consistency, mm", ("inverse_consistency_mm", "mean"), 3),
    Measure("seconds", "Seconds", ("seconds", "total"), 1),
)
BY_KEY = {measure.key: measure for measure in MEASURES}
SHOWN = (
    "similarity_before", "similarity_after", "dice_before", "dice_after", "folded_points", "folded_percent",
    "smallest_det_j", "largest_det_j", "seconds",
)  # fmt: skip
ABOUT = (
    "Similarity: the loss's first term at the last level, smaller is better. Folded points, and the smallest and "
    "largest det J: over all forward and backward difference schemes, at every voxel of the field that is handed out. "
    "Seconds: the registration itself, without reading, scoring and drawing."
)


def value(outcome: Outcome, key: str) -> float:
    """A measure of a run; nan where it was not taken."""
    found = find(outcome.metrics, *BY_KEY[key].path)
    return float(found) if isinstance(found, int | float) else math.nan


def measured(outcomes: Sequence[Outcome], keys: Sequence[str] = SHOWN) -> list[str]:
    """Those keys that at least one run has a number for."""
    return [key for key in keys if any(not math.isnan(value(outcome, key)) for outcome in outcomes)]


def csv_text(outcomes: Sequence[Outcome]) -> str:
    """A line a run: its name, what it varied, its numbers, its seconds, and what went wrong."""
    options = list(outcomes[0].case.values)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["run", *options, *(measure.key for measure in MEASURES), "error"])
    for outcome in outcomes:
        numbers = [value(outcome, measure.key) for measure in MEASURES]
        texts = ["" if math.isnan(number) else f"{number:.8g}" for number in numbers]
        error = outcome.reason if outcome.error else ""
        writer.writerow([outcome.case.name, *outcome.case.values.values(), *texts, error])
    return file.getvalue()


def headings(outcomes: Sequence[Outcome]) -> list[str]:
    """The first line of :func:`rows`."""
    grouped = _groups(outcomes)
    repeated = ["runs"] if any(len(group) > 1 for group in grouped.values()) else []
    options = [name for name in outcomes[0].case.values if not (repeated and name == "seed")]
    return [*options, *repeated, *(BY_KEY[key].title for key in measured(outcomes))]


def rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A line for every setting, mean ± SD over its seeds; a run that failed says why in place of its numbers."""
    grouped = _groups(outcomes)
    repeated = any(len(group) > 1 for group in grouped.values())
    keys = measured(outcomes)
    table = []
    for names, group in grouped.items():
        done = [outcome for outcome in group if outcome.error is None]
        count = [f"{len(done)} of {len(group)}" if len(done) < len(group) else str(len(done))] if repeated else []
        if done:
            cells = [_spread([value(outcome, key) for outcome in done], BY_KEY[key].digits) for key in keys]
        else:
            cells = ["failed", *[""] * (len(keys) - 1)]
        table.append([*names, *count, *cells])
    return table


def text_table(outcomes: Sequence[Outcome]) -> str:
    """The table for a terminal, then a line for each run that failed."""
    lines = [f"failed: {outcome.case.name}: {outcome.reason}" for outcome in outcomes if outcome.error is not None]
    return "\n".join([aligned([headings(outcomes), *rows(outcomes)]), *lines])


def _groups(outcomes: Sequence[Outcome]) -> dict[tuple[str, ...], list[Outcome]]:
    """Runs that differ in nothing but the seed, if there are several seeds."""
    seeds = {outcome.case.values.get("seed") for outcome in outcomes}
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for outcome in outcomes:
        names = [text for name, text in outcome.case.values.items() if not (len(seeds) > 1 and name == "seed")]
        groups.setdefault(tuple(names), []).append(outcome)
    return groups


def _spread(values: Sequence[float], digits: int) -> str:
    mean, sd = mean_and_sd(values)
    if math.isnan(mean):
        return "–"
    return f"{mean:.{digits}f}" if len(values) == 1 else f"{mean:.{digits}f} ± {sd:.{max(digits, 1)}f}"
