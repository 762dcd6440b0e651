"""The picture of a report, put together from its panels and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .canvas import DIM, as_png, new_figure, shortened, write
from .charts import draw_curves, draw_jacobian_spread, draw_key_figures
from .key_figures import key_figures
from .layout import MARGIN, Layout, choose_layout
from .panels import KINDS, draw_caption, draw_panel
from .scene import ReportInput, Scene

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(data: ReportInput) -> bytes:
    """The picture of a report as a PNG.

    Raises:
        InputError: matplotlib is not installed.
    """
    scene = Scene(data)
    layout = choose_layout([plane.extent(scene.grid) for plane in scene.planes], len(KINDS))
    figure = new_figure(*layout.size)
    _draw_header(figure, layout, scene)
    for kind, box in zip(KINDS, layout.panels[0], strict=True):
        draw_caption(figure, box, kind, scene)
    for plane, boxes in zip(scene.planes, layout.panels, strict=True):
        for kind, box in zip(KINDS, boxes, strict=True):
            draw_panel(figure, box, kind, plane, scene, plane.title(scene.grid) if kind is KINDS[0] else "")
    draw_key_figures(figure, layout.table, key_figures(data.metrics))
    draw_curves(figure, layout.curves, data.history)
    draw_jacobian_spread(figure, layout.spread, scene)
    return as_png(figure)


def _draw_header(figure: Figure, layout: Layout, scene: Scene) -> None:
    size = " × ".join(str(n) for n in scene.grid.size)
    spacing = " × ".join(f"{step:.4g}" for step in scene.grid.spacing)
    title = shortened(" ".join(scene.data.title.split()), int(layout.size[0] * 7))
    write(figure, MARGIN, 0.5, title, size=16, weight="bold")
    write(figure, MARGIN, 0.77, f"fixed image {size} voxels of {spacing} mm", size=9, color=DIM)
