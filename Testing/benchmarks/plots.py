"""The results as pictures: accuracy against time, Dice of each structure, and the differences pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from methods import METHODS
from nodeo.evaluation.structures import names_of
from paired import Paired, against_all
from plan import PRESETS
from result_tables import rivals_of
from results import Results, mean_dice, summarise

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, DIM, RULE = "#1b1f24", "#5b6570", "#d5dade"
OURS, BLACK, ORANGE, GREEN, PURPLE, GREY = (
    "#0072b2",
    "#000000",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#8a939c",
)  # Okabe, Ito
# the colours of Okabe and Ito
STYLES: dict[str, tuple[str, str]] = {  # of the peers, by their script: colour and marker
    "run_greedy.py": (ORANGE, "s"),
    "run_ants.py": (GREEN, "^"),
    "run_fireants.py": (PURPLE, "D"),
}
OTHERS = (GREY, "X")
SHOWN = ("ants-synonly", "greedy", "balanced")  # structure by structure, from back to front
MAIN = "oasis_pair"
DPI = 130


def draw(results: Results, folder: Path) -> list[Path]:
    """Every picture that there are numbers for, as PNG."""
    pair = _shown_pair(results)
    compared = against_all(results, "balanced", rivals_of(results))
    figures: dict[str, Figure | None] = {"accuracy_against_time": None, "structures": None, "paired": None}
    with matplotlib.rc_context({"font.size": 9.5, "text.color": INK, "axes.labelcolor": INK, "svg.fonttype": "none"}):
        if pair is not None:
            figures["accuracy_against_time"] = accuracy_against_time(results, pair)
            figures["structures"] = structures(results, pair)
        if compared:
            figures["paired"] = differences(compared)
    written: list[Path] = []
    for name, figure in figures.items():
        if figure is not None:
            written.append(folder / f"{name}.png")
            figure.savefig(written[-1], dpi=DPI, facecolor="white")
    return written


def _shown_pair(results: Results) -> str | None:
    """The main pair, or else the first that most methods worked on."""
    worked = {
        name: sum(summarise(results.of(*key)).scores is not None for key in results.combinations() if key[0] == name)
        for name, about in results.pairs.items()
        if about["structures"]
    }
    if worked.get(MAIN):
        return MAIN
    best = max(worked, key=worked.__getitem__, default=None)
    return best if best is not None and worked[best] else None


def _new(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    plain(axes)
    return figure, axes


def plain(axes: Axes) -> None:
    """The look of every panel: two spines, a light grid."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(RULE)
    axes.tick_params(colors=DIM, length=3)
    axes.grid(color=RULE, linewidth=0.6, alpha=0.7)
    axes.set_axisbelow(True)


def _style(method: str) -> tuple[str, str]:
    if METHODS[method].ours:
        return OURS, "o"
    return STYLES.get(METHODS[method].script, OTHERS)


def accuracy_against_time(results: Results, pair: str) -> Figure:
    """Mean Dice against the whole process's wall time; up and left is better."""
    figure, axes = _new(8.2, 4.8)
    title, codes = next(iter(results.pairs[pair]["structures"].items()))
    points: dict[str, tuple[float, float]] = {}
    for name, method, device in results.combinations():
        summary = summarise(results.of(name, method, device))
        if name == pair and summary.scores is not None and device == "cpu":
            points[method] = summary.wall, mean_dice(summary.scores, codes)
    ours = [points[preset] for preset in PRESETS if preset in points]
    axes.plot(*zip(*ours, strict=True), color=OURS, linewidth=1.5, zorder=2) if ours else None
    for method, (wall, dice) in points.items():
        colour, marker = _style(method)
        axes.scatter(wall, dice, s=52, color=colour, marker=marker, edgecolor="white", linewidth=0.8, zorder=3)
    axes.set_xscale("log")
    axes.margins(x=0.2, y=0.12)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("wall time of the whole process, s")
    axes.set_ylabel(f"mean Dice, {title} structures" if title.isdecimal() else "mean Dice")
    threads = results.sessions[-1]["options"]["threads"]
    start = mean_dice(results.pairs[pair]["start"], codes)
    axes.set_title(
        f"{pair}, {threads} CPU thread{'s' * (threads > 1)} (before: {start:.3f})",
        loc="left",
        color=INK,
        fontsize=11,
        pad=12,
    )
    _label(figure, axes, points)
    return figure


