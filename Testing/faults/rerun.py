"""A folder that holds a result, and a run that would replace it: what is there before and afterwards."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import engine, outcome
from .desk import lay
from .forked import Ending, Job, start, wait

THESIS = "thesis.txt"  # what lies beside a result is nobody's to remove
INPUTS = ("fixed.nrrd", "moving.nrrd", "labels.nrrd", "moving_labels.nrrd")
OUT = "out"


@dataclass(frozen=True)
class Results:
    """Two runs that differ in a setting, made once.

    Attributes:
        desk: the folder with the inputs, and with the old result in ``out``.
        old, new: what tells the two results' files apart.
        seconds: that the new one takes.
        written: bytes of its files.
        largest: bytes of its largest file.
    """

    desk: Path
    old: outcome.Marks
    new: outcome.Marks
    seconds: float
    written: int
    largest: int

    def copied(self, to: Path) -> Path:
        """Inputs and old result in a fresh folder."""
        shutil.copytree(self.desk, to)
        return to

    def verdict(self, folder: Path, finished: bool) -> str:
        """Why neither the whole old nor, if ``finished`` may be, the whole new result is there; empty if one is.

        Args:
            folder: as :meth:`copied` made it, after a run.
            finished: whether the run said that it was done: then it has to be the new one.
        """
        found = outcome.marks(folder / OUT)
        if found not in (self.old, self.new):
            old = sum(found.get(name) == mark for name, mark in self.old.items())
            new = sum(found.get(name) == mark for name, mark in self.new.items())
            return f"Of {len(self.new)} files {old} are the old run's and {new} the new one's."
        if finished and found != self.new:
            return "It said that it was done, and the old result is there."
        if not (folder / OUT / THESIS).is_file():
            return f"{THESIS} is gone."
        return self.leftover(folder)

    def leftover(self, folder: Path) -> str:
        """What lies there that neither a person nor a finished run has put there."""
        known = {OUT, *INPUTS}
        left = [path.name for path in folder.iterdir() if path.name not in known]
        known = {THESIS, *outcome.FILES, "warped_labels.nrrd"}
        left += [f"{OUT}/{path.name}" for path in (folder / OUT).iterdir() if path.name not in known]
        return f"{', '.join(sorted(left)[:3])} was left behind." if left else ""


def line(*more: str, iterations: int = 12) -> list[str]:
    """A run with some seconds of work in it and some megabytes to write."""
    quick = [f"--set={name}" for name in ("levels=2,1", f"iterations={iterations}", "dense_field=true", "threads=1")]
    labels = ["--fixed-labels", "labels.nrrd", "--moving-labels", "moving_labels.nrrd"]
    return ["register", "fixed.nrrd", "moving.nrrd", "--output", OUT, "--overwrite", *quick, *labels, *more]


def prepared(folder: Path) -> Results:
    """The two runs, made in ``folder``."""
    desk = folder / "desk"
    full = folder / "full"
    _done(Job("desk", lambda: lay(full), folder / "log"))
    desk.mkdir()
    for name in INPUTS:
        shutil.copy(full / name, desk)
    _done(Job("old", lambda: _in(desk, line(iterations=3)), folder / "log"))
    (desk / OUT / THESIS).write_text("precious\n", encoding="utf-8")
    old = outcome.marks(desk / OUT)
    shutil.copytree(desk, folder / "new")
    ending = _done(Job("new", lambda: _in(folder / "new", line()), folder / "log"))
    new = outcome.marks(folder / "new" / OUT)
    sizes = [path.stat().st_size for path in (folder / "new" / OUT).iterdir()]
    if set(old) != set(outcome.FILES) or set(new) != set(old) or old == new:
        raise RuntimeError("The two runs to compare could not be made.")
    return Results(desk, old, new, ending.seconds, sum(sizes), max(sizes))


def _in(folder: Path, arguments: list[str]) -> int:
    os.chdir(folder)
    return engine.here([*arguments, "--progress", "none"])


def _done(job: Job) -> Ending:
    ending = wait(start(job), 120)
    if ending.code:
        raise RuntimeError(f"{job.name}: {ending.in_words()}: {job.said()[-300:]}")
    return ending
