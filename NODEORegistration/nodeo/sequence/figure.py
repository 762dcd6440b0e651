"""The picture of a series: its curves over time, and a filmstrip of before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..report.canvas import (
    DIM,
    GREEN,
    GRID_LINE,
    INK,
    LARGER,
    MAGENTA,
    PANEL,
    SMALLER,
    add_axes,
    as_png,
    heading,
    new_figure,
    shortened,
    write,
)
from ..report.charts import bare
from ..report.layout import HEADER, MARGIN, Box
from ..report.panels import composite
from .pictures import Film

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 9  # frames in the strip; of more, some are left out
_WIDTH, _GAP, _NAMES = 13.4, 0.05, 0.75  # inches
_CHART, _APART = 2.0, 0.7
_TALLEST, _ROW = 3.2, 0.42  # of a picture, and above each row
_KEY = 0.6  # below the strip

Curve = tuple[str, str, Sequence[float | None]]  # its name, colour and values


def draw(title: str, metrics: dict[str, Any], film: Film) -> bytes:
    """The picture of a series as a PNG.

    Raises:
        InputError: matplotlib is not installed.
    """
    frames = metrics["frames"]
    shown = _chosen(len(frames), metrics["reference"])
    width, height = film.extent
    wide = (_WIDTH - _NAMES - (len(shown) - 1) * _GAP) / len(shown)
    tall = min(wide * height / width, _TALLEST)
    wide = min(wide, tall * width / height)
    strip = HEADER + _CHART + 1.0
    figure = new_figure(_WIDTH + 2 * MARGIN, strip + 3 * tall + 3 * _ROW + _KEY)
    write(figure, MARGIN, 0.5, shortened(" ".join(title.split()), 100), size=16, weight="bold")
    about = [f"{len(frames)} frames, reference {metrics['reference']}"]
    about += [f"the strip: {film.title.strip()}"] if film.title.strip() else []
    write(figure, MARGIN, 0.77, "; ".join(about), size=9, color=DIM)
    _draw_curves(figure, metrics)
    _draw_strip(figure, Box(MARGIN + _NAMES, strip, wide, tall), film, shown, metrics)
    return as_png(figure)


def _chosen(count: int, reference: int | str) -> list[int]:
    """Frames to show, evenly spread, the reference among them."""
    chosen = sorted({round(n) for n in np.linspace(0, count - 1, min(count, _MOST))})
    if isinstance(reference, int) and reference not in chosen:
        chosen[int(np.argmin([abs(n - reference) for n in chosen]))] = reference
    return chosen


def _draw_curves(figure: Figure, metrics: dict[str, Any]) -> None:
    frames = metrics["frames"]

    def of(key: str) -> list[float | None]:
        return [frame[key] for frame in frames]

    charts: list[tuple[str, list[Curve]]] = [
        ("Motion, mm", [("largest", LARGER, of("motion_max_mm")), ("mean", INK, of("motion_mean_mm")),
                        ("background", DIM, of("background_motion_mm"))]),
        ("Similarity loss", [("before", MAGENTA, of("similarity_before")), ("after", GREEN, of("similarity_after"))]),
        ("det J", [("largest", LARGER, of("max_jacobian")), ("smallest", SMALLER, of("min_jacobian"))]),
    ]  # fmt: skip
    times = [frame["time"] for frame in frames]
    room = 0.05 * (times[-1] - times[0])
    unit = f", {metrics['time_unit']}" if metrics["time_unit"] else ""
    wide = (_WIDTH - 2 * _APART) / 3
    for number, (title, curves) in enumerate(charts):
        box = Box(MARGIN + number * (wide + _APART), HEADER + 0.35, wide, _CHART)
        heading(figure, box, title)
        axes = add_axes(figure, box.within(left=0.45, top=0.06, bottom=0.35))
        bare(axes)
        for _, colour, values in curves:
            known = [math.nan if value is None else value for value in values]
            axes.plot(times, known, color=colour, linewidth=1.4, marker="o", markersize=3)
        axes.set_ylim(bottom=0)
        axes.set_xlim(times[0] - room, times[-1] + room)  # of all charts alike, though the reference has no loss
        axes.set_xlabel(f"time{unit}", color=DIM, fontsize=8)
        left = box.left + box.width
        for name, colour, _ in reversed(curves):
            write(figure, left, box.top - 0.1, name, size=8.5, color=colour, ha="right")
            left -= 0.09 * len(name) + 0.15


def _draw_strip(figure: Figure, first: Box, film: Film, shown: Sequence[int], metrics: dict[str, Any]) -> None:
    """Three rows: frames on the reference before and after, and how far each place moves."""
    most = max(float(np.percentile(film.motion[number], 99.5)) for number in shown) or 1.0
    rows = [
        ("Before", [composite(film.still, film.before[number]) for number in shown]),
        ("After", [composite(film.still, film.after[number]) for number in shown]),
        ("Motion", [film.motion[number] for number in shown]),
    ]
    last = first
    for row, (name, pictures) in enumerate(rows):
        top = first.top + row * (first.height + _ROW)
        write(figure, MARGIN, top + 0.15, name, size=11, weight="bold")
        for column, (number, picture) in enumerate(zip(shown, pictures, strict=True)):
            last = Box(first.left + column * (first.width + _GAP), top, first.width, first.height)
            axes = add_axes(figure, last)
            axes.imshow(picture, cmap="magma", vmin=0, vmax=most, aspect="auto", interpolation="hanning")
            axes.set(xticks=(), yticks=(), facecolor=PANEL)
            axes.spines[:].set_visible(False)
            if row == 0:
                time = f"{metrics['frames'][number]['time']:g}"
                words = f"frame {number}" if time == str(number) else f"{number}: {time} {metrics['time_unit']}".strip()
                colour = GRID_LINE if number == metrics["reference"] else INK
                write(figure, last.left, last.top - 0.08, words, size=9, color=colour)
    bottom = last.top + last.height
    left = first.left
    for word, colour in (("reference", GREEN), ("frame", MAGENTA), ("both", DIM)):
        write(figure, left, bottom + 0.35, word, size=8.5, color=colour)
        left += 0.09 * len(word) + 0.2
    _draw_key(figure, Box(left + 1.0, bottom + 0.2, 2.2, 0.13), most)


def _draw_key(figure: Figure, box: Box, most: float) -> None:
    axes: Axes = add_axes(figure, box)
    axes.imshow(np.linspace(0, 1, 128)[None], cmap="magma", aspect="auto", extent=(0, most, 0, 1))
    axes.set(yticks=())
    axes.tick_params(colors=DIM, labelsize=8, length=3)
    axes.spines[:].set_visible(False)
    write(figure, box.left + box.width + 0.1, box.top + 0.13, "motion, mm", size=8.5, color=DIM)
