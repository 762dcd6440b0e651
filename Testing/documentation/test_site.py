"""The site has every page in its place, and takes along what they show."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from . import counts
from .notebook import FIRST, run
from .pages import PAGES
from .site import build, navigation

ROOT = Path(__file__).resolve().parents[2]
LARGEST_NOTEBOOK = 300_000  # bytes


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "source"
    build.gather(ROOT, folder)
    return folder


def test_every_page_stands_once_in_the_site() -> None:
    standing = Counter(path for found in navigation.pages(ROOT).values() for path in found)
    assert set(standing.values()) == {1}
    own = {path.relative_to(ROOT).as_posix() for kind in ("*.md", "*.ipynb") for path in PAGES.rglob(kind)}
    assert own - set(standing) == set(), "Say in navigation.CHAPTERS where it stands."


def test_all_that_the_pages_show_or_link_to_is_in_the_site(gathered: Path) -> None:
    pages = sorted(gathered.rglob("*.md"))
    assert len(pages) > 20
    for page in pages:
        text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s#]+)", text) + re.findall(r'src="([^"]+)"', text):
            assert re.match(r"[a-z]+:", target) or (page.parent / target).is_file(), f"{page.name}: {target}"


def test_links_to_folders_are_words_in_the_site(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.md").write_text("", encoding="utf-8")
    (tmp_path / "page.md").write_text("[a](folder) [b](file.md) [c](folder/)\n", encoding="utf-8")
    assert build.without_folders(tmp_path, "page.md") == "a [b](file.md) c\n"


def test_a_chapter_may_name_a_page_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "Resources/Documentation").mkdir(parents=True)
    (tmp_path / "Resources/Documentation/cohorts.md").write_text("# C\n", encoding="utf-8")
    found = navigation.pages(tmp_path)
    assert found["How to"] == ["Resources/Documentation/cohorts.md"] and not found["Reference"]
    assert "\nResources/Documentation/cohorts\n" in navigation.front_page(found)


def test_the_site_is_built_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    python = ROOT / ".venv-docs" / "bin" / "python"
    if not python.is_file():
        pytest.skip("the environment of the site is not there: make docs")
    script = ROOT / "Testing" / "documentation" / "site" / "build.py"
    done = subprocess.run([python, script, "--output", tmp_path / "site"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(?:https?:)?//[^"]+', text), page.name


# --- the notebook -----------------------------------------------------------------------------------------------------


def words(notebook: dict) -> list[str]:
    """What each cell prints, without its numbers, and how many pictures it shows."""
    texts = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            printed = "".join(output.get("text", ["picture"]))
            texts.append(re.sub(r"-?[\d.]+", "0", printed))
    return texts


def test_the_first_registration_runs_and_its_outputs_are_what_comes_out() -> None:
    script = ROOT / "Testing" / "documentation" / "notebook.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    now, standing = json.loads(done.stdout), json.loads(FIRST.read_text(encoding="utf-8"))
    assert words(now) == words(standing)
    assert [cell["source"] for cell in now["cells"]] == [cell["source"] for cell in standing["cells"]]
    printed = "".join("".join(o.get("text", [])) for cell in now["cells"] for o in cell.get("outputs", []))
    before, after = map(float, re.search(r"mean Dice of 12 structures (\S+) -> (\S+)", printed).groups())
    assert after > before + 0.08 and "folded voxels 0" in printed


def test_the_notebook_is_small_and_whole() -> None:
    assert FIRST.stat().st_size < LARGEST_NOTEBOOK
    notebook = json.loads(FIRST.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4 and len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


def test_a_cell_that_fails_is_told() -> None:
    cell = {"cell_type": "code", "source": ["print(1)\n", "1 / 0"], "outputs": []}
    with pytest.raises(ZeroDivisionError):
        run({"cells": [cell]})
    printed = run({"cells": [{"cell_type": "code", "source": "print(1)"}]})
    assert printed["cells"][0]["outputs"][0]["text"] == ["1\n"]


# --- counts -----------------------------------------------------------------------------------------------------------


def test_counts_of_tests_may_be_a_little_old_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def block(count: int) -> str:
        return f"<!-- generated: tests -->\n\n| `app` | {count} | x |\n\n<!-- end -->\n"

    monkeypatch.setattr(counts, "counted", lambda: {"app": 100})
    assert counts.tests_table(block(95)) == "| `app` | 95 | x |"
    assert "| `app` | 100 |" in counts.tests_table(block(80))
    assert "| `app` | 100 |" in counts.tests_table("nothing")


def test_tests_are_counted_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "field").mkdir()
    text = "def test_a(): ...\nclass C:\n    def test_b(self): ...\ndef helper(): ...\n"
    (tmp_path / "field" / "test_x.py").write_text(text, encoding="utf-8")
    (tmp_path / "test_y.py").write_text("def test_c(): ...\n", encoding="utf-8")
    assert counts.counted(tmp_path) == {".": 1, "field": 2}


def test_the_number_of_cases_that_is_told_is_that_of_the_campaign() -> None:
    page = (PAGES / "trust.md").read_text(encoding="utf-8")
    assert re.search(r"campaign has (\d+) cases", page)[1] == re.search(r"^\| all \|  \| (\d+) \|", page, re.M)[1]
