"""The pages say what the code does, and every link leads somewhere."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
from pathlib import Path

import nodeo
import pytest
from documentation.marked import blocks, filled
from documentation.pages import PAGES, not_current, texts
from documentation.table import table, written
from documentation.typed import commands_of
from nodeo.app.cli import parser

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "NODEORegistration"
LONGEST_README = 150  # lines: two screens of text, the picture and the tables
NOT_OURS = ("build", "demo")  # folders that hold what was made


def pages() -> list[Path]:
    """Every page of the repository."""
    found = [page.relative_to(ROOT) for page in ROOT.rglob("*.md")]
    return sorted(page for page in found if page.parts[0] not in NOT_OURS and not page.parts[0].startswith("."))


def read(page: Path) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


every_page = pytest.mark.parametrize("page", pages(), ids=str)


# --- what is generated ------------------------------------------------------------------------------------------------


@pytest.fixture
def generated(host) -> dict[str, str]:
    return texts(host.load(MODULE / "NODEORegistration.py").ui)


def test_every_generated_block_is_current(generated: dict[str, str]) -> None:
    stale = [str(page.relative_to(ROOT)) for page in not_current(generated)]
    assert not stale, f"{', '.join(stale)}: the code says something else by now. Run `make docs`."


def test_everything_that_is_generated_stands_on_a_page(generated: dict[str, str]) -> None:
    standing = [name for page in PAGES.glob("*.md") for name in blocks(page.read_text(encoding="utf-8"))]
    assert sorted(standing) == sorted(generated)


def test_every_argument_of_every_command_is_on_its_page() -> None:
    page = read(Path("Resources/Documentation/command_line.md"))
    waiting, seen = [parser()], 0
    while waiting:
        command = waiting.pop()
        groups = [action.choices for action in command._actions if isinstance(action.choices, dict)]
        waiting += [sub for group in groups for sub in group.values()]
        if not groups:
            seen += 1
            section = page.split(f"### `{command.prog}`\n")[1].split("\n### ")[0]
            names = [
                action.option_strings[0] if action.option_strings else action.metavar for action in command._actions
            ]
            assert [name for name in names if name not in ("-h", "--help") and name not in section] == [], command.prog
    assert seen == 11


def test_a_page_that_is_not_current_is_seen_and_mended(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n\n<!-- generated: x -->\nold\n<!-- end -->\n\nb\n", encoding="utf-8")
    current = "a\n\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\n\nb\n"
    assert not_current({"x": "new"}, tmp_path) == {page: current}
    page.write_text(current, encoding="utf-8")
    assert not_current({"x": "new"}, tmp_path) == {}


@pytest.mark.parametrize(
    "page", ["<!-- generated: x -->\n", "<!-- end -->\n", "<!-- generated: x -->\n" * 2 + "<!-- end -->\n"]
)
def test_a_mark_without_a_partner_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="has no partner"):
        filled(page, {"x": "text"})


def test_a_block_that_nothing_fills_is_refused() -> None:
    with pytest.raises(ValueError, match="Nothing is generated as y: there are x"):
        filled("<!-- generated: y -->\n<!-- end -->\n", {"x": "text"})


def test_a_bar_inside_a_cell_ends_no_cell() -> None:
    assert table(("a", "b"), [("|v|", "")]) == "| a | b |\n|---|---|\n| \\|v\\| |  |"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3000.0, "3000"), (5e-05, "0.00005"), (0.0, "0"), (True, "true"), ((4, 2), "4, 2"), ((), "–"), ("3vox", "3vox")],
)
def test_a_value_is_written_as_it_is_typed(value: object, text: str) -> None:
    assert written(value) == text


# --- what is typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["guidance.md", "command_line.md"])
def test_every_command_on_a_page_can_be_typed(page: str) -> None:
    lines = commands_of(read(Path("Resources/Documentation") / page))
    assert len(lines) > 5
    for line in lines:
        parser().parse_args(shlex.split(line)[1:])


def test_what_python_is_told_on_the_page_of_guidance_is_there() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", read(Path("Resources/Documentation/guidance.md")), re.M | re.S)
    for call in (node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "nodeo":
            known = inspect.signature(getattr(nodeo, call.func.attr)).parameters
            assert {word.arg for word in call.keywords} <= set(known), call.func.attr


# --- links ------------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The places in a page that a link can name, as GitHub names them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    text = without_code(read(page))
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue  # elsewhere
        file, _, anchor = target.partition("#")
        there = (ROOT / page.parent / file).resolve() if file else ROOT / page
        assert there.exists() and there.is_relative_to(ROOT), f"{page}: {target} leads nowhere"
        assert not anchor or anchor in anchors(there), f"{page}: {target} names a heading that is not there"


@every_page
def test_every_source_file_that_a_page_names_exists(page: Path) -> None:
    rooms = "|".join(room.name for room in (MODULE / "nodeo").iterdir() if room.is_dir())
    sources = {
        f"/{path.relative_to(ROOT).as_posix()}" for top in (MODULE, ROOT / "Testing") for path in top.rglob("*.py")
    }
    named = set(re.findall(r"`([\w./]+\.py)`", read(page)))
    named |= {f"{file}.py" for file in re.findall(rf"`((?:{rooms})/\w+)(?:\.\w+)?`", read(page))}
    assert [name for name in sorted(named) if not any(source.endswith(f"/{name}") for source in sources)] == []


def test_the_readme_is_short() -> None:
    lines = len(read(Path("README.md")).splitlines())
    assert lines <= LONGEST_README, f"README.md has {lines} lines: move what is not for the first look to a page."
