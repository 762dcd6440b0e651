"""Box plots of Dice and HD95: a line a structure, a point a pair."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluation.label_pairs import structures_of
from ..evaluation.labels import Evaluation
from .canvas import BACKGROUND, DIM, GRID_LINE, INK, RULE, SMALLER, add_axes, as_png, new_figure, shortened, write
from .charts import bare
from .layout import MARGIN, Box

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE, NAMES, PANEL, TOP, BOTTOM = 0.27, 2.6, 4.2, 1.0, 0.65  # inches

KEY = "box: quartiles · line: median · whiskers: furthest within 1.5 box lengths"


def draw_boxes(results: Mapping[str, Evaluation], title: str) -> bytes:
    """A PNG with the Dice and the HD95 of every structure, and of all together, over the pairs.

    Raises:
        InputError: matplotlib is not installed.
    """
    pairs = list(results.values())
    codes = structures_of(dict(results))
    names = [next(pair.name(code) for pair in pairs if code in pair.structures) for code in codes]
    overlap = [[pair.dice[code] for pair in pairs if code in pair.dice] for code in codes]
    distance = [[pair.hd95[code] for pair in pairs if code in pair.hd95] for code in codes]
    height = LINE * (len(codes) + 1.6)
    figure = new_figure(2 * MARGIN + NAMES + 2 * PANEL + 0.3, TOP + height + BOTTOM)
    write(figure, MARGIN, 0.42, shortened(title, 90), size=14, weight="bold")
    points = f"points: {_count(len(pairs), 'pair')} (bottom row: what lies beyond the whiskers)"
    write(figure, MARGIN, 0.68, f"{KEY} · {points}", size=9, color=DIM)
    labels = [shortened(name, 30) for name in names] + ["all structures"]
    for number, (label, values) in enumerate((("Dice", overlap), ("HD95, mm", distance))):
        box = Box(MARGIN + NAMES + number * (PANEL + 0.3), TOP, PANEL, height)
        axes = add_axes(figure, box)
        _draw(axes, values, label, [] if number else labels)
    return as_png(figure)


def _draw(axes: Axes, values: Sequence[Sequence[float]], label: str, names: Sequence[str]) -> None:
    bare(axes)
    rows = [[value for value in row if not math.isnan(value)] for row in values]
    places: list[float] = [*range(len(rows)), len(rows) + 0.6]
    rows.append([value for row in rows for value in row])
    points: dict[str, Any] = {"s": 11, "linewidths": 0, "zorder": 3, "clip_on": False}
    for place, row in zip(places, rows, strict=True):
        together = place == places[-1]
        colour = GRID_LINE if together else SMALLER
        if len(row) > 2:
            _box(axes, row, place, colour)
        if together:
            beyond = _beyond(row) if len(row) > 2 else []
            axes.scatter(beyond, [place] * len(beyond), color=colour, **points)
        else:
            shifts = [0.28 * math.sin(2.4 * n) if len(row) > 2 else 0.0 for n in range(len(row))]
            axes.scatter(
                row, [place + shift for shift in shifts], s=11, color=INK, linewidths=0, zorder=3, clip_on=False
            )
    axes.axhline(len(rows) - 1.2, color=DIM, linewidth=0.7)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_ylim(len(rows) + 0.1, -0.5)
    axes.set_yticks(places, names or [""] * len(places), fontsize=9, color=INK)
    axes.set_xlabel(label, color=INK, fontsize=10)
    axes.set_xlim(*((0, 1) if label == "Dice" else (0, None)))


def _box(axes: Axes, row: Sequence[float], place: float, colour: str) -> None:
    """One lying box; by hand, since matplotlib's own changed how it is told to lie down."""
    first, median, third = np.percentile(row, (25, 50, 75))
    beyond = _beyond(row)
    low, high = (extreme(value for value in row if value not in beyond) for extreme in (min, max))
    axes.barh(place, third - first, 0.62, first, facecolor=BACKGROUND, edgecolor=colour, linewidth=1.1, zorder=2)
    axes.hlines([place, place], [low, third], [first, high], colors=colour, linewidth=1.1, zorder=2)
    axes.vlines([low, high], place - 0.15, place + 0.15, colors=colour, linewidth=1.1, zorder=2)
    axes.vlines(median, place - 0.31, place + 0.31, colors=colour, linewidth=2.2, zorder=2)


def _beyond(row: Sequence[float]) -> list[float]:
    """What lies further from the box than the whiskers reach."""
    first, third = np.percentile(row, (25, 75))
    reach = 1.5 * (third - first)
    return [value for value in row if not first - reach <= value <= third + reach]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"
