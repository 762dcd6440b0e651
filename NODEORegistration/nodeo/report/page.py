"""The page of a report: one HTML file that reaches for nothing outside itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from html import escape
from typing import Any

from .key_figures import KeyFigure, find, key_figures, number, words
from .measured_tables import label_order, points_table, volumes_table

STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #f4f5f7; color: #1d2329; font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 1.5rem; margin: 0 0 18px; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 8px; }
section, details { background: #fff; border: 1px solid #dfe3e8; border-radius: 8px; }
section, details { padding: 16px 20px; margin: 0 0 16px; }
summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid #eceff2; vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; color: #55606b; }
thead th { font-weight: 600; color: #1d2329; }
table.pairs th { width: 34%; }
td { overflow-wrap: anywhere; }
details table { margin-top: 8px; }
.good { color: #0b7a3b; font-weight: 600; }
.bad { color: #b3261e; font-weight: 600; }
.hint { color: #55606b; font-size: 0.92em; margin: 10px 0 0; }
img { display: block; width: 100%; height: auto; border-radius: 6px; }
div.wide { overflow-x: auto; }
div.wide td { overflow-wrap: normal; white-space: nowrap; }
meter { width: 110px; height: 0.8em; }
"""

READING = (
    "Overlays: fixed in green, moving in magenta, grey where both agree. "
    "Deformation grid: a regular grid carried along with the moving image, without the initial transform if that "
    "has an inverse. "
    "det J: 1 where volume is kept, above 1 where the moving image is locally larger than the fixed, "
    "below 1 where it is smaller, 0 or less where the map folds."
)

SHOWN_APART = ("dice", "points", "volume_change", "seconds", "versions")


def page(title: str, metrics: dict[str, Any], settings: dict[str, Any], picture: bytes) -> str:
    """The self-contained HTML page; ``picture`` is a PNG."""
    return document(
        title,
        [
            f"<section><h2>Key figures</h2>{_figures_table(key_figures(metrics))}</section>",
            picture_block(picture, "Overlays, checkerboard, deformation grid and Jacobian determinant", READING),
            _structures(metrics),
            points_table(metrics),
            volumes_table(metrics),
            folded_block("Seconds by stage", find(metrics, "seconds")),
            folded_block("Settings", settings),
            folded_block("Versions", find(metrics, "versions")),
            folded_block("All measurements", {key: value for key, value in metrics.items() if key not in SHOWN_APART}),
        ],
    )


def document(title: str, parts: Iterable[str]) -> str:
    """A page of blocks of HTML below its title; empty ones are left out."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def picture_block(picture: bytes, alt: str, hint: str = "", kind: str = "png") -> str:
    """A picture (``png`` or ``gif``) inside the page, and how to read it."""
    below = f'<p class="hint">{escape(hint)}</p>' if hint else ""
    source = f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
    return f'<section><img alt="{escape(alt)}" src="{source}">{below}</section>'


def wide_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of texts that may be wider than the page."""
    titles = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def _figures_table(figures: Iterable[KeyFigure]) -> str:
    rows = [
        f'<tr><th scope="row">{escape(label)}</th><td class="{tone}">{escape(value)}</td></tr>'
        for label, value, tone in figures
    ]
    return f'<table class="pairs">{"".join(rows)}</table>' if rows else "<p>Nothing was measured.</p>"


def _structures(metrics: dict[str, Any]) -> str:
    after = find(metrics, "dice", "after", "structures")
    if not isinstance(after, dict) or not after:
        return ""
    before = find(metrics, "dice", "before", "structures")
    rows = "".join(_structure_row(label, after[label], find(before, label)) for label in sorted(after, key=label_order))
    head = "<th>Label</th><th>Structure</th><th>Dice before</th><th>Dice after</th><th></th><th>HD95 after, mm</th>"
    return (
        f"<details open><summary>Overlap by structure</summary><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def _structure_row(label: str, after: Any, before: Any) -> str:
    dice = find(after, "dice")
    bar = f'<meter min="0" max="1" value="{dice:.3f}"></meter>' if number(dice)[:1].isdigit() else ""
    texts = [str(label), words(find(after, "name")), number(find(before, "dice")), number(dice)]
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f"<tr>{cells}<td>{bar}</td><td>{escape(number(find(after, 'hd95')))}</td></tr>"


def folded_block(summary: str, values: Any) -> str:
    """A closed block with one line a value; nothing when there are none."""
    if not isinstance(values, dict) or not values:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>' for name, text in _flat(values)
    )
    return f'<details><summary>{escape(summary)}</summary><table class="pairs">{rows}</table></details>'


def _flat(values: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value, default=str)
