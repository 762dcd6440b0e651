"""Who works on a pair: one process at a time, however many calls share a folder; and what was tried in vain.

A pair's claim is a small file of its own in ``.cohort/``. Its holder holds a lock on it, which a killed process loses.
It says how often the pair was begun in one call without coming to an end, and, if it failed, why. Where there are no
locks (Windows, some disks of networks), calls do not see each other.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .names import STATE
from .pair import Pair

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MOST_STARTS = 3  # of a pair whose process dies in one call: the first, and two more


class Claim:
    """The right to work on a pair, while its file is open and locked."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def starts(self, call: str) -> int:
        """How often the pair was begun in this call and came to no end."""
        says = self._read()
        return int(says.get("starts", 0)) if says.get("call") == call else 0

    def begin(self, call: str) -> None:
        """The work begins."""
        self._write({"call": call, "starts": self.starts(call) + 1})

    def end(self, call: str, end: str, error: str = "", code: str = "") -> None:
        """It came to an end in this call; an ``error``, and what its hint is about, are kept until the next try."""
        self._write({"call": call, "end": end, "error": error, "code": code})

    def _read(self) -> dict[str, Any]:
        try:
            says = json.loads(os.pread(self._handle, 65536, 0))
        except (OSError, ValueError):
            return {}
        return says if isinstance(says, dict) else {}

    def _write(self, says: dict[str, Any]) -> None:
        text = json.dumps(says).encode()
        with contextlib.suppress(OSError):  # a full disk is told of by what is written next
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, text, 0)


@contextlib.contextmanager
def claimed(output: Path, pair: Pair) -> Iterator[Claim | None]:
    """The claim on a pair; None if another process has it.

    Args:
        output: the cohort's folder.

    Raises:
        OSError: the folder cannot be written.
    """
    path = _path(output, pair)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield Claim(handle) if locked(handle) else None
    finally:
        os.close(handle)


def last_end(output: Path, pair: Pair) -> dict[str, str]:
    """How a pair ended when it was last tried: ``call``, ``end``, ``error``, ``code``; empty if it came to no end."""
    try:
        says = json.loads(_path(output, pair).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return says if isinstance(says, dict) and "end" in says else {}


def _path(output: Path, pair: Pair) -> Path:
    return output / STATE / f"{pair.name}.json"


def locked(handle: int) -> bool:
    """Lock a file until it is closed; false if another process has it. Where there are no locks, true."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk without locks
        return True
    return True
