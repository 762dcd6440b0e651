"""The page over all pairs: one file that needs nothing from elsewhere; what stands apart comes first."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from ..report.page import document
from ..study.measures import BY_KEY
from .measures import Line
from .names import THUMBNAIL
from .outliers import FLAGGED, Apart, apart
from .strips import strip

_SHOWN = (
    "similarity_before", "similarity_after", "dice_before", "dice_after", "hd95_after_mm",
    "target_error_before_mm", "target_error_after_mm", "folded_points",
    "smallest_det_j", "largest_det_j", "sd_log_det_j", "inverse_consistency_mm", "seconds",
)  # fmt: skip
_ROOM = 36_000_000  # bytes of pictures in the page; those of further pairs stay beside it

_STYLE = """<style>
main { max-width: 1500px; }
td.picture img { width: 260px; border-radius: 3px; background: #000; }
table.cohort th { cursor: pointer; white-space: nowrap; user-select: none; }
table.cohort th[aria-sort=ascending]::after { content: " ▲"; }
table.cohort th[aria-sort=descending]::after { content: " ▼"; }
table.cohort td { vertical-align: middle; }
div.strips { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 14px 28px; }
figure { margin: 0; } figcaption { font-weight: 600; font-size: .9em; }
svg { width: 100%; } svg rect { fill: #9fb4c7; } svg line { stroke: #1d2329; stroke-width: 1.5; }
svg circle { fill: #b3261e; } svg text { font-size: 11px; fill: #55606b; }
</style>"""
_SCRIPT = """<script>
for (const head of document.querySelectorAll("table.cohort th")) head.onclick = () => {
  const body = head.closest("table").tBodies[0], up = head.ariaSort === "descending";
  for (const other of head.parentNode.children) other.ariaSort = null;
  head.ariaSort = up ? "ascending" : "descending";
  const key = row => row.children[head.cellIndex].dataset.v ?? row.children[head.cellIndex].textContent;
  const order = (a, b) => {
    const x = key(a), y = key(b);
    if (x === "" || y === "") return (x === "") - (y === "");  // what was not measured stays below
    const way = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
    return up ? way : -way;
  };
  body.append(...[...body.rows].sort(order));
};
</script>"""
_HINT = (
    "Fixed in green, moving in magenta, grey where both agree; before and after. A click on a column's head sorts. "
    "Apart: robust z, (x − median) / 1.4826 MAD, of its worst measure; above 3.5 it is worth a look. "
    "A low similarity loss is good; similarity losses compare only where measure and levels are the same."
)


def page(lines: Sequence[Line], output: Path, title: str) -> str:
    """The page of a cohort, HTML."""
    done = [line for line in lines if line.record is not None]
    marks = apart(done)
    order = sorted(range(len(done)), key=lambda n: (-marks[n].z, done[n].pair.name))
    keys = [key for key in _SHOWN if any(not math.isnan(line.value(key)) for line in done)]
    parts = [_STYLE, f"<section><p>{_counts(lines, marks)}</p>{_failures(lines)}</section>"]
    if done:
        parts += [
            _distributions(done, marks, keys),
            _table([done[n] for n in order], [marks[n] for n in order], keys, output),
        ]
    return document(title, [*parts, _SCRIPT])


def _counts(lines: Sequence[Line], marks: Sequence[Apart]) -> str:
    failed, missing = (sum(line.status == status for line in lines) for status in ("failed", "missing"))
    flagged = sum(mark.z > FLAGGED for mark in marks)
    told = [
        f"{len(lines)} pairs",
        f"{len(marks)} done",
        f'<span class="{"bad" if failed else ""}">{failed} failed</span>',
    ]
    told += [f"{missing} not run yet"] if missing else []
    return ", ".join([*told, f"{flagged} to look at first"])


def _failures(lines: Sequence[Line]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(line.pair.name)}</th><td>{escape(line.error)}</td></tr>'
        for line in lines
        if line.status == "failed"
    )
    return f'<h2>Failed</h2><table class="pairs failed">{rows}</table>' if rows else ""


def _distributions(done: Sequence[Line], marks: Sequence[Apart], keys: Sequence[str]) -> str:
    names = [line.pair.name for line in done]
    strips = "".join(
        strip(
            BY_KEY[key].title,
            [line.value(key) for line in done],
            names,
            [mark.z > FLAGGED and mark.key == key for mark in marks],
            BY_KEY[key].digits,
        )
        for key in keys
    )
    return f'<section><h2>Distributions</h2><div class="strips">{strips}</div></section>'


def _table(done: Sequence[Line], marks: Sequence[Apart], keys: Sequence[str], output: Path) -> str:
    titles = ["Pair", "Before, after", "Apart", *(BY_KEY[key].title for key in keys), "Notes"]
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    room, rows = _ROOM, []
    for line, mark in zip(done, marks, strict=True):
        picture, taken = _picture(line, output, room)
        room -= taken
        rows.append(_row(line, mark, keys, picture, output))
    return (
        f'<section><h2>Pairs</h2><div class="wide"><table class="cohort"><thead><tr>{head}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div><p class="hint">{escape(_HINT)}</p></section>'
    )


def _row(line: Line, mark: Apart, keys: Sequence[str], picture: str, output: Path) -> str:
    assert line.record is not None
    place = quote(line.pair.folder.relative_to(output).as_posix())
    reason = f" {BY_KEY[mark.key].title}" if mark.z > FLAGGED else ""
    tone = ' class="bad"' if mark.z > FLAGGED else ""
    cells = [
        f'<td><a href="{place}/">{escape(line.pair.name)}</a></td><td class="picture" data-v="">{picture}</td>',
        f'<td data-v="{mark.z:.4g}"{tone}>{mark.z:.1f}{escape(reason)}</td>',
    ]
    for key in keys:
        value = line.value(key)
        known = not math.isnan(value)
        bad = ' class="bad"' if key == mark.key and mark.z > FLAGGED else ""
        text = f"{value:.{BY_KEY[key].digits}f}" if known else "–"
        cells.append(f'<td data-v="{f"{value:.6g}" if known else ""}"{bad}>{text}</td>')
    notes = " ".join(line.record.get("notes", []))
    return f"<tr>{''.join(cells)}<td>{escape(notes)}</td></tr>"


def _picture(line: Line, output: Path, room: int) -> tuple[str, int]:
    """An image tag, and how many bytes of ``room`` it takes."""
    path = line.pair.folder / line.pair.name_of(THUMBNAIL)
    try:
        data = path.read_bytes()
    except OSError:
        return "", 0
    text = base64.b64encode(data).decode("ascii")
    if len(text) > room:
        return f'<img loading="lazy" alt="" src="{quote(path.relative_to(output).as_posix())}">', 0
    return f'<img loading="lazy" alt="" src="data:image/jpeg;base64,{text}">', len(text)
