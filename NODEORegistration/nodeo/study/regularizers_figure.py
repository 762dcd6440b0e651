"""The picture of the K × J study: a column a run, beside the images as they were given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import SimpleITK as sitk

from ..field.initial_transform import InitialTransform
from ..field.regularity import measure_folding
from ..files import reading
from ..geometry.grid import Grid
from ..geometry.resampling import resampled
from ..report.canvas import DIM, FOLD, INK, TONES, as_png, new_figure, shortened, write
from ..report.charts import draw_curves, draw_jacobian_key
from ..report.layout import GAP, MARGIN, PANEL_HEIGHTS, PANEL_WIDTH, Box
from ..report.panels import BEFORE, FIXED, GRID, JACOBIAN, MOVING, WARPED, draw_panel, mark_folds
from ..report.planes import Plane
from ..report.scene import ReportInput, Scene
from .measures import value
from .pair import StudyPair
from .runs import INITIAL, Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOP, CAPTION, CURVES, BOTTOM, APART = 1.0, 0.85, 1.75, 0.1, 0.12  # inches
GIVEN, SHOWN = (FIXED, MOVING, BEFORE), (WARPED, GRID, JACOBIAN)


class Column(NamedTuple):
    """A run that worked out: what is drawn of it, and where it folds (1 at each such point of the fixed grid)."""

    outcome: Outcome
    scene: Scene
    folds: sitk.Image


def draw(pair: StudyPair, outcomes: Sequence[Outcome], title: str) -> bytes:
    """The picture as a PNG, from what the runs left in their folders."""
    columns = [_column(pair, outcome) if outcome.error is None else None for outcome in outcomes]
    there = [column for column in columns if column is not None]
    first = there[0].scene
    share_colours([column.scene for column in there])
    rows = [(plane, number) for plane in first.planes for number in range(len(SHOWN))]
    tops, height = _heights(first, rows)
    lefts = [MARGIN + number * (PANEL_WIDTH + GAP) + (APART if number else 0.0) for number in range(len(outcomes) + 1)]
    figure = new_figure(lefts[-1] + PANEL_WIDTH + MARGIN, height)
    _draw_header(figure, first, title)
    low_top = tops[-1] + _tall(first, rows[-1][0]) + 0.45
    for (plane, number), top in zip(rows, tops, strict=True):
        tall = _tall(first, plane)
        note = plane.title(first.grid) or GIVEN[number].name
        given = GIVEN[number].name if note == GIVEN[number].name else f"{GIVEN[number].name} ({note})"
        draw_panel(figure, Box(lefts[0], top, PANEL_WIDTH, tall), GIVEN[number], plane, first, given)
        for column, left in zip(columns, lefts[1:], strict=True):
            if column is not None:
                _draw_cell(figure, Box(left, top, PANEL_WIDTH, tall), number, plane, column)
    limits = _loss_limits(there)
    for outcome, left in zip(outcomes, lefts[1:], strict=True):
        _draw_caption(figure, Box(left, TOP, PANEL_WIDTH, CAPTION), outcome)
        if outcome.error is None:
            box = Box(left, low_top, PANEL_WIDTH - APART, CURVES)
            draw_curves(figure, box, outcome.metrics["history"], "Loss", limits)
    write(figure, lefts[0], TOP + 0.15, "As given", size=11, weight="bold")
    _draw_key(figure, Box(lefts[0], low_top, PANEL_WIDTH, CURVES), first)
    return as_png(figure)


def share_colours(scenes: Sequence[Scene]) -> None:
    """Let one colour mean the same det J in every picture."""
    limit = max(scene.jacobian_limit for scene in scenes)
    for scene in scenes:
        scene.jacobian_limit = limit


def _column(pair: StudyPair, outcome: Outcome) -> Column:
    folder = outcome.folder
    transform, initial = (reading.read_transform(folder / name) for name in ("transform.h5", INITIAL))
    data = ReportInput(
        fixed=pair.fixed,
        before=resampled(pair.moving, pair.fixed, initial),
        warped=_read(folder / "warped.nrrd", pair.fixed),
        jacobian=_read(folder / "jacobian.nrrd", pair.fixed),
        transform=transform,
        initial=initial,
        metrics=outcome.metrics,
        history=outcome.metrics["history"],
        settings=outcome.case.settings.as_dict(),
        title=outcome.case.name,
    )
    return Column(outcome, Scene(data), folded_points(pair, transform, initial))


def _read(path: Path, fixed: sitk.Image) -> sitk.Image:
    """An image on the grid of ``fixed``; a file keeps its place to fewer digits."""
    return Grid.of(fixed).stamp(reading.read_image(path, "image"))


def folded_points(pair: StudyPair, transform: sitk.Transform, initial: sitk.Transform) -> sitk.Image:
    """1 at the points of the fixed grid where the displacement folds, under any difference scheme; 0 elsewhere."""
    grid = Grid.of(pair.fixed)
    back = InitialTransform(initial, Grid.of(pair.fixed)).inverse
    displacement = grid.local_displacements(sitk.CompositeTransform([back, transform]))
    _, folded = measure_folding(displacement, grid.step)
    return grid.image(folded.byte())


def _tall(scene: Scene, plane: Plane) -> float:
    """Height of a panel: all planes at one scale."""
    extents = [other.extent(scene.grid) for other in scene.planes]
    scale = min(PANEL_WIDTH / max(e[0] for e in extents), PANEL_HEIGHTS[1] / max(e[1] for e in extents))
    return max(plane.extent(scene.grid)[1] * scale, PANEL_HEIGHTS[0])


def _heights(scene: Scene, rows: Sequence[tuple[Plane, int]]) -> tuple[list[float], float]:
    """Where each row of panels begins, and how high the picture is."""
    tops: list[float] = []
    top = TOP + CAPTION
    for plane, number in rows:
        if number == 0 and tops:
            top += APART
        tops.append(top)
        top += _tall(scene, plane) + GAP
    return tops, top + 0.45 + CURVES + BOTTOM


def _draw_header(figure: Figure, scene: Scene, title: str) -> None:
    size = " × ".join(str(n) for n in scene.grid.size)
    spacing = " × ".join(f"{step:.4g}" for step in scene.grid.spacing)
    write(figure, MARGIN, 0.5, shortened(" ".join(title.split()), 100), size=16, weight="bold")
    lines = f"lines of the deformation grid every {scene.line_distance:g} mm"
    write(figure, MARGIN, 0.77, f"fixed image {size} voxels of {spacing} mm · {lines}", size=9, color=DIM)


def _draw_caption(figure: Figure, box: Box, outcome: Outcome) -> None:
    values = outcome.case.values
    write(figure, box.left, box.top + 0.15, outcome.case.name, size=11, weight="bold")
    write(figure, box.left, box.top + 0.34, f"K {values['K']} · λ_J {values['lambda_J']}", size=8.5, color=DIM)
    if outcome.error is not None:
        write(figure, box.left, box.top + 0.56, "failed:", size=9, color=TONES["bad"])
        write(figure, box.left, box.top + 0.74, shortened(outcome.reason, 40), size=8.5, color=TONES["bad"])
        return
    numbers = {
        key: value(outcome, key) for key in ("similarity_before", "similarity_after", "dice_before", "dice_after")
    }
    text = f"similarity loss {numbers['similarity_before']:.3f} → {numbers['similarity_after']:.3f}"
    if not np.isnan(numbers["dice_after"]):
        text = f"Dice {numbers['dice_before']:.3f} → {numbers['dice_after']:.3f}"
    write(figure, box.left, box.top + 0.56, text, size=9)
    folds, percent = value(outcome, "folded_points"), value(outcome, "folded_percent")
    share = f" ({percent:.2g} %)" if folds else ""
    text = f"{folds:.0f} folded{share}"
    write(figure, box.left, box.top + 0.74, text, size=9, color=FOLD if folds else TONES["good"])
    span = f"det J {value(outcome, 'smallest_det_j'):.2g} to {value(outcome, 'largest_det_j'):.1f}"
    write(figure, box.left + box.width - APART, box.top + 0.74, span.replace("-", "−"), size=9, ha="right", color=INK)


def _draw_cell(figure: Figure, box: Box, number: int, plane: Plane, column: Column) -> None:
    kind = SHOWN[number]
    axes = draw_panel(figure, box, kind, plane, column.scene, kind.name)
    if kind is JACOBIAN:
        mark_folds(axes, plane, column.scene, column.folds)


def _draw_key(figure: Figure, box: Box, scene: Scene) -> None:
    write(figure, box.left, box.top - 0.1, "Jacobian determinant", size=11, weight="bold")
    draw_jacobian_key(figure, Box(box.left + 0.1, box.top + 0.12, box.width - 0.4, 0.17), scene.jacobian_limit)
    write(figure, box.left, box.top + 0.72, "below 1: moving is smaller here; above 1: larger", size=8.5, color=DIM)
    write(figure, box.left, box.top + 0.95, "●", size=9, color=FOLD)
    write(figure, box.left + 0.17, box.top + 0.95, "folded: det J ≤ 0 under some difference", size=8.5, color=DIM)
    write(figure, box.left, box.top + 1.18, "Before: fixed green, moving magenta, both grey", size=8.5, color=DIM)


def _loss_limits(columns: Sequence[Column]) -> tuple[float, float]:
    """What the curves of all runs share: all of the similarity, and of each level's losses all but the first peaks."""
    levels: dict[tuple[int, int], list[float]] = {}
    similarities = []
    for number, column in enumerate(columns):
        for entry in column.outcome.metrics["history"]:
            levels.setdefault((number, entry.get("level", 0)), []).append(entry.get("loss", np.nan))
            similarities.append(entry.get("similarity", np.nan))
    most = [float(np.nanpercentile(losses, 75)) for losses in levels.values() if np.isfinite(losses).any()]
    known = [number for number in similarities if np.isfinite(number)]
    if not known or not most:
        return 0.0, 1.0
    low, high = min(known), max(*known, *most)
    room = 0.12 * (high - low) or 0.1
    return low - room, high + room
