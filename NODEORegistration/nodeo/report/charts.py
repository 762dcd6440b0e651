"""The strip below the panels: key figures, the curves of the optimisation, the spread of the Jacobian determinant."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from .canvas import (
    BACKGROUND,
    DIM,
    GRID_LINE,
    INK,
    JACOBIAN_COLOURS,
    LARGER,
    RULE,
    SMALLER,
    TONES,
    add_axes,
    heading,
    shortened,
    write,
)
from .key_figures import KeyFigure
from .layout import TABLE_LINE, TABLE_LINES, Box
from .scene import Scene

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVES = {"loss": (INK, 1.6), "similarity": (GRID_LINE, 1.0)}  # what is kept of an iteration: its colour and width


def draw_key_figures(figure: Figure, box: Box, figures: Sequence[KeyFigure]) -> None:
    heading(figure, box, "Key figures")
    axes = add_axes(figure, box)
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(box.height / TABLE_LINE, 0))
    if not figures:
        axes.text(0, 0.5, "nothing was measured", color=DIM, fontsize=9, va="center")
    room = int(box.width / 0.076)
    for line, (label, value, tone) in enumerate(figures[:TABLE_LINES]):
        axes.axhline(line, color=RULE, linewidth=0.8)
        style: dict[str, Any] = {"fontsize": 9, "va": "center", "parse_math": False}
        axes.text(0, line + 0.5, label, color=DIM, **style)
        axes.text(1, line + 0.5, shortened(value, room - len(label)), color=TONES[tone], ha="right", **style)


def draw_curves(
    figure: Figure,
    box: Box,
    history: Sequence[dict[str, Any]],
    title: str = "Optimisation",
    limits: tuple[float, float] | None = None,
) -> None:
    """The curves of one run; ``limits`` of the losses where runs are to be compared."""
    heading(figure, box, title)
    axes = add_axes(figure, box.within(left=0.5, top=0.06, bottom=0.45))
    bare(axes)
    axes.set_xlabel("iteration", color=DIM, fontsize=8)
    start = 0
    for level, group in groupby(history, key=lambda entry: entry.get("level")):
        entries = list(group)
        _draw_level(axes, level, start, entries, of=len(history))
        start += len(entries)
    if not history:
        axes.text(0.5, 0.5, "no history was kept", color=DIM, fontsize=9, ha="center", transform=axes.transAxes)
        return
    axes.set_xlim(-0.5, start - 0.5)
    axes.margins(y=0.12)
    if limits is not None:
        axes.set_ylim(*limits)
    for (name, (colour, _)), place in zip(CURVES.items(), (0.8, 0.0), strict=True):
        write(figure, box.left + box.width - place, box.top - 0.1, name, size=8.5, color=colour, ha="right")


def _draw_level(axes: Axes, level: Any, start: int, entries: Sequence[dict[str, Any]], of: int) -> None:
    """The curves of one level, which begins at iteration ``start`` of ``of`` in all."""
    iterations = np.arange(start, start + len(entries))
    for name, (colour, width) in CURVES.items():
        values = [_finite(entry.get(name)) for entry in entries]
        axes.plot(iterations, values, color=colour, linewidth=width)
    if start:
        axes.axvline(start - 0.5, color=DIM, linewidth=0.7, linestyle=":")
    if level is not None:
        label = f"level {level}" if len(entries) > 0.15 * of else str(level)
        place: dict[str, Any] = {"ha": "center", "va": "top", "transform": axes.get_xaxis_transform()}
        place["bbox"] = {"facecolor": BACKGROUND, "edgecolor": "none", "pad": 1.5}  # no line runs through the words
        axes.text(start + (len(entries) - 1) / 2, 0.98, label, color=DIM, fontsize=8, **place)


def _finite(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else float("nan")


def bare(axes: Axes) -> None:
    """Take the frame off, and let the numbers step back."""
    axes.set_facecolor("none")
    axes.tick_params(colors=DIM, labelsize=8, length=3)
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(DIM)


def draw_jacobian_spread(figure: Figure, box: Box, scene: Scene) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    heading(figure, box, "Jacobian determinant in the content")
    limit = scene.jacobian_limit
    colours = ScalarMappable(Normalize(-limit, limit), colormaps[JACOBIAN_COLOURS])
    counts, edges = np.histogram(np.clip(scene.log_jacobian, -limit, limit), bins=61, range=(-limit, limit))
    axes = add_axes(figure, box.within(bottom=0.8))
    axes.bar(edges[:-1], counts, np.diff(edges), align="edge", color=colours.to_rgba((edges[:-1] + edges[1:]) / 2))
    axes.axvline(0, color=DIM, linewidth=0.7)
    axes.set_xlim(-limit, limit)
    axes.set_axis_off()
    draw_jacobian_key(figure, Box(box.left, box.top + box.height - 0.75, box.width, 0.17), limit)
    bottom = box.top + box.height - 0.08
    write(figure, box.left, bottom, "moving is smaller here", size=8.5, color=SMALLER)
    write(figure, box.left + box.width, bottom, "moving is larger here", size=8.5, color=LARGER, ha="right")


def draw_jacobian_key(figure: Figure, box: Box, limit: float) -> None:
    """The colours of det J as a strip, 1 in its middle; ``limit`` is the largest |log2 det J| with its own colour."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    colours = ScalarMappable(Normalize(-limit, limit), colormaps[JACOBIAN_COLOURS])
    bar = figure.colorbar(colours, cax=add_axes(figure, box), orientation="horizontal")
    ticks = np.linspace(-limit, limit, 5).tolist()
    signs = ("≤ ", "", "", "", "≥ ")
    bar.set_ticks(ticks, labels=[f"{sign}{2**tick:.2f}" for sign, tick in zip(signs, ticks, strict=True)])
    bar.ax.tick_params(colors=DIM, labelsize=8, length=3)
    bar.outline.set_visible(False)
