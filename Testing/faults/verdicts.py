"""What must hold after a command that could not, or need not, do its work."""

from __future__ import annotations

from .forked import Ending
from .snapshot import Snapshot, added, changed

BAD_INPUT = 2
# What no person should be shown: stacks of Python, HDF5 and ITK, and what C++ says when it dies.
STACKS = (
    "Traceback", "HDF5-DIAG", "H5E", "itk::", "ITK ERROR", "WARNING: In ", "Exception thrown", "terminate called",
    "Fatal Python error", "NIFTI_ERROR", "** ERROR", "libpng", "RuntimeWarning", "UserWarning", "OMP: ",
)  # fmt: skip


def stack(said: str) -> str:
    """The stack that was shown, in a sentence; empty if none was."""
    seen = [word for word in STACKS if word in said]
    return f"'{seen[0].strip()}' on standard error." if seen else ""


def sentence(said: str) -> str:
    """Why standard error is not one sentence of ours; empty if it is. A wrong command line also gets its usage."""
    lines = [line for line in said.splitlines() if line.strip()]
    if not lines:
        return "Nothing was said."
    if lines[0].startswith("usage: nodeo") and lines[-1].startswith("nodeo") and ": error: " in lines[-1]:
        return ""
    if len(lines) > 1 or not lines[0].startswith("nodeo: "):
        return f"{len(lines)} lines on standard error, the first: {lines[0][:120]}"
    return ""


def refused(ending: Ending, told: str, said: str, before: Snapshot, after: Snapshot) -> str:
    """Exit code 2, one sentence, nothing written, nothing changed; else what was not so."""
    if not ending.in_time or ending.code != BAD_INPUT:
        words = " ".join((stack(said), _last_line(said))).strip()
        return f"{ending.in_words()} in place of {BAD_INPUT}. {words}".strip()
    if problem := stack(said) or sentence(said) or untouched(before, after):
        return problem
    if told:
        return f"Standard output says {told[:80]!r}."
    left = added(before, after)
    return f"{', '.join(left[:3])} was written." if left else ""


def untouched(before: Snapshot, after: Snapshot) -> str:
    """Whether all is as it was, new names aside."""
    other = changed(before, after)
    return f"{', '.join(other[:3])} was changed or removed." if other else ""


def leftovers(before: Snapshot, after: Snapshot, hidden: str = ".") -> str:
    """Hidden names that were not there before."""
    left = [path for path in added(before, after) if any(part.startswith(hidden) for part in path.split("/"))]
    return f"{', '.join(left[:3])} was left behind." if left else ""


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1][:160] if lines else ""
