"""What the Extension Manager reads agrees with itself and with the tree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def s4ext() -> dict[str, str]:
    lines = (ROOT / "NODEO.s4ext").read_text(encoding="utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def cmake() -> dict[str, str]:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    values = dict(re.findall(r'^set\(EXTENSION_(\w+) "?(.*?)"?\)$', text, flags=re.MULTILINE))
    return {name: value.replace("${EXTENSION_HOMEPAGE}", values["HOMEPAGE"]) for name, value in values.items()}


def test_the_older_form_says_what_cmake_says(s4ext: dict[str, str], cmake: dict[str, str]) -> None:
    for key, name in {
        "homepage": "HOMEPAGE",
        "category": "CATEGORY",
        "contributors": "CONTRIBUTORS",
        "description": "DESCRIPTION",
        "iconurl": "ICONURL",
        "screenshoturls": "SCREENSHOTURLS",
        "depends": "DEPENDS",
    }.items():
        assert s4ext[key] == cmake[name], key


def test_the_catalogue_entry_says_what_the_older_form_says(s4ext: dict[str, str]) -> None:
    entry = json.loads((ROOT / "NODEO.json").read_text(encoding="utf-8"))
    assert entry["scm_url"] == s4ext["scmurl"]
    assert entry["scm_revision"] == s4ext["scmrevision"]
    assert entry["category"] == s4ext["category"]
    assert entry["build_dependencies"] == s4ext["depends"].split()
    assert entry["build_subdirectory"] == s4ext["build_subdirectory"]


def test_every_module_of_the_engine_is_installed() -> None:
    folder = ROOT / "NODEORegistration"
    listed = set(re.findall(r"^  (\S+\.py)$", (folder / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {str(path.relative_to(folder)) for path in folder.rglob("*.py")}


def test_the_engine_never_imports_the_host() -> None:
    for path in (ROOT / "NODEORegistration" / "nodeo").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) (slicer|qt|ctk|vtk)\b", source, flags=re.MULTILINE), path
