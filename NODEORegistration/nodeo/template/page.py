"""The page of a template: what it looked like after each round, what was measured; needs nothing from elsewhere."""

from __future__ import annotations

import base64
import math
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..cohort.measures import Line
from ..cohort.names import PAGE as COHORT_PAGE
from ..cohort.thumbnail import scaled
from ..files.reading import read_image
from ..geometry.grid import Grid
from ..report.content import find_content, thinned, window_of
from ..report.page import document, wide_table
from ..report.planes import choose_planes
from . import names
from .curves import curve
from .measures import ABOUT, COLUMNS, rows

_TALL, _GAP = 260, 6  # pixels: the height of a picture, and what is between two

_STYLE = """<style>
div.rounds { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; }
div.volumes { grid-template-columns: repeat(auto-fill, minmax(540px, 1fr)); }
figure { margin: 0; } figcaption { font-weight: 600; font-size: .9em; }
div.rounds img { background: #000; }
svg { width: 100%; } svg polyline { fill: none; stroke: #9fb4c7; stroke-width: 2; } svg circle { fill: #2f5d8a; }
svg text { font-size: 11px; fill: #55606b; }
</style>"""


def page(output: Path, rounds: Sequence[dict[str, Any]], lines: Sequence[Line]) -> str:
    """The page of the template in ``output``, HTML."""
    head, *body = rows(rounds)
    title = f"Template: {output.name}"
    counts = f"{len(lines)} images, {sum(line.status == 'done' for line in lines)} on the template"
    link = f'<a href="{names.SUBJECTS}/{COHORT_PAGE}">each image on the template</a>'
    return document(
        title,
        [
            _STYLE,
            f"<section><p>{escape(counts)}: {link}.</p>{_failures(lines)}</section>",
            f"<section><h2>After each round</h2>{_pictures(output, rounds)}</section>",
            f'<section><h2>Measures</h2><div class="rounds">{_curves(rounds)}</div>{wide_table(head, body)}'
            f'<p class="hint">{escape(ABOUT)}</p></section>',
        ],
    )


def _failures(lines: Sequence[Line]) -> str:
    return "".join(
        f'<p class="bad">Failed: {escape(line.pair.name)}: {escape(line.error)}</p>'
        for line in lines
        if line.status == "failed"
    )


def _pictures(output: Path, rounds: Sequence[dict[str, Any]]) -> str:
    figures, axes = [], 2
    for measured in rounds:
        if measured["round"] == "end":
            continue
        number = measured["round"]
        name = f"Round {number}" if number else "Aligned" if measured["subjects"] else "To begin with"
        image = read_image(output / names.ROUNDS / str(number) / names.TEMPLATE, "template")
        axes = len(Grid.of(image).axes)
        source = base64.b64encode(picture(image)).decode("ascii")
        figures.append(
            f'<figure><figcaption>{name}</figcaption><img alt="{name}" src="data:image/png;base64,{source}"></figure>'
        )
    kind = "rounds volumes" if axes == 3 else "rounds"  # of a volume three planes stand side by side
    return f'<div class="{kind}">{"".join(figures)}</div>'


def picture(image: sitk.Image) -> bytes:
    """The planes through the middle of an image's content side by side, a PNG."""
    grid, (low, high) = Grid.of(image), window_of(thinned(image)[0])
    parts: list[np.ndarray] = []
    for plane in choose_planes(grid, find_content(image, image)):
        width, height = plane.extent(grid)
        part = scaled(
            np.clip((plane.picture(image) - low) / (high - low), 0, 1), (_TALL, max(1, round(_TALL * width / height)))
        )
        parts += [part, np.zeros((_TALL, _GAP))]
    values = (255 * np.concatenate(parts[:-1], axis=1) + 0.5).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        sitk.WriteImage(sitk.GetImageFromArray(values), str(path))
        return path.read_bytes()


def _curves(rounds: Sequence[dict[str, Any]]) -> str:
    heads = [str(measured["round"]) for measured in rounds]
    return "".join(
        curve(title, heads, [measured.get(key, math.nan) for measured in rounds], digits)
        for key, (title, digits) in COLUMNS.items()
    )
