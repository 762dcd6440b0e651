"""What is installed with the engine and what it is worked on with, and under which licences: from pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path

import tomllib

from .table import table

ROOT = Path(__file__).resolve().parents[2]
# name: (licence, what for); the licence as its authors say it, in SPDX's words
KNOWN = {
    "torch": ("BSD-3-Clause", "tensors, gradients, CUDA"),
    "torchdiffeq": ("MIT", "integrates the flow"),
    "numpy": ("BSD-3-Clause", "arrays"),
    "SimpleITK": ("Apache-2.0", "images, transforms, their files"),
    "matplotlib": ("PSF-2.0", "the picture of a report"),
    "h5py": ("BSD-3-Clause", "transforms in small files"),
    "rich": ("MIT", "the bar in the terminal"),
    "distributed": ("BSD-3-Clause", "many pairs at once"),
    "pytest": ("MIT", "tests"),
    "pytest-xdist": ("MIT", "tests in several processes"),
    "hypothesis": ("MPL-2.0", "inputs drawn at random"),
    "ruff": ("MIT", "style"),
    "mypy": ("MIT", "types"),
    "slicer-core": ("Apache-2.0", "real MRML for the tests of the module"),
    "PySide6-Essentials": ("LGPL-3.0-only", "real Qt for the tests of the module"),
}
WHEN = {"report": "`[report]`", "bar": "`[bar]`", "compact": "`[compact]`", "cohort": "`[cohort]`"}


def dependencies() -> str:
    """The table: always needed, then those of the extras, then those of the tests.

    Raises:
        KeyError: the project needs something whose licence is not in ``KNOWN``.
    """
    rows: dict[str, tuple[str, str]] = {}
    for need, when in needs():
        rows.setdefault(re.match(r"[\w-]+", need)[0], (need, when))  # type: ignore[index]
    return table(
        ("package", "licence", "installed", "what for"),
        [(f"`{need}`", KNOWN[name][0], when, KNOWN[name][1]) for name, (need, when) in rows.items()],
    )


def needs() -> list[tuple[str, str]]:
    """What pyproject.toml asks for, and when."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    groups = sorted(extras, key=lambda extra: (extra not in WHEN, extra))
    found = [(need, "always") for need in project["dependencies"]]
    return found + [(need, WHEN.get(extra, "for work on it")) for extra in groups for need in extras[extra]]
