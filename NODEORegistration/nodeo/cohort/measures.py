"""The table of a cohort: a line a pair, with all that was measured."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..evaluation.tables import aligned, mean_and_sd
from ..study.measures import MEASURES
from .pair import Pair


@dataclass(frozen=True)
class Line:
    """A pair and what became of it.

    Attributes:
        record: of a pair that is there, else None.
        error: why it failed, or "".
    """

    pair: Pair
    record: dict[str, Any] | None
    error: str = ""

    @property
    def status(self) -> str:
        """``done``, ``failed``, or ``missing``: nobody has tried yet."""
        return "done" if self.record is not None else "failed" if self.error else "missing"

    def value(self, key: str) -> float:
        """A measure; nan where it was not taken."""
        found = None if self.record is None else self.record["measures"].get(key)
        return math.nan if found is None else float(found)


def csv_text(lines: Sequence[Line], output: Path) -> str:
    """Pair, status, folder, every measure, Dice before and after of every structure, device, notes, what went wrong."""
    structures = _structures(lines)
    heads = [f"dice{moment}_{plain(code, name)}" for code, name in structures.items() for moment in ("_before", "")]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        [
            *("pair", "subject", "session", "status", "folder"),
            *(measure.key for measure in MEASURES),
            *("inverse_folded_points", *heads, "device", "notes", "error"),
        ]
    )
    for line in lines:
        found = line.record or {}
        dice = [found.get("structures", {}).get(code, {}).get(m) for code in structures for m in ("before", "after")]
        numbers = [line.value(measure.key) for measure in MEASURES]
        writer.writerow(
            [line.pair.name, line.pair.subject, line.pair.session, line.status, line.pair.folder.relative_to(output)]
            + [_text(number) for number in (*numbers, found.get("inverse_folded_points"), *dice)]
            + [found.get("device") or "", " ".join(found.get("notes", [])), line.error]
        )
    return file.getvalue()


def _structures(lines: Iterable[Line]) -> dict[str, str]:
    """Code to name of every structure that some pair has, by code."""
    names = {code: about["name"] for line in lines if line.record for code, about in line.record["structures"].items()}
    return dict(sorted(names.items(), key=lambda item: (int(item[0]), item[1])))


def plain(code: str, name: str | None) -> str:
    """A structure in the name of a column, as statistics programs take it."""
    if name in (None, f"label {code}"):
        return code
    return f"{code}_{re.sub('[^A-Za-z0-9]+', '_', str(name)).strip('_')}"


def _text(number: float | None) -> str:
    return "" if number is None or math.isnan(number) else f"{number:.8g}"


def text_table(lines: Sequence[Line]) -> str:
    """For a terminal: how many are there, mean ± SD of what was measured, and what went wrong."""
    counts = {status: sum(line.status == status for line in lines) for status in ("done", "failed", "missing")}
    told = [f"{count} {status}" for status, count in counts.items() if count or status == "done"]
    parts = [f"{len(lines)} pair{'s' if len(lines) != 1 else ''}: {', '.join(told)}"]
    rows = []
    for measure in MEASURES:
        values = [line.value(measure.key) for line in lines]
        mean, sd = mean_and_sd(values)
        if not math.isnan(mean):
            spread = f"{mean:.{measure.digits}f} ± {sd:.{max(measure.digits, 1)}f}"
            known = [value for value in values if not math.isnan(value)]
            rows.append([measure.title, spread, f"{min(known):.{measure.digits}f} … {max(known):.{measure.digits}f}"])
    if rows:
        parts.append(aligned(rows))
    parts += [f"failed: {line.pair.name}: {line.error}" for line in lines if line.status == "failed"]
    return "\n".join(parts)
