"""The house holds: arrows point down, no file is a heap, the engine knows no model by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[1] / "NODEORegistration"
# From the top floor down: a room may import itself and what stands after it. A file that lies in no folder is a room.
ORDER = {
    "nodeo": (
        "app", "template", "cohort", "sequence", "study", "report", "engine", "evaluation", "models", "start",
        "similarity", "field", "geometry", "files", "settings", "progress", "version", "errors",
    ),
    "NODEORegistrationLib": ("panel", "run", "scene", "EngineSettings", "Parameters", "Options", "Later", "Signal"),
}  # fmt: skip
DOORS = ("__init__", "__main__")  # of the whole house: they may look everywhere
LONGEST = 300  # lines

packages = pytest.mark.parametrize("package", ORDER)


def sources(package: str) -> list[Path]:
    return sorted((MODULE / package).rglob("*.py"))


def room_of(parts: tuple[str, ...]) -> str:
    return parts[0] if parts else "__init__"


def imported(path: Path, package: str) -> Iterator[tuple[int, str]]:
    """Line and room of everything in the same package that a file imports, wherever in it."""
    here = path.relative_to(MODULE / package).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*here[: len(here) - node.level], *(node.module.split(".") if node.module else ()))
            # "from . import x" names a module where the base is a folder without an x of its own
            for alias in node.names:
                yield node.lineno, room_of(base or (alias.name,))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package:
            yield node.lineno, room_of(tuple(node.module.split(".")[1:]))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == package:
                    yield node.lineno, room_of(tuple(alias.name.split(".")[1:]))


@packages
def test_every_room_has_its_floor(package: str) -> None:
    rooms = {room_of(path.relative_to(MODULE / package).with_suffix("").parts) for path in sources(package)}
    unknown = rooms - set(ORDER[package]) - set(DOORS)
    assert not unknown, f"{package} has {unknown}: say in ORDER, top floor first, between which floors they stand."
    gone = set(ORDER[package]) - rooms
    assert not gone, f"{package} has no {gone} any more: take them out of ORDER."


@packages
def test_arrows_point_down(package: str) -> None:
    floors = {room: number for number, room in enumerate(ORDER[package])}
    wrong = []
    for path in sources(package):
        room = room_of(path.relative_to(MODULE / package).with_suffix("").parts)
        if room in DOORS:
            continue
        for line, other in imported(path, package):
            if other not in DOORS and floors[other] < floors[room]:
                wrong.append(
                    f"{path.relative_to(MODULE)}:{line} is in {room} and imports from {other}, which stands above it. "
                    f"Arrows point down ({' > '.join(ORDER[package])}): move what both need to a lower room, or let "
                    "the caller hand it in."
                )
    assert not wrong, "\n".join(wrong)


def test_an_arrow_that_points_up_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "MODULE", tmp_path)
    for room in (*ORDER["nodeo"], "__init__"):
        (tmp_path / "nodeo" / room).mkdir(parents=True)
        (tmp_path / "nodeo" / room / "__init__.py").write_text("", encoding="utf-8")
    test_arrows_point_down("nodeo")
    for text in (
        "from ..engine import level",
        "from .. import app",
        "import nodeo.study.runs",
        "from nodeo.app import x",
    ):
        (tmp_path / "nodeo" / "field" / "new.py").write_text(f"def f():\n    {text}\n", encoding="utf-8")
        with pytest.raises(
            AssertionError, match=r"field.new\.py:2 is in field and imports from \w+, which stands above"
        ):
            test_arrows_point_down("nodeo")


def test_every_room_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(MODULE))
        for package in ORDER
        for path in sources(package)
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_is_a_heap() -> None:
    files = [MODULE / "NODEORegistration.py", *(path for package in ORDER for path in sources(package))]
    long = {path.name: n for path in files if (n := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST}
    assert not long, f"{long}: a file of more than {LONGEST} lines holds two ideas; split it."


def test_no_image_is_gone_before_its_view() -> None:
    """SimpleITK's array views do not keep their image: that of one without a name shows what comes after it."""
    found = [
        f"{path.relative_to(MODULE)}:{node.lineno}"
        for path in sources("nodeo")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "GetArrayViewFromImage"
        and isinstance(node.args[0], ast.Call)
    ]
    assert not found, "Give the image a name that lives as long as the view, or take GetArrayFromImage."


def test_nobody_but_the_models_asks_which_model_it_is() -> None:
    question = re.compile(
        r"isinstance\([^)]*(Field|Segment|Model|Objective|Problem)\b|model\s*[!=]=|published_arithmetic"
    )
    asked = [
        f"{path.relative_to(MODULE)}:{number} {line.strip()}"
        for path in sources("nodeo")
        if path.relative_to(MODULE / "nodeo").parts[0] not in ("models", "settings")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if question.search(line)
    ]
    assert not asked, "Let the model answer, in models/base.py:\n" + "\n".join(asked)
