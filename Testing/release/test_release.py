"""A release is refused for what is wrong with it, and the container file says what it needs."""

from __future__ import annotations

import importlib.metadata
import io
import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
import release
from documentation import dependency_table

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = ROOT / "Resources" / "Container" / "Dockerfile"


def wrong(outcomes: list[release.Outcome]) -> list[str]:
    return [what for what, reason in outcomes if reason]


def test_the_tree_says_one_version() -> None:
    assert wrong(release.said(ROOT)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("CITATION.cff", "\nversion: ", "\nversion: 9.", "the citation names it"),
        ("CHANGELOG.md", f"## [{release.version_of(ROOT)}]", "## [9.9.9]", "the changes have an entry for it"),
        ("pyproject.toml", 'license = "Apache-2.0"', 'license = "Apache"', "the licence is an SPDX expression"),
    ],
)
def test_what_disagrees_is_found(file: str, old: str, new: str, found: str, tmp_path: Path) -> None:
    for name in ("CITATION.cff", "CHANGELOG.md", "pyproject.toml", "NODEORegistration/nodeo/version.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    assert wrong(release.said(tmp_path)) == [found]


def packages(folder: Path, *, leave_out: str = "", add: str = "", metadata: str = "") -> tuple[Path, Path]:
    """A wheel and a source package as they should be, but for what is asked for."""
    package = ROOT / "NODEORegistration"
    about = "\n".join(f"{key}: {'1.2.3' if key == 'Version' else 'x'}" for key in release.NEEDED if key != metadata)
    wheel, source = folder / "nodeo-1.2.3-py3-none-any.whl", folder / "nodeo-1.2.3.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in [*(package / "nodeo").rglob("*.py"), package / "nodeo" / "presets.json"]:
            name = file.relative_to(package).as_posix()
            if name != leave_out:
                archive.write(file, name)
        archive.writestr("nodeo-1.2.3.dist-info/METADATA", about + "\n\n")
        archive.writestr("nodeo-1.2.3.dist-info/licenses/LICENSE", "x")
        if add:
            archive.writestr(add, "")
    with tarfile.open(source, "w:gz") as archive:
        names = [*(f"Resources/SampleData/{name}" for name in release.LICENCES), "LICENSE", "CHANGELOG.md"]
        for name in (*names, "CITATION.cff"):
            if name != leave_out:
                archive.addfile(tarfile.TarInfo(f"nodeo-1.2.3/{name}"), io.BytesIO())
    return wheel, source


def test_packages_that_are_whole_pass(tmp_path: Path) -> None:
    assert wrong(release.inside(*packages(tmp_path), "1.2.3")) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ({"leave_out": "nodeo/presets.json"}, "the wheel holds the engine, all of it"),
        ({"add": "Testing/conftest.py"}, "and nothing else"),
        ({"metadata": "Author"}, "the metadata are complete"),
        ({"leave_out": "Resources/SampleData/LICENSE-MNI152.txt"}, "the source package has the licences"),
    ],
)
def test_packages_that_are_not_whole_are_refused(fault: dict[str, str], found: str, tmp_path: Path) -> None:
    (only,) = wrong(release.inside(*packages(tmp_path, **fault), "1.2.3"))
    assert only.startswith(found)


def test_a_result_that_folds_or_misses_is_no_demo(tmp_path: Path) -> None:
    for dice, folded, good in ((0.69, 0, True), (0.6, 0, False), (0.69, 3, False)):
        metrics = {"dice": {"after": {"mean_dice": dice}}, "folding": {"voxels": folded}}
        (tmp_path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
        assert (release.judged(tmp_path / "metrics.json") == "") == good


def test_a_command_that_fails_says_so() -> None:
    assert release.tried(["false"]) == "it said nothing"
    assert "No such file" in release.tried(["/nowhere/program"])
    assert release.tried(["true"]) == ""


# --- licences ---------------------------------------------------------------------------------------------------------


def test_every_licence_that_is_told_is_the_one_that_its_package_tells() -> None:
    seen = 0
    for name, (licence, _) in dependency_table.KNOWN.items():
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        kept = [about.get(key) for key in ("License-Expression", "License")]  # about[key] may raise where there is none
        told = " ".join(filter(None, [*kept, *about.get_all("Classifier", [])]))
        family = {"PSF-2.0": "Python Software Foundation"}.get(licence, licence.split("-")[0])
        assert family.lower() in told.lower(), f"{name} says {told[:200]}"
        seen += 1
    assert seen >= 6


def test_everything_that_the_project_asks_for_has_a_licence_and_nothing_else_is_listed() -> None:
    asked = {re.match(r"[\w-]+", need)[0] for need, _ in dependency_table.needs()}
    assert asked == set(dependency_table.KNOWN), "Say licence and purpose in dependency_table.KNOWN."


# --- the container ----------------------------------------------------------------------------------------------------


def test_the_container_has_both_variants_and_copies_what_is_there() -> None:
    text = CONTAINER.read_text(encoding="utf-8")
    stages = re.findall(r"^FROM (\S+) AS (\w+)$", text, flags=re.MULTILINE)
    assert [name for _, name in stages] == ["wheel", "cpu", "cuda", "nodeo"]
    assert stages[-1][0] == "${VARIANT}" and "ARG VARIANT=cuda" in text
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, flags=re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists() and f"!{name}" in let_in, name
    assert re.findall(r"^USER (.*)$", text, flags=re.MULTILINE)[-1] not in ("root", "0")


def test_the_container_has_the_pinned_version_of_torch() -> None:
    pinned = re.search(r"^torch==\S+", (ROOT / "constraints.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[0]
    assert set(re.findall(r"torch==[^\"'\s]+", CONTAINER.read_text(encoding="utf-8"))) - {"torch=="} == {pinned}
