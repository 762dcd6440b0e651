"""Pairs that are not registered: work of a cohort with a known end, which processes elsewhere can import, too."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from nodeo import InputError, Settings
from nodeo.cohort.names import RECORD
from nodeo.cohort.pair import Pair
from nodeo.cohort.record import record, stamped
from nodeo.progress import Progress, ProgressCallback

QUICK = Settings.preset("fast")


def pretended_pairs(folder: Path, names: Sequence[str]) -> list[Pair]:
    """Pairs of small files that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = []
    for name in names:
        files = {role: folder / f"{name}-{role}.nii.gz" for role in ("fixed", "moving")}
        for path in files.values():
            path.write_text(path.name)
        pairs.append(Pair(name, folder / "out" / name, {role: str(path) for role, path in files.items()}, QUICK))
    return pairs


def pretend(pair: Pair, progress: ProgressCallback) -> None:
    """Leave a record; what else happens is in the pair's name."""
    with (pair.folder.parent / f"{pair.name}.begun").open("a") as file:
        file.write(f"{os.getpid()}\n")
    begun = (pair.folder.parent / f"{pair.name}.begun").read_text().count("\n")
    if "refused" in pair.name:
        raise InputError(f"{pair.name} cannot be used.", "Take another.")
    if "faulty" in pair.name:
        raise ZeroDivisionError("division by zero")
    if "deadly" in pair.name or ("killed-twice" in pair.name and begun < 3):
        os.kill(os.getpid(), signal.SIGKILL)
    while "endless" in pair.name:
        progress(Progress("waiting", 0.0))
        time.sleep(0.02)
    metrics = {"similarity": {"before": 0.5, "after": 0.1}, "device": "none", "seconds": {"total": 1.0}}
    text = json.dumps(record(pair, stamped(pair.files), metrics))
    pair.folder.mkdir(exist_ok=True)
    (pair.folder / RECORD).write_text(text)
