"""The picture of a sweep: what the runs reach, a row a measure, against what was varied, a column an option."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..evaluation.tables import mean_and_sd
from ..report.canvas import DIM, INK, TONES, add_axes, as_png, new_figure, shortened, write
from ..report.charts import bare
from ..report.layout import MARGIN, Box
from .measures import BY_KEY, measured, value
from .runs import Outcome, failed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEYS = ("dice_after", "folded_percent", "similarity_after", "seconds")
COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#8f9bff", "#ffffff")  # Okabe and Ito's
MARKERS = "osD^vPXh"
TOP, WIDTH, HEIGHT, LEFT, BETWEEN, BELOW, LEGEND = 1.1, 4.4, 1.75, 0.75, 0.28, 0.75, 0.42  # inches


def draw(outcomes: Sequence[Outcome], title: str) -> bytes:
    """The picture as a PNG.

    With two options each line is one value of the other; with more, a line is the mean over all others.
    """
    options = [name for name in outcomes[0].case.values if name != "seed"] or ["seed"]
    keys = measured(outcomes, KEYS)
    seeds = len({outcome.case.values.get("seed") for outcome in outcomes})
    legend = LEGEND if len(options) == 2 else 0.1
    bottom = TOP + legend + len(keys) * (HEIGHT + BETWEEN) - BETWEEN
    wide = max(len(options) * (WIDTH + LEFT) + 0.1, 7.0)
    figure = new_figure(2 * MARGIN + wide, bottom + BELOW)
    write(figure, MARGIN, 0.5, shortened(" ".join(title.split()), int(wide * 7)), size=16, weight="bold")
    write(figure, MARGIN, 0.77, _explanation(outcomes, options, seeds), size=9, color=DIM)
    if broken := failed(outcomes):
        text = f"{len(broken)} of {len(outcomes)} runs failed: " + "; ".join(outcome.case.name for outcome in broken)
        write(figure, MARGIN, 0.98, shortened(text, int(wide * 13)), size=9, color=TONES["bad"])
    for number, option in enumerate(options):
        left = MARGIN + LEFT + number * (WIDTH + LEFT)
        other = options[1 - number] if len(options) == 2 else None
        for row, key in enumerate(keys):
            box = Box(left, TOP + legend + row * (HEIGHT + BETWEEN), WIDTH, HEIGHT)
            axes = add_axes(figure, box)
            _draw_lines(axes, outcomes, option, other, key)
            if number == 0:
                axes.set_ylabel(BY_KEY[key].title, color=INK, fontsize=9.5)
                axes.yaxis.set_label_coords(-0.105, 0.5)
            last = row == len(keys) - 1
            _label_values(axes, _values(outcomes, option), option if last else "")
            if other is not None and row == 0:
                _legend(axes, other)
    return as_png(figure)


def _explanation(outcomes: Sequence[Outcome], options: Sequence[str], seeds: int) -> str:
    over = [f"{seeds} seeds"] if seeds > 1 and options != ["seed"] else []
    over += ["the other options"] if len(options) > 2 else []
    spread = f" · mean ± standard deviation over {' and '.join(over)}" if over else ""
    return f"{len(outcomes)} runs{spread}"


def _values(outcomes: Sequence[Outcome], option: str) -> list[str]:
    return list(dict.fromkeys(outcome.case.values[option] for outcome in outcomes))


def _draw_lines(axes: Axes, outcomes: Sequence[Outcome], option: str, other: str | None, key: str) -> None:
    bare(axes)
    done = [outcome for outcome in outcomes if outcome.error is None]
    values = _values(outcomes, option)
    lines = _values(outcomes, other) if other is not None else [None]
    for number, line in enumerate(lines):
        chosen = [outcome for outcome in done if other is None or outcome.case.values[other] == line]
        points = [[value(run, key) for run in chosen if run.case.values[option] == text] for text in values]
        spread = [mean_and_sd(point) for point in points]
        shift = 0.05 * (number - (len(lines) - 1) / 2)  # spreads of several lines lie beside each other
        places = [place + shift for place in range(len(values))]
        means, deviations = [mean for mean, _ in spread], [0.0 if math.isnan(sd) else sd for _, sd in spread]
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        axes.errorbar(
            places,
            means,
            yerr=deviations if any(len(point) > 1 for point in points) else None,
            color=colour,
            marker=marker,
            markersize=4.5,
            linewidth=1.3,
            elinewidth=1.0,
            capsize=3,
            label=line,
        )
    axes.margins(y=0.18)
    low, high = axes.get_ylim()
    if high - low < 1e-6 * max(abs(high), 1.0):
        axes.set_ylim(low - 0.5, high + 0.5)
    if key == "folded_percent":
        axes.set_ylim(bottom=min(0.0, -0.05 * axes.get_ylim()[1]))
    axes.ticklabel_format(axis="y", useOffset=False)


def _label_values(axes: Axes, values: Sequence[str], option: str) -> None:
    """Evenly spaced, as they were named: they may be words, lists, or numbers from 0 to thousands."""
    axes.set_xlim(-0.4, len(values) - 0.6)
    texts = [shortened(text.replace(" ", ""), max(4, 44 // len(values))) for text in values]
    axes.set_xticks(range(len(values)), texts if option else [""] * len(values), fontsize=8.5)
    if option:
        axes.set_xlabel(option, color=INK, fontsize=9.5)


def _legend(axes: Axes, other: str) -> None:
    legend = axes.legend(
        title=f"{other}:", loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=4, fontsize=8, title_fontsize=8,
        frameon=False, labelcolor=INK, handlelength=1.6, columnspacing=1.2, borderaxespad=0.1, alignment="left",
    )  # fmt: skip
    legend.get_title().set_color(DIM)
