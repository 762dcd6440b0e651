"""The report of a registration: one picture that is read at a glance, and a page that carries it."""

from __future__ import annotations

from pathlib import Path

from .figure import draw
from .page import page
from .scene import ReportInput

__all__ = ["ReportInput", "write_report"]


def write_report(folder: Path, data: ReportInput) -> tuple[Path, Path]:
    """Write ``report.png`` and ``report.html`` into ``folder`` and return their paths.

    Raises:
        InputError: matplotlib is not installed.
    """
    picture = draw(data)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    png, html = folder / "report.png", folder / "report.html"
    png.write_bytes(picture)
    html.write_text(page(data.title, data.metrics, data.settings, picture), encoding="utf-8")
    return png, html
