"""Where things go: boxes in inches from the top left corner of the figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

MARGIN, HEADER, CAPTION, GAP = 0.35, 0.95, 0.55, 0.06
PANEL_WIDTH, PANEL_HEIGHTS = 2.9, (0.9, 4.2)
TABLE_LINE, TABLE_LINES = 0.265, 14


class Box(NamedTuple):
    """A rectangle of the figure, inches from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    def within(self, left: float = 0.0, top: float = 0.0, bottom: float = 0.0) -> Box:
        """This box less strips at its sides."""
        return Box(self.left + left, self.top + top, self.width - left, self.height - top - bottom)


class Layout(NamedTuple):
    """Size of the figure (inches) and the boxes of its parts; ``panels`` has a row for each plane."""

    size: tuple[float, float]
    panels: list[list[Box]]
    table: Box
    curves: Box
    spread: Box


def choose_layout(extents: Sequence[tuple[float, float]], columns: int) -> Layout:
    """A row of panels for each plane, all at one scale, and a strip below.

    Args:
        extents: width and height of each plane, mm.
        columns: panels in a row.
    """
    tallest = max(height for _, height in extents)
    scale = min(PANEL_WIDTH / max(width for width, _ in extents), PANEL_HEIGHTS[1] / tallest)
    top = HEADER + CAPTION
    panels = []
    for _, height in extents:
        tall = max(height * scale, PANEL_HEIGHTS[0])
        panels.append([Box(MARGIN + n * (PANEL_WIDTH + GAP), top, PANEL_WIDTH, tall) for n in range(columns)])
        top += tall + GAP
    width = columns * (PANEL_WIDTH + GAP) - GAP
    apart, low, high = 0.6, top + 0.5, TABLE_LINES * TABLE_LINE
    part = (width - 2 * apart) / 3
    strip = [Box(MARGIN + n * (part + apart), low, part, high) for n in range(3)]
    return Layout((width + 2 * MARGIN, low + high + MARGIN), panels, *strip)
