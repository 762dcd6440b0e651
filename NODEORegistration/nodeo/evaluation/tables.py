"""Tables as text: numbers in cells, cells in columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np


def mean_and_sd(values: Iterable[float]) -> tuple[float, float]:
    """Mean and standard deviation (divided by n) of the values that are not nan; nan where there are none."""
    known = np.array([value for value in values if not math.isnan(value)])
    return (float(known.mean()), float(known.std())) if known.size else (math.nan, math.nan)


def cell(value: float, digits: int) -> str:
    """A number, seven characters wide; "-" stands for nan."""
    return f"{'-' if math.isnan(value) else format(value, f'.{digits}f'):>7}"


def spread_cell(mean: float, sd: float, digits: int) -> str:
    """Mean ± standard deviation; "-" stands for nan."""
    return f"{cell(mean, digits)} ± {cell(sd, digits).strip()}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as text in columns."""
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
