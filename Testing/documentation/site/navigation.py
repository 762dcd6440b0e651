"""Which page stands where in the site, and the site's first page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

DOCUMENTATION = "Resources/Documentation"
# A page that is not written yet is left out, so that a chapter may name it before.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "Get started": ("get_started.md", "slicer.md", "notebooks/first_registration.ipynb"),
    "How to": (
        "howto_brains.md", "howto_lung.md", "howto_mr_ct.md", "howto_lesion.md", "howto_histology.md", "sequences.md",
        "cohorts.md", "templates.md", "guidance.md", "studies.md",
    ),
    "Explanation": ("method.md", "directions.md", "reading_results.md", "trust.md", "architecture.md"),
    "Reference": ("settings.md", "command_line.md", "python.md", "file_formats.md", "glossary.md"),
    "Benchmarks": (
        "../../Testing/benchmarks/README.md", "../../Testing/benchmarks/scaling.md",
        "../../Testing/benchmarks/iteration_profile.md", "../../Testing/benchmarks/gpu.md",
    ),
    "Project": (
        "../../README.md", "../../CHANGELOG.md", "../../CONTRIBUTING.md", "dependencies.md",
        "../../Testing/slicer_host/README.md", "../SampleData/README.md",
    ),
}  # fmt: skip

FRONT = """# NODEO: deformable registration for 3D Slicer

Deforms one medical image onto another, smoothly, without folding, and in both directions. Nothing is trained
beforehand: a small neural network represents a velocity field, and is optimised for the pair at hand. On CUDA or on a
plain CPU; in 3D Slicer, on the command line, from Python.

![The sample pair before and after, deformation grid, Jacobian determinant](Resources/Screenshots/demo.png)

**New here?** [Get started](Resources/Documentation/get_started.md): from nothing to a pair of your own, in minutes.
**Looking for your case?** [Two brains](Resources/Documentation/howto_brains.md),
[the lung](Resources/Documentation/howto_lung.md), [MR onto CT](Resources/Documentation/howto_mr_ct.md),
[before and after an operation](Resources/Documentation/howto_lesion.md),
[histology](Resources/Documentation/howto_histology.md), [many patients](Resources/Documentation/cohorts.md).
**Have a result?** [What the numbers mean, and when not to trust them](Resources/Documentation/reading_results.md).

Not for clinical use. Under the Apache License 2.0.
"""


def pages(root: Path) -> dict[str, list[str]]:
    """The pages of each chapter that are there, by their paths from the root."""
    paths = {
        title: [(root / DOCUMENTATION / name).resolve().relative_to(root.resolve()).as_posix() for name in names]
        for title, names in CHAPTERS.items()
    }
    return {title: [path for path in found if (root / path).is_file()] for title, found in paths.items()}


def front_page(chapters: dict[str, list[str]]) -> str:
    """The first page, with the list of all others, which the theme shows at the side."""
    return FRONT + "\n".join(_chapter(title, found) for title, found in chapters.items())


def _chapter(title: str, found: Iterable[str]) -> str:
    entries = "\n".join(path.rpartition(".")[0] for path in found)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n"
