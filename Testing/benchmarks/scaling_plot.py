"""A sweep over sizes as a picture: time and memory against voxels, beside a straight line of slope 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator
from plots import BLACK, DIM, DPI, GREEN, GREY, INK, ORANGE, OURS, plain
from scaling_runs import ScalingRun
from scaling_tables import Quantity, exponent, quantities, series, shrinks, title_of

COLOURS, MARKERS = (ORANGE, OURS, GREEN, BLACK), "osD^"  # by number of threads
APART = 25.0  # points between the middles of two names


def draw(runs: Sequence[ScalingRun], path: Path) -> Path:
    """Three panels: an iteration at the finest level, the whole process, its memory; returns ``path``."""
    known = quantities(runs)
    memory = "peak GPU memory" if "peak GPU memory" in known else "peak memory"
    finest = f"an iteration, {title_of(shrinks(runs)[-1])}"
    panels = {finest: "s", "whole process, wall": "s", memory: "MB"}
    with matplotlib.rc_context({"font.size": 9.5, "text.color": INK, "axes.labelcolor": INK}):
        figure = Figure(figsize=(11.0, 4.0), layout="constrained")
        FigureCanvasAgg(figure)
        for axes, (name, unit) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
            _panel(axes, runs, known[name])
            axes.set_title(f"{name}, {unit}", loc="left", color=INK, fontsize=10.5, pad=10)
        figure.savefig(path, dpi=DPI, facecolor="white")
    return path


def _panel(axes: Axes, runs: Sequence[ScalingRun], quantity: Quantity) -> None:
    """A line a number of threads, named at its end."""
    sizes = {quantity(run)[0]: run.size for run in runs if not run.failure}
    _look(axes, {voxels: size for voxels, size in sizes.items() if voxels == voxels})
    ends: list[tuple[float, float, str, str]] = []
    for count, colour, marker in zip(sorted({run.threads for run in runs}), COLOURS, MARKERS, strict=False):
        voxels, costs = series(runs, count, quantity)
        axes.plot(voxels, costs, color=colour, marker=marker, markersize=5.5, linewidth=1.6, zorder=3)
        text = f"{count} thread{'s' * (count > 1)}\np = {exponent(voxels, costs):.2f}"
        ends.append((voxels[-1], costs[-1], text, colour))
    _linear(axes, runs, quantity)
    _name(axes, ends)


def _look(axes: Axes, sizes: dict[float, int]) -> None:
    """Logarithmic axes, the sizes of the images along x."""
    plain(axes)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted(sizes)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{sizes[value]}³" if value in sizes else "")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.08, y=0.1)
    axes.set_xlabel("size of the image, voxels")


def _linear(axes: Axes, runs: Sequence[ScalingRun], quantity: Quantity) -> None:
    """A straight line of slope 1 that ends where the fewest threads do."""
    voxels, costs = series(runs, min(run.threads for run in runs), quantity)
    line = [costs[-1] * n / voxels[-1] for n in voxels]
    axes.plot(voxels, line, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
    middle = len(voxels) // 2
    below = {"xytext": (6, -3), "textcoords": "offset points", "va": "top"}
    axes.annotate("linear", (voxels[middle], line[middle]), color=DIM, fontsize=8.5, **below)


def _name(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names to the right of the lines' ends, far enough apart to be read."""
    axes.figure.draw_without_rendering()
    ends = sorted(ends, key=lambda end: end[1])
    heights = [axes.transData.transform((x, y))[1] * 72.0 / axes.figure.dpi for x, y, _, _ in ends]
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + APART) if places else height)
    down = sum(place - height for place, height in zip(places, heights, strict=True)) / len(ends)
    for (x, y, text, colour), place, height in zip(ends, places, heights, strict=True):
        offset = {"xytext": (8, place - height - down), "textcoords": "offset points", "va": "center"}
        axes.annotate(text, (x, y), color=colour, fontsize=8.5, annotation_clip=False, **offset)
