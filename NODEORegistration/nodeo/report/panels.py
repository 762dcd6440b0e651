"""The panels: one plane of the images, painted in one of five ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import SimpleITK as sitk

from .canvas import (
    DIM,
    DPI,
    FOLD,
    GREEN,
    GRID_LINE,
    INK,
    JACOBIAN_COLOURS,
    LARGER,
    MAGENTA,
    PANEL,
    SMALLER,
    add_axes,
    write,
)
from .layout import Box
from .planes import Plane
from .scene import Scene

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _draw_fixed(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, scene.fixed(plane))


def _draw_moving(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, scene.moving(plane, scene.data.before))


def _draw_warped(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, scene.moving(plane, scene.data.warped))


def _draw_before(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, composite(scene.fixed(plane), scene.moving(plane, scene.data.before)))


def _draw_after(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, composite(scene.fixed(plane), scene.moving(plane, scene.data.warped)))


def composite(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """Fixed in green and moving in magenta [rows, columns, 3]; grey where both agree."""
    return np.stack([moving, fixed, moving], axis=-1)


def _draw_checkerboard(axes: Axes, plane: Plane, scene: Scene) -> None:
    fixed, warped = scene.fixed(plane), scene.moving(plane, scene.data.warped)
    tile = max(max(other.extent(scene.grid)) for other in scene.planes) / 10
    step_across, step_down = scene.grid.spacing[plane.across], scene.grid.spacing[plane.down]
    rows, columns = np.indices(fixed.shape)
    odd = ((rows + 0.5) * step_down // tile + (columns + 0.5) * step_across // tile) % 2 == 1
    _show(axes, plane, scene, np.where(odd, warped, fixed))


def _draw_deformation(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, 0.7 * scene.moving(plane, scene.data.warped))
    if min(plane.size[plane.across], plane.size[plane.down]) < 2:
        return
    width, height = plane.extent(scene.grid)
    step_across, step_down = scene.grid.spacing[plane.across], scene.grid.spacing[plane.down]
    columns = (np.arange(plane.size[plane.across]) + 0.5) * step_across
    rows = (np.arange(plane.size[plane.down]) + 0.5) * step_down
    for source, extent in zip(scene.carried(plane), (width, height), strict=True):
        levels = _line_positions(extent, scene.line_distance)
        levels = levels[(levels > source.min()) & (levels < source.max())]
        if levels.size:
            axes.contour(columns, rows, source, levels=levels, colors=GRID_LINE, linewidths=0.7, alpha=0.9)


def _line_positions(extent: float, distance: float) -> np.ndarray:
    """Positions (mm) of grid lines, one in the middle; they reach beyond the picture, for what is carried into it."""
    reach = int(np.ceil(0.75 * extent / distance))
    return extent / 2 + distance * np.arange(-reach, reach + 1)


def _draw_jacobian(axes: Axes, plane: Plane, scene: Scene) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import Normalize, to_rgba

    determinant = plane.picture(scene.data.jacobian)
    folded = determinant <= 0
    logarithm = np.log2(np.where(folded, 1.0, determinant))
    colours = colormaps[JACOBIAN_COLOURS](Normalize(-scene.jacobian_limit, scene.jacobian_limit)(logarithm))
    colours[folded] = to_rgba(FOLD)
    colours[~scene.inside(plane)] = 0.0
    _show(axes, plane, scene, colours, interpolation="nearest")


def mark_folds(axes: Axes, plane: Plane, scene: Scene, folds: sitk.Image) -> None:
    """A dot at every point of ``plane`` where ``folds`` is not 0; a few get larger ones with a dark rim, to be seen."""
    rows, columns = np.nonzero(plane.picture(folds))
    step_across, step_down = scene.grid.spacing[plane.across], scene.grid.spacing[plane.down]
    size, rim = (16.0, 0.5) if len(rows) < 200 else (5.0, 0.15)
    places = (columns + 0.5) * step_across, (rows + 0.5) * step_down
    axes.scatter(*places, s=size, color=FOLD, edgecolors=PANEL, linewidths=rim, zorder=3)


def _show(axes: Axes, plane: Plane, scene: Scene, values: np.ndarray, interpolation: str = "hanning") -> None:
    width, height = plane.extent(scene.grid)
    extent = (0, width, height, 0)
    axes.imshow(values, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation=interpolation, aspect="auto")


class Kind(NamedTuple):
    """A kind of picture: its name, the key to it as coloured words, and what draws it."""

    name: str
    key: tuple[tuple[str, str], ...]
    paint: Callable[[Axes, Plane, Scene], None]


FIXED = Kind("Fixed", (), _draw_fixed)
MOVING = Kind("Moving, before", (), _draw_moving)
WARPED = Kind("Warped", (), _draw_warped)
BEFORE = Kind("Before", (("fixed", GREEN), ("moving", MAGENTA), ("both", DIM)), _draw_before)
GRID = Kind("Deformation grid", (("lines every {line_distance} mm, on warped", DIM),), _draw_deformation)
JACOBIAN = Kind("Jacobian determinant", (("smaller", SMALLER), ("larger", LARGER), ("folded", FOLD)), _draw_jacobian)
KINDS = (
    BEFORE,
    Kind("After", (("fixed", GREEN), ("warped", MAGENTA), ("both", DIM)), _draw_after),
    Kind("Checkerboard", (("fixed and warped in turn", DIM),), _draw_checkerboard),
    GRID,
    JACOBIAN,
)


def draw_panel(figure: Figure, box: Box, kind: Kind, plane: Plane, scene: Scene, note: str = "") -> Axes:
    """Paint a plane into ``box``, its orientation marked at the sides, ``note`` in the upper left corner."""
    axes = add_axes(figure, box)
    kind.paint(axes, plane, scene)
    _fill(axes, box, *plane.extent(scene.grid))
    _mark(axes, 0.02, 0.5, plane.view.left, ha="left", va="center")
    _mark(axes, 0.5, 0.985, plane.view.top, ha="center", va="top")
    if note:
        _mark(axes, 0.02, 0.985, note, ha="left", va="top")
    return axes


def draw_caption(figure: Figure, box: Box, kind: Kind, scene: Scene) -> None:
    """Name and key of a kind of picture, above the topmost box of its column."""
    write(figure, box.left, box.top - 0.3, kind.name, size=11, weight="bold")
    left = box.left
    for word, colour in kind.key:
        text = word.format(line_distance=f"{scene.line_distance:g}")
        written = write(figure, left, box.top - 0.1, text, size=8.5, color=colour)
        left += written.get_window_extent().width / DPI + 0.12


def _mark(axes: Axes, across: float, up: float, text: str, **alignment: Any) -> None:
    """Put ``text`` on a picture, legible on black and on white; the position is a fraction of the panel."""
    from matplotlib.patheffects import withStroke

    outline = [withStroke(linewidth=3, foreground=PANEL)]
    axes.text(across, up, text, color=INK, fontsize=8, transform=axes.transAxes, path_effects=outline, **alignment)


def _fill(axes: Axes, box: Box, width: float, height: float) -> None:
    """Widen the limits of ``axes`` until a picture of ``width`` by ``height`` mm lies in the middle of its box."""
    scale = max(width / box.width, height / box.height)
    across, down = (scale * box.width - width) / 2, (scale * box.height - height) / 2
    axes.set(xlim=(-across, width + across), ylim=(height + down, -down), xticks=(), yticks=(), facecolor=PANEL)
    axes.spines[:].set_visible(False)
