"""What the Extension Manager reads agrees with itself and with the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import check
import description
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE = ROOT / "NODEORegistration"


def test_what_the_extensions_index_checks_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """The description is the same in all its files, among others."""
    assert check.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "instead", "found"),
    [
        ('"Registration"', '"Registering"', "the category"),
        ("SlicerNODEO/raw", "${PROJECT}/raw", "addresses are written out"),
        ("NODEO.png", "NADEO.png", "icon and screenshots"),
        ("project(NODEO)", "project(Nodeo)", "the project"),
        ("https://example", "http://example", "addresses are https"),
    ],
)
def test_what_the_extensions_index_would_refuse_is_found(line: str, instead: str, found: str) -> None:
    cmake = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    assert line in cmake
    wrong = [what for what, reason in check._described(cmake.replace(line, instead)) if reason]
    assert any(what.startswith(found) for what in wrong)


def test_another_address_stands_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://github.com/somebody/SlicerNODEO"
    shutil.copy(ROOT / "CMakeLists.txt", tmp_path)
    monkeypatch.setattr(description, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["description.py", "--address", address + "/"])
    assert description.main() == 0
    for name in ("CMakeLists.txt", "NODEO.json", "NODEO.s4ext"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert address in text and "example.org" not in text


def listed(variable: str, cmake: Path) -> set[str]:
    """The entries of one ``set(VARIABLE …)`` of a CMake file."""
    block = re.search(rf"^set\({variable}\n(.*?)^  \)$", cmake.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block, variable
    return {line.strip().replace("${MODULE_NAME}", MODULE.name) for line in block[1].splitlines()}


def tracked(folder: Path, *patterns: str) -> set[str]:
    """Files below ``folder``, relative to it, without what Python and its installers leave behind."""
    found = {path.relative_to(folder) for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    left_behind = ("__pycache__", "nodeo.egg-info")
    return {path.as_posix() for path in found if not set(left_behind).intersection(path.parts)}


def test_every_script_of_the_module_is_installed() -> None:
    assert listed("MODULE_PYTHON_SCRIPTS", MODULE / "CMakeLists.txt") == tracked(MODULE, "*.py")


def test_everything_else_of_the_module_is_installed() -> None:
    others = tracked(MODULE, "*") - tracked(MODULE, "*.py", "*.pyc", "CMakeLists.txt")
    assert listed("MODULE_PYTHON_RESOURCES", MODULE / "CMakeLists.txt") == others


def test_the_sample_pair_is_installed() -> None:
    listed_files = listed("SAMPLE_DATA", MODULE / "CMakeLists.txt")
    assert listed_files == {f"Resources/SampleData/{name}" for name in tracked(ROOT / "Resources" / "SampleData", "*")}


def test_what_is_installed_is_enough(tmp_path: Path) -> None:
    """Nothing but what CMake installs, in another place: the panel opens, and its worker registers."""
    for name in listed("MODULE_PYTHON_SCRIPTS", MODULE / "CMakeLists.txt") | listed(
        "MODULE_PYTHON_RESOURCES", MODULE / "CMakeLists.txt"
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(MODULE / name, tmp_path / name)
    (tmp_path / "Resources" / "SampleData").mkdir()
    for name in listed("SAMPLE_DATA", MODULE / "CMakeLists.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    script = f"""
import sys
sys.path[:0] = [{str(ROOT / "Testing")!r}, {str(tmp_path)!r}]
from slicer_host import start
host = start()
host.reset()
panel = host.load({str(tmp_path / "NODEORegistration.py")!r})
from NODEORegistration import NODEORegistrationTest
fixed, moving = NODEORegistrationTest().loadSmallPair(6)
run = panel.logic.register(fixed, moving, preset="fast", iterations=2)
print(run.state, sys.modules["NODEORegistrationLib"].__file__)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    if "No module named" in done.stderr and ("PySide6" in done.stderr or "slicer" in done.stderr):
        pytest.skip("slicer-core and PySide6-Essentials are not installed")
    assert done.stdout.split() == ["finished", str(tmp_path / "NODEORegistrationLib" / "__init__.py")], done.stderr


def test_the_packages_the_worker_needs_are_those_of_the_engine() -> None:
    lines = (MODULE / "Resources" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = {line for line in lines if line and not line.startswith("#")}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = set(re.findall(r'"([^"]+)"', re.search(r"^dependencies = \[(.*?)\]", project, re.MULTILINE)[1]))
    with_slicer = {need for need in needed if re.match("numpy|SimpleITK", need)}
    assert asked == needed - with_slicer


def test_the_page_of_the_module_explains_every_option_of_the_panel() -> None:
    page = (ROOT / "Resources" / "Documentation" / "slicer.md").read_text(encoding="utf-8")
    panel = ElementTree.parse(MODULE / "Resources" / "UI" / "NODEORegistration.ui")
    labels = panel.iterfind(".//item[@column='0']/widget/property[@name='text']/string")
    titled = [label.text.rstrip(":") for label in labels if label.text]
    assert len(titled) > 30
    assert [option for option in titled if f"| {option} |" not in page] == []
    tips = {tip.text for tip in panel.iterfind(".//layout[@class='QFormLayout']//property[@name='toolTip']/string")}
    told_once = "Where the result goes: a new node, or one that is updated."  # in a sentence above the table
    assert [tip for tip in tips - {told_once} if tip.replace("|", "\\|") not in page] == []


def test_citation_and_changelog_name_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = re.search(r'__version__ = "(.*)"', (MODULE / "nodeo" / "version.py").read_text(encoding="utf-8"))[1]
    assert re.search(r"^version: (.*)$", citation, flags=re.MULTILINE)[1] == version
    assert re.findall(r"^## \[(.*?)\]", changelog, flags=re.MULTILINE)[:2] == ["Unreleased", version]


def test_slicer_never_imports_the_engine() -> None:
    for path in [MODULE / "NODEORegistration.py", *(MODULE / "NODEORegistrationLib").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) (nodeo|torch|torchdiffeq)\b", source, flags=re.MULTILINE), path


def test_the_engine_never_imports_the_host() -> None:
    for path in (ROOT / "NODEORegistration" / "nodeo").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) (slicer|qt|ctk|vtk)\b", source, flags=re.MULTILINE), path
