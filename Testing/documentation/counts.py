"""How many tests there are, by room: told roughly, so that a page is not out of date with every new one."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from .marked import blocks
from .table import table

ROOT = Path(__file__).resolve().parents[2]
NAME = "tests"  # of the block
TOLERANCE = 0.15  # of a count, and never less than
AT_LEAST = 5
ABOUT = {
    "app": "command line, exit codes, JSON for programs, bad input, the process that stays",
    "benchmarks": "that the comparison measures what it says",
    "cohort": "tables, BIDS, several workers, lost workers, the group page",
    "documentation": "every how-to page done as it says, the notebook, the site",
    "engine": "registrations with a known answer, landmarks, structures, lesions, axes and units, a simulated GPU",
    "evaluation": "Dice, surface distance, errors at points against plain formulas",
    "faults": "that the campaign below notices what it looks for",
    "field": "flow, kernel, folds, inverse against known fields",
    "files": "what is read and written, whole or not at all",
    "geometry": "grids, axes, transforms",
    "models": "the published method against plain formulas and a run of the published code",
    "module": "the panel over real MRML and real Qt",
    "release": "that a faulty release is refused; licences, the container file",
    "report": "the picture and the page",
    "settings": "every option and its limits",
    "similarity": "each similarity and its gradient",
    "start": "where a registration begins",
    "translations": "that every text can be translated, and the panel in German",
    "study": "sweeps that go on where they stopped",
    ".": "that the pages say what the code does, that the house holds, that the extension describes itself",
}


def counted(testing: Path = ROOT / "Testing") -> dict[str, int]:
    """Functions that are tests, by the folder of ``Testing/`` they lie in; ``.`` is ``Testing/`` itself.

    One that is run with several inputs counts once.
    """
    found: Counter[str] = Counter()
    for path in testing.rglob("test_*.py"):
        folder = path.relative_to(testing).parts[0] if path.parent != testing else "."
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        found[folder] += sum(name.startswith("test_") for name in names)
    return dict(sorted(found.items()))


def tests_table(page: str) -> str:
    """What stands on the page, as long as it is about right; otherwise the table anew."""
    now = counted()
    standing = blocks(page).get(NAME, "")
    told = {folder: int(count) for folder, count in re.findall(r"^\| `(\S+)` \| (\d+) \|", standing, re.MULTILINE)}
    if told.keys() == now.keys() and all(near(told[folder], now[folder]) for folder in now):
        return standing.strip("\n")
    rows = [(f"`{folder}`", str(count), ABOUT.get(folder, "")) for folder, count in now.items()]
    total = sum(now.values())
    return table(("folder of `Testing/`", "tests", "of what"), [*rows, ("all, about", str(round(total, -1)), "")])


def near(told: int, now: int) -> bool:
    """Whether a count that is told may stand."""
    return abs(told - now) <= max(AT_LEAST, TOLERANCE * now)
