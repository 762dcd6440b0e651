"""Hidden folders to write in, on the disk of the place that the result will take; none outlives its owner for long.

The name says whose it is: a key of this computer and the place, the process's number, and something random. The owner
holds a lock on it. What a killed process left is put right by the next one that writes to the same place.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: a leftover stays there, since nobody can tell whose it is
    fcntl = None  # type: ignore[assignment]

_OLD = ".old"  # ends the name of a result that is about to be replaced


@contextlib.contextmanager
def folder_for(place: Path) -> Iterator[Path]:
    """A fresh hidden folder, and all that it holds gone afterwards, unless it took the ``place``."""
    clear(place)
    folder = home(place) / f"{_prefix(place)}{os.getpid()}-{secrets.token_hex(8)}"
    try:  # its name is known before it is there: no signal comes between
        folder.mkdir(mode=0o700)
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def home(place: Path) -> Path:
    """Where the hidden folders of a place are: beside it; in it, if it is a folder that cannot be moved."""
    return place if place.is_dir() and not movable(place) else place.parent


def movable(place: Path) -> bool:
    """Whether a folder may be replaced by another: it is no disk of its own, and nobody's current folder."""
    here = os.access(place.parent, os.W_OK | os.X_OK) and place.stat().st_dev == place.parent.stat().st_dev
    try:
        return here and not Path.cwd().is_relative_to(place)
    except OSError:  # the current folder is gone
        return here


def old_name(folder: Path) -> Path:
    """What a result is called while the hidden ``folder`` takes its place."""
    return folder.with_name(folder.name + _OLD)


def own(place: Path) -> list[Path]:
    """The hidden folders that this process has in a place, which are those of a place that cannot be moved."""
    return list(place.glob(f"{glob.escape(_prefix(place))}{os.getpid()}-*"))


def clear(place: Path) -> None:
    """Put right what killed processes left at ``place``: a result half replaced comes back, the rest is removed."""
    for path in leftovers(place):
        if path.name.endswith(_OLD) and not place.exists():
            with contextlib.suppress(OSError):
                path.rename(place)
        else:
            shutil.rmtree(path, ignore_errors=True)


def leftovers(place: Path) -> list[Path]:
    """The hidden folders of ``place`` that no process owns any more; old results first."""
    if fcntl is None:
        return []
    found = [
        path
        for folder in (place.parent, place)
        if os.access(folder, os.R_OK | os.W_OK | os.X_OK) and folder.is_dir()
        for path in folder.iterdir()
        if path.name.startswith(_prefix(place)) and path.is_dir() and not _owned(path, place)
    ]
    return sorted(found, key=lambda path: not path.name.endswith(_OLD))


def _prefix(place: Path) -> str:
    key = hashlib.sha256(f"{socket.gethostname()}\0{place.name}".encode("utf-8", "surrogateescape")).hexdigest()[:10]
    return f".{place.name[:24]}.{key}-"


def _owned(path: Path, place: Path) -> bool:
    """Whether the process that made a hidden folder may still want it."""
    number = path.name.removeprefix(_prefix(place)).split("-")[0]
    if not number.isdecimal():
        return True
    if int(number) != os.getpid():  # a killed container's successor may have its number
        try:
            os.kill(int(number), 0)
            return True
        except ProcessLookupError:
            pass
        except OSError:
            return True
    with _locked(path) as locked:
        return not locked


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the lock of a hidden folder; false where another process, or another thread of this one, holds it."""
    if fcntl is None:
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            locked = True
        except BlockingIOError:
            locked = False
        except OSError:  # a network's disk without locks: the number alone has to do
            locked = True
        yield locked
    finally:
        os.close(handle)
