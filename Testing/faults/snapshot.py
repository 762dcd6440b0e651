"""A folder at one moment: what is in it, of which kind, with which content."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

Snapshot = dict[str, tuple]  # path from the folder -> kind, and what tells it from another


def taken(folder: Path) -> Snapshot:
    """Everything below ``folder``, hidden names and names that are no UTF-8 included; nothing is followed."""
    found: Snapshot = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(place, name)
            found[os.path.relpath(path, folder)] = _told_apart(path)
    return found


def _told_apart(path: str) -> tuple:
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return kind, os.readlink(path)
    if stat.S_ISREG(status.st_mode):
        return kind, status.st_mtime_ns, _digest(path)
    return kind, status.st_rdev


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.errno)


def changed(before: Snapshot, after: Snapshot) -> list[str]:
    """What is no longer as it was, or gone."""
    return sorted(path for path, what in before.items() if after.get(path) != what)


def added(before: Snapshot, after: Snapshot) -> list[str]:
    """What was not there."""
    return sorted(after.keys() - before.keys())
