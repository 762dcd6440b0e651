"""The table and the page over all pairs: what stands apart first, what failed with its sentence, and not too large."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import Settings
from nodeo.cohort.measures import Line, csv_text, text_table
from nodeo.cohort.outliers import apart, robust_z
from nodeo.cohort.page import page
from nodeo.cohort.pair import Pair

SETTINGS = Settings.preset("fast")
WRONG = 17  # the pair that stands apart


def measured(n: int, folder: Path, **more: float) -> Line:
    """A pair with numbers near those of all others."""
    random = np.random.default_rng(n)
    measures = {
        "similarity_before": random.normal(0.5, 0.02),
        "similarity_after": random.normal(0.2, 0.01),
        "dice_before": random.normal(0.5, 0.03),
        "dice_after": random.normal(0.8, 0.01),
        "folded_points": 0,
        "smallest_det_j": random.normal(0.2, 0.02),
        "seconds": random.uniform(20, 40),
        **more,
    }
    structures = {
        "17": {"name": "Left-Hippocampus", "before": 0.4, "after": 0.7},
        "3": {"name": "label 3", "after": 1.0},
    }
    record = {"measures": measures, "structures": structures, "device": "cpu", "notes": [], "inverse_folded_points": 0}
    return Line(Pair(f"pair-{n:04}", folder / f"pair-{n:04}", {}, SETTINGS), record)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Line], Path]]:
    """1000 pairs with pictures as large as they get: of noise, which no format makes smaller."""
    folder = tmp_path_factory.mktemp("cohort")
    noise = np.random.default_rng(0).integers(0, 256, (128, 260, 3), dtype=np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(noise, isVector=True), str(folder / "noise.jpg"), True, 75)
    lines = [measured(n, folder) for n in range(1000)]
    lines[WRONG] = measured(WRONG, folder, dice_after=0.31, folded_points=12)
    lines[5] = Line(lines[5].pair, None, "The fixed image <x> cannot be read as an image.")
    lines[6] = Line(lines[6].pair, None)
    for line in lines:
        line.pair.folder.mkdir()
        (line.pair.folder / "thumbnail.jpg").hardlink_to(folder / "noise.jpg")
    yield lines, folder


def test_a_thousand_pairs_are_one_page_of_less_than_50_mb_that_needs_nothing_else(
    cohort: tuple[list[Line], Path],
) -> None:
    lines, folder = cohort
    text = page(lines, folder, "A & B")
    assert 5e6 < len(text.encode()) < 50e6
    assert "<title>A &amp; B</title>" in text
    assert not re.search(r'(src|href)="(https?:|//)', text)
    names = re.findall(r'<a href="[^"]*">(pair-\d+)</a>', text)
    assert names[0] == f"pair-{WRONG:04}" and len(names) == len(set(names)) == 998
    assert "pair-0005" not in names and "The fixed image &lt;x&gt; cannot be read" in text
    assert re.search(r"1000 pairs, 998 done, .*1 failed.*, 1 not run yet", text)
    shown, beside = text.count('src="data:image/jpeg;base64,'), text.count('thumbnail.jpg"')
    assert shown + beside == 998 and shown > 100
    assert f'<a href="pair-{WRONG:04}/">' in text.split("<tbody>")[1].split("</tr>")[0]


def test_every_cell_of_a_column_can_be_compared(cohort: tuple[list[Line], Path]) -> None:
    lines, folder = cohort
    text = page(lines[:30], folder, "x").split('<table class="cohort">')[1]
    heads = re.findall(r"<th>(.*?)</th>", text)
    for row in re.findall(r"<tr><td>.*?</tr>", text):
        cells = re.findall(r'<td(?: class="\w+")?(?: data-v="([^"]*)")?', row)
        assert len(cells) == len(heads)
        for head, value in zip(heads, cells, strict=True):
            if head not in ("Pair", "Before, after", "Notes"):
                assert np.isfinite(float(value))


def test_the_table_has_every_number_and_every_sentence(cohort: tuple[list[Line], Path]) -> None:
    lines, folder = cohort
    rows = list(csv.DictReader(io.StringIO(csv_text(lines, folder))))
    assert len(rows) == 1000
    assert rows[WRONG]["dice_after"] == "0.31" and rows[WRONG]["folder"] == f"pair-{WRONG:04}"
    assert rows[0]["dice_17_Left_Hippocampus"] == "0.7" and rows[0]["dice_3"] == "1" and rows[0]["dice_before_3"] == ""
    assert [row["status"] for row in rows[4:7]] == ["done", "failed", "missing"]
    assert rows[5]["error"].startswith("The fixed image <x>") and rows[5]["dice_after"] == ""


def test_the_summary_says_how_many_and_why_not(cohort: tuple[list[Line], Path]) -> None:
    text = text_table(cohort[0])
    assert text.startswith("1000 pairs: 998 done, 1 failed, 1 missing\n")
    assert "failed: pair-0005: The fixed image <x> cannot be read as an image." in text


def test_robust_z_is_that_of_a_normal_distribution_and_blind_to_outliers() -> None:
    values = np.random.default_rng(1).normal(10.0, 2.0, 4001)
    z = robust_z([*values, 1000.0])
    assert z[:-1].std() == pytest.approx(1.0, abs=0.05)  # 4001 draws: the scale is known to 2 %
    assert z[-1] == pytest.approx(495.0, rel=0.05)
    assert robust_z([1.0, 2.0, 90.0]).tolist() == [0.0, 0.0, 0.0]  # too few to stand apart from
    assert robust_z([3.0] * 9).tolist() == [0.0] * 9
    assert np.isnan(robust_z([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])[-1])


def test_only_bad_news_stands_apart(tmp_path: Path) -> None:
    lines = [measured(n, tmp_path) for n in range(40)]
    lines[3] = measured(3, tmp_path, dice_after=0.99)
    lines[4] = measured(4, tmp_path, folded_points=5)
    lines[5] = measured(5, tmp_path, dice_after=0.6)
    found = apart(lines)
    assert found[4].key == "folded_points" and found[4].z > 3.5
    assert found[5].key == "dice_after" and found[5].z > 3.5
    assert found[3].z < 3.5


TABLE = """
const cell = (value, text) => ({dataset: value === null ? {} : {v: value}, textContent: text});
const rows = [["b", "2"], ["a", "10"], ["c", ""], ["d", "-1"]].map(
  ([name, value]) => ({children: [cell(null, name), cell(value, value)]}));
