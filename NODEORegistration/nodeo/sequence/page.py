"""The page of a series: one HTML file that reaches for nothing outside itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..evaluation.structures import names_of
from ..report.page import document, folded_block, picture_block, wide_table
from .animation import animated
from .figure import draw
from .pictures import Film

_READING = (
    "In the pictures the reference is green and a frame magenta, so that grey is where both agree. Motion: how far the "
    "transform takes a point of the reference, |φ(x) − x|; background: where no frame shows anything. det J: 1 where "
    "volume is kept, above 1 where the frame is locally larger than the reference, 0 or less where the map folds."
)
_COLUMNS = (
    ("Frame", "frame", ""), ("Time", "time", "g"), ("Loss before", "similarity_before", ".4f"),
    ("Loss after", "similarity_after", ".4f"), ("Motion, mm: mean", "motion_mean_mm", ".2f"),
    ("largest", "motion_max_mm", ".2f"), ("background", "background_motion_mm", ".2f"),
    ("det J from", "min_jacobian", ".3f"),
    ("to", "max_jacobian", ".2f"), ("Folds", "folds", ""), ("on the way back", "folds_inverse", ""),
    ("Begun with", "after", ""), ("Seconds", "seconds", ".1f"), ("Notes", "notes", ""),
)  # fmt: skip


def write_report(folder: Path, title: str, metrics: dict[str, Any], film: Film) -> None:
    """Write ``report.html`` and ``motion.gif`` into ``folder``.

    Raises:
        InputError: matplotlib is not installed.
    """
    moving = animated(film)
    parts = [
        picture_block(draw(title, metrics, film), "Curves over time, and a filmstrip of before and after", _READING),
        picture_block(moving, "All frames in turn, before and after", "Before on the left, after on the right.", "gif"),
        _table(metrics["frames"]),
        *_structures(metrics["frames"]),
        folded_block("Settings", metrics["settings"]),
    ]
    (folder / "motion.gif").write_bytes(moving)
    (folder / "report.html").write_text(document(title, parts), encoding="utf-8")


def _table(frames: list[dict[str, Any]]) -> str:
    rows = [[_cell(frame[key], form) for _, key, form in _COLUMNS] for frame in frames]
    return f"<section><h2>Frames</h2>{wide_table((name for name, _, _ in _COLUMNS), rows)}</section>"


def _structures(frames: list[dict[str, Any]]) -> list[str]:
    """How large each structure is in each frame, if that was measured."""
    found = [(key, unit) for key, unit in (("structures_ml", "ml"), ("structures_cm2", "cm²")) if key in frames[0]]
    parts = []
    for key, unit in found:
        codes = list(frames[0][key])
        names = names_of(map(int, codes), "all", map(int, codes))
        rows = [[str(frame["frame"]), *(f"{frame[key][code]:.4g}" for code in codes)] for frame in frames]
        title = f"<h2>Structures of the reference in each frame, {unit}</h2>"
        parts.append(f"<section>{title}{wide_table(('Frame', *names.values()), rows)}</section>")
    return parts


def _cell(value: Any, form: str) -> str:
    if value is None:
        return "–"
    return " ".join(value) if isinstance(value, list) else format(value, form)