def _label(figure: Figure, axes: Axes, points: dict[str, tuple[float, float]]) -> None:
    """A name beside each point, where it covers no other name, no point and not the line of the presets."""
    figure.draw_without_rendering()
    right, left = ((9, 0), "left", "center"), ((-9, 0), "right", "center")
    above, below = ((0, 9), "center", "bottom"), ((0, -9), "center", "top")
    corners = [
        ((s * 7, t * 9), ("left", "", "right")[1 - s], ("bottom", "", "top")[1 - t]) for t in (1, -1) for s in (1, -1)
    ]
    marks = {method: axes.transData.transform(point) for method, point in points.items()}
    line = _along([marks[preset] for preset in PRESETS if preset in marks])
    taken: list[Any] = []
    for method, point in sorted(points.items(), key=lambda item: not METHODS[item[0]].ours):
        ours = METHODS[method].ours
        look: dict[str, Any] = {"color": OURS, "fontweight": "bold"} if ours else {"color": INK}
        text = METHODS[method].title.removeprefix("this engine, ")
        others = [mark for other, mark in marks.items() if other != method] + line
        for offset, across, along in (
            (above, left, right, below, *corners) if ours else (right, left, above, below, *corners)
        ):
            label = axes.annotate(
                text, point, xytext=offset, textcoords="offset points", ha=across, va=along, fontsize=9, **look
            )
            box = label.get_window_extent().expanded(1.02, 1.1)
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1
            if inside and not any(map(box.overlaps, taken)) and not any(box.contains(*mark) for mark in others):
                break
            label.remove()
        else:
            axes.annotate(text, point, xytext=right[0], textcoords="offset points", va="center", fontsize=9, **look)
        taken.append(box)


def _along(corners: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Points close together on the lines between corners."""
    steps = np.linspace(0.0, 1.0, 60)
    return [one + step * (other - one) for one, other in pairwise(corners) for step in steps]


def structures(results: Results, pair: str) -> Figure | None:
    """Dice of each structure before and after, a line each; None without a method to show."""
    before = results.pairs[pair]["start"]["dice"]
    series = {name: summarise(results.of(pair, name)).scores for name in SHOWN}
    shown = {name: scores["dice"] for name, scores in series.items() if scores is not None}
    if not shown:
        return None
    last = next(reversed(shown.values()))
    codes = sorted(before, key=lambda code: last.get(code) or 0.0)
    names = names_of([int(code) for code in codes], "all", [int(code) for code in codes])
    figure, axes = _new(7.6, 1.5 + 0.2 * len(codes))
    rows = range(len(codes))
    hollow: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY}
    axes.scatter([before[code] for code in codes], rows, s=20, label="before", zorder=2, **hollow)
    for name, dice in shown.items():
        colour, marker = _style(name)
        title = METHODS[name].title
        values = [dice.get(code) for code in codes]
        axes.scatter(values, rows, s=26, color=colour, marker=marker, linewidth=0, label=title, zorder=3)
    axes.set_yticks(rows, [names[int(code)] for code in codes], fontsize=8.5, color=INK)
    axes.set_ylim(-0.7, len(codes) - 0.3)
    axes.set_xlabel("Dice")
    figure.suptitle(f"{pair}, structure by structure", x=0.01, ha="left", color=INK, fontsize=11)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, handletextpad=0.2, columnspacing=1.4)
    return figure


def differences(compared: Sequence[Paired]) -> Figure:
    """Mean difference of Dice with its interval, a panel line a peer and group; right of zero balanced is better."""
    groups = list(dict.fromkeys(one.group for one in compared))
    rivals = list(dict.fromkeys(one.rival for one in compared))
    colours = dict(zip(groups, (ORANGE, GREEN, BLACK, PURPLE), strict=False))
    figure, axes = _new(7.6, 1.4 + 0.2 * len(compared) + 0.25 * len(rivals))
    row = 0.0
    ticks = []
    for rival in rivals:
        first = row
        for one in (one for one in compared if one.rival == rival):
            colour = colours.get(one.group, GREY)
            axes.plot((one.low, one.high), (row, row), color=colour, linewidth=2, zorder=2)
            axes.scatter(one.mean, row, s=30, color=colour, zorder=3)
            text = f"{one.group}: won {100 * one.wins:.0f} % of {one.pairs}"
            side: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
            axes.annotate(text, (one.high, row), fontsize=8, color=colour, **side)
            row += 1.0
        ticks.append((first + row - 1.0) / 2)
        row += 0.8
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    axes.set_yticks(ticks, [METHODS[rival].title for rival in rivals], color=INK)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + 0.28 * (right - left))  # room for the words
    axes.set_xlabel("Dice of balanced minus Dice of the peer: mean over the pairs, 95 % interval")
    axes.set_title("balanced against each peer on small pairs", loc="left", color=INK, fontsize=11, pad=10)
    return figure
