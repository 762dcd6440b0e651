"""Tables of what was measured point by point and structure by structure, as blocks of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from .key_figures import find, number, words


def points_table(metrics: dict[str, Any]) -> str:
    """The target registration error of each pair of points; nothing when there are none."""
    pairs = find(metrics, "points", "pairs")
    if not isinstance(pairs, list):
        return ""
    rows = [(words(find(p, "name")), number(find(p, "before_mm")), number(find(p, "after_mm"))) for p in pairs]
    return _block("Target registration error by point", ("Point", "Error before, mm", "Error after, mm"), rows)


def volumes_table(metrics: dict[str, Any]) -> str:
    """The volume of each structure in both images; nothing where no labels were given."""
    structures = find(metrics, "volume_change", "structures")
    if not isinstance(structures, dict):
        return ""
    unit, shown = ("ml", "ml") if all("fixed_ml" in values for values in structures.values()) else ("cm2", "cm²")
    head = (
        "Label",
        "Structure",
        f"Fixed, {shown}",
        f"Mapped to moving, {shown}",
        "Mean log det J",
        "Without the affine part",
    )
    keys = (f"fixed_{unit}", f"mapped_{unit}", "log_det_j", "log_det_j_without_affine")
    rows = [
        (label, words(find(structures, label, "name")), *(number(find(structures, label, key)) for key in keys))
        for label in sorted(structures, key=label_order)
    ]
    return _block("Volume by structure", head, rows)


def label_order(label: Any) -> tuple[int, int, str]:
    """Numbers by value, then words."""
    text = str(label)
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)


def _block(summary: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A closed block with a table; nothing when it has no rows."""
    cells = ["".join(f"<td>{escape(text)}</td>" for text in row) for row in rows]
    if not cells:
        return ""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return (
        f"<details><summary>{escape(summary)}</summary><table><thead><tr>{titles}</tr></thead>"
        f"<tbody>{body}</tbody></table></details>"
    )
