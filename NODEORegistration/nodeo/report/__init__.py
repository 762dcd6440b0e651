"""The report of a registration: one picture that is read at a glance, and a page that carries it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scene import ReportInput


def write_report(folder: Path, data: ReportInput) -> tuple[Path, Path]:
    """Write ``report.png`` and ``report.html`` into ``folder`` and return their paths.

    Raises:
        InputError: matplotlib is not installed.
    """
    from .figure import draw  # here, for who wants the words of a page alone need not wait for PyTorch
    from .page import page

    picture = draw(data)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    png, html = folder / "report.png", folder / "report.html"
    png.write_bytes(picture)
    html.write_text(page(data.title, data.metrics, data.settings, picture), encoding="utf-8")
    return png, html
