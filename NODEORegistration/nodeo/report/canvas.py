"""What everything is drawn with: the colours, and ways to put axes and words at a place in inches."""

from __future__ import annotations

import importlib.util
import io
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .layout import Box

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

BACKGROUND, PANEL, INK, DIM, RULE = "#101317", "#000000", "#eef1f4", "#98a2ad", "#2b3138"
GREEN, MAGENTA, GRID_LINE = "#4fe36b", "#ff6bf0", "#ffc42e"
SMALLER, LARGER, FOLD = "#6fb1e0", "#f0806a", "#f5ff00"
TONES = {"": INK, "good": GREEN, "bad": "#ff6b5e"}
JACOBIAN_COLOURS = "RdBu_r"
DPI = 120


def check_matplotlib(what: str) -> None:
    """Refuse to go on without matplotlib; ``what`` begins the sentence.

    Raises:
        InputError: matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise InputError(
            f"{what} needs matplotlib, which is not installed.", "Install it: pip install matplotlib.", "package"
        )


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, inches.

    Raises:
        InputError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            "Drawing the report needs matplotlib, which is not installed.",
            "Install it with: pip install matplotlib",
            "package",
        ) from error
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=BACKGROUND)
    FigureCanvasAgg(figure)
    return figure


def as_png(figure: Figure) -> bytes:
    """The figure as a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=BACKGROUND)
    return buffer.getvalue()


def add_axes(figure: Figure, box: Box) -> Axes:
    """Axes that fill ``box``."""
    width, height = figure.get_size_inches()
    bottom = 1 - (box.top + box.height) / height
    return figure.add_axes((box.left / width, bottom, box.width / width, box.height / height))


def write(figure: Figure, left: float, top: float, text: str, **style: Any) -> Text:
    """Put ``text`` on the figure, its base line at (left, top) inches from the top left corner."""
    width, height = figure.get_size_inches()
    return figure.text(left / width, 1 - top / height, text, parse_math=False, **{"color": INK, **style})


def heading(figure: Figure, box: Box, text: str) -> None:
    """Put ``text`` above ``box``."""
    write(figure, box.left, box.top - 0.1, text, size=11, weight="bold")


def shortened(text: str, room: int) -> str:
    """``text``, or as much of its beginning as fits into ``room`` characters."""
    return text if len(text) <= room else text[: max(room - 2, 0)].rstrip() + " …"