const body = {rows: rows, append(...sorted) { this.rows = sorted; }};
const heads = [0, 1].map(n => ({cellIndex: n, ariaSort: null, closest: () => ({tBodies: [body]})}));
for (const head of heads) head.parentNode = {children: heads};
const document = {querySelectorAll: () => heads};
const click = n => { heads[n].onclick(); return body.rows.map(row => row.children[0].textContent).join(""); };
"""


QT = """
import sys
from PySide6.QtCore import QCoreApplication
from PySide6.QtQml import QJSEngine
application = QCoreApplication([])
engine = QJSEngine()
print(engine.evaluate(sys.stdin.read()).toString(), file=sys.stderr)
print(engine.globalObject().property("said").toString())
"""  # in a process of its own: Qt has one application a process, and the panel's tests need another kind


def test_a_click_on_a_head_sorts_by_number_or_name_and_leaves_what_was_not_measured_below() -> None:
    script = re.search(r"<script>(.*)</script>", page([], Path(), "x"), re.DOTALL)
    assert script
    clicks = "var said = [click(1), click(1), click(0), click(0), heads[1].ariaSort].join()"
    said = subprocess.run(
        [sys.executable, "-c", QT], input=f"{TABLE}{script[1]}; {clicks}", capture_output=True, text=True, timeout=60
    )
    assert said.stdout.strip() == "abdc,dbac,dcba,abcd,", said.stderr
