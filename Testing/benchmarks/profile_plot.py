"""The profile of an iteration as a picture: a panel a level, a bar a stage, its floor beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from level_profiles import LevelProfile
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from plots import DIM, DPI, INK, OURS, plain
from profile_tables import headline, nanoseconds
from staged_iteration import STAGES

BACKWARD = "#8cc2e2"  # OURS, lighter


def draw(levels: Sequence[LevelProfile], threads: int, title: str, path: Path) -> Path:
    """Forward and backward pass of each stage, one after the other, the floor as a line across; returns ``path``."""
    with matplotlib.rc_context({"font.size": 9.5, "text.color": INK, "axes.labelcolor": INK}):
        figure = Figure(figsize=(1.6 + 3.6 * len(levels), 3.9), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, len(levels), sharey=True, squeeze=False)[0]
        for axes, level in zip(panels, levels, strict=True):
            _panel(axes, level, threads)
        panels[0].set_yticks(range(len(STAGES)), list(STAGES), color=INK)
        panels[0].invert_yaxis()
        figure.supxlabel("ns a voxel of the level and iteration, times threads", fontsize=9.5)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
        marks = dict(zip(*panels[0].get_legend_handles_labels()[::-1], strict=True))
        order = ("forward", "backward", "floor")
        figure.legend([marks[name] for name in order], order, loc="outside upper right", ncols=3, frameon=False)
        figure.savefig(path, dpi=DPI, facecolor="white")
    return path


def _panel(axes: Axes, level: LevelProfile, threads: int) -> None:
    rows = [list(STAGES).index(stage.name) for stage in level.stages]

    def costs(name: str) -> list[float]:
        return [nanoseconds(getattr(stage, name), level.voxels, threads) for stage in level.stages]

    forward, backward = costs("forward"), costs("backward")
    axes.barh(rows, forward, height=0.62, color=OURS, label="forward")
    axes.barh(rows, backward, left=forward, height=0.62, color=BACKWARD, label="backward")
    known = [(row, floor) for row, floor in zip(rows, costs("floor"), strict=True) if floor]
    bottom, top = [row - 0.42 for row, _ in known], [row + 0.42 for row, _ in known]
    axes.vlines([floor for _, floor in known], bottom, top, color=INK, linewidth=2.0, label="floor")
    for row, cost in zip(rows, costs("seconds"), strict=True):
        beside = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(f"{cost:.0f}", (cost, row), color=DIM, fontsize=8.5, **beside)
    axes.set_title(headline(level), loc="left", fontsize=9.5, color=INK)
    plain(axes)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.12)
