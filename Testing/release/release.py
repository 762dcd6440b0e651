"""Whether this tree can be released: ``make release-check``, or ``python Testing/release/release.py --output FOLDER``.

Builds the source package and the wheel, looks into both, installs the wheel in a fresh environment and registers the
sample pair of the source package with it. Run by the environment of requirements.txt; exit code 1 if a check fails.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator, Sequence
from email.parser import Parser
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
NEEDED = ("Name", "Version", "Summary", "License-Expression", "Requires-Python", "Author", "Keywords", "Description")
LICENCES = ("LICENSE-Colin27.txt", "LICENSE-FreeSurfer.txt", "LICENSE-MNI152.txt", "LICENSE-MRIcron.txt", "README.md")
DICE = 0.65  # of the sample pair after the preset fast; .69, .55 before

PEOPLE = """
Before the tag, by hand: move what is under *Unreleased* in CHANGELOG.md below a heading with the version and the date;
the version stands in NODEORegistration/nodeo/version.py and in CITATION.cff. `make lint test faults` passes.
The container is linted here, not built: build both variants where Docker runs.
"""

Outcome = tuple[str, str]  # what was looked at, and what is wrong with it; "" if nothing


def main() -> int:
    """Print every check with its outcome."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=ROOT / "build" / "release")
    output = options.parse_args().output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    failed = 0
    for what, wrong in checks(output):
        print(f"{'FAILS' if wrong else 'ok   '}  {what}{': ' + wrong if wrong else ''}", flush=True)
        failed += bool(wrong)
    print(PEOPLE)
    return int(failed > 0)


def checks(output: Path) -> Iterator[Outcome]:
    """All checks, cheap ones first; those that need a package end where none could be built."""
    yield from said(ROOT)
    yield "the container file is linted", tried([BIN / "hadolint", ROOT / "Resources" / "Container" / "Dockerfile"])
    built = tried([sys.executable, "-m", "build", "--outdir", output, ROOT])
    yield "source package and wheel are built", built
    if built:
        return
    (source,), (wheel,) = output.glob("*.tar.gz"), output.glob("*.whl")
    yield "their metadata are accepted", tried([BIN / "twine", "check", "--strict", source, wheel])
    yield from inside(wheel, source, version_of(ROOT))
    with tarfile.open(source) as archive:
        archive.extractall(output, filter="data")
    yield from in_use(wheel, output / source.name.removesuffix(".tar.gz"), output)


def version_of(root: Path) -> str:
    """The one place that says it."""
    text = (root / "NODEORegistration" / "nodeo" / "version.py").read_text(encoding="utf-8")
    return re.search(r'__version__ = "(.+)"', text)[1]  # type: ignore[index]


def said(root: Path) -> list[Outcome]:
    """What the tree says of its version and its licence."""
    version = version_of(root)
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    changes = re.findall(r"^## \[(.*?)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [
        ("the version is a number of three parts", "" if re.fullmatch(r"\d+\.\d+\.\d+", version) else version),
        ("the citation names it", "" if f"\nversion: {version}\n" in citation else "CITATION.cff does not"),
        ("the changes have an entry for it", "" if version in changes else f"CHANGELOG.md has {', '.join(changes)}"),
        ("the package takes it from there", "" if "version" in project["dynamic"] else "pyproject.toml has its own"),
        ("the licence is an SPDX expression", "" if project["license"] == "Apache-2.0" else str(project["license"])),
    ]


def inside(wheel: Path, source: Path, version: str) -> list[Outcome]:
    """What the two packages hold."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (about,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(about).decode("utf-8"))
    package = ROOT / "NODEORegistration"
    files = [*(package / "nodeo").rglob("*.py"), package / "nodeo" / "presets.json"]
    own = {file.relative_to(package).as_posix() for file in files}
    more = {name for name in names - own if ".dist-info/" not in name}
    with tarfile.open(source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    lacking = [name for name in LICENCES if f"Resources/SampleData/{name}" not in packed]
    lacking += [name for name in ("LICENSE", "CHANGELOG.md", "CITATION.cff") if name not in packed]
    missing = [key for key in NEEDED if not (metadata[key] or (key == "Description" and metadata.get_payload()))]
    return [
        ("the wheel holds the engine, all of it", ", ".join(sorted(own - names)[:5])),
        ("and nothing else", ", ".join(sorted(more)[:5])),
        ("the metadata are complete", ", ".join(missing)),
        ("the metadata name the version", "" if metadata["Version"] == version else str(metadata["Version"])),
        ("the licence lies in the wheel", "" if any(n.endswith("licenses/LICENSE") for n in names) else "it does not"),
        ("the source package has the licences of the code and of the sample data", ", ".join(lacking)),
    ]


def in_use(wheel: Path, source: Path, output: Path) -> Iterator[Outcome]:
    """The wheel in a fresh environment, on the sample pair of the source package."""
    fresh = output / "environment"
    venv.create(fresh, with_pip=True)
    pins = ["--constraint", ROOT / "constraints.txt"]
    installed = tried([fresh / "bin" / "pip", "install", "--quiet", *pins, f"{wheel}[report,bar]"])
    yield "the wheel can be installed in a fresh environment", installed
    if installed:
        return
    program = fresh / "bin" / "nodeo"
    told = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    yield "its program says the version", "" if version_of(ROOT) in told else told or "it says nothing"
    pair = source / "Resources" / "SampleData"
    labels = ["--fixed-labels", pair / "fixed_labels.nrrd", "--moving-labels", pair / "moving_labels.nrrd"]
    images = [pair / "fixed.nrrd", pair / "moving.nrrd", "--output", output / "demo", "--report", *labels]
    wrong = tried([program, "register", *images, "--preset", "fast", "--progress", "none"])
    yield "it registers the sample pair", wrong or judged(output / "demo" / "metrics.json")
    listed = subprocess.run([fresh / "bin" / "pip", "list", "--format", "freeze"], capture_output=True, text=True)
    (output / "installed.txt").write_text(listed.stdout, encoding="utf-8")


def judged(path: Path) -> str:
    """What is wrong with the sample pair's result."""
    metrics = json.loads(path.read_text(encoding="utf-8"))
    dice, folded = metrics["dice"]["after"]["mean_dice"], metrics["folding"]["voxels"]
    return "" if dice > DICE and not folded else f"Dice {dice:.3f}, {folded} folded voxels"


def tried(command: Sequence[str | Path]) -> str:
    """Run a command to its end; what it said last if it failed."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=ROOT)
    except OSError as error:
        return str(error)
    said = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
    return "" if done.returncode == 0 else " / ".join(said[-3:])


if __name__ == "__main__":
    sys.exit(main())
