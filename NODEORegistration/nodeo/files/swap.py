"""A new folder in the place of an old one, in one step: who looks, or is killed, finds one of them whole."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from . import hidden

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_HERE = -100  # AT_FDCWD


def take_place(new: Path, place: Path, known: Collection[str]) -> None:
    """Let the folder ``new`` become ``place``, an existing folder, of which all but ``known`` is carried over.

    Args:
        known: names; of files in folders of the place, with a slash.

    Where the place cannot be moved, or its disk knows no second name for a file, the files go one by one.

    Raises:
        OSError: the disk refuses.
    """
    if not hidden.movable(place):
        return _one_by_one(new, place, known)
    own = {path.name for path in new.iterdir()}
    try:
        _carry(place, new, known)
        like(place, new)
        os.utime(new)
        _replace(new, place, known)
    except (OSError, NotImplementedError):
        if not new.is_dir() or not place.is_dir():
            raise
        for path in new.iterdir():
            if path.name not in own:
                _remove(path)
        _one_by_one(new, place, known)


def _replace(new: Path, place: Path, known: Collection[str]) -> None:
    """Swap two folders and remove what has become the old one."""
    if _exchanged(new, place):
        old = new
    else:
        old = hidden.old_name(new)
        try:
            place.rename(old)
            new.rename(place)
        except BaseException:
            if old.exists() and not place.exists():
                old.rename(place)
            raise
    with contextlib.suppress(OSError):
        _carry(old, place, known)  # what somebody put there in between
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders' names in one step; false where the system cannot."""
    names = os.fsencode(one), os.fsencode(other)
    if os.name != "posix":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):  # Linux
        failed = library.renameat2(_HERE, names[0], _HERE, names[1], ctypes.c_uint(_EXCHANGE))
    elif hasattr(library, "renamex_np"):  # macOS
        failed = library.renamex_np(*names, ctypes.c_uint(_EXCHANGE))
    else:
        return False
    if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return not failed


def _carry(old: Path, new: Path, known: Collection[str], within: str = "") -> None:
    """Give everything in ``old``, but ``known`` and what ``new`` has already, a second name in ``new``.

    Args:
        within: where ``old`` lies in the place that the names in ``known`` are told from.

    Raises:
        OSError: the disk knows no second names, or something in the folder lies on another disk.
    """
    disk = old.stat().st_dev
    for path in old.iterdir():
        there = new / path.name
        name = within + path.name
        if name in known:
            continue
        if path.lstat().st_dev != disk:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path))
        if path.is_dir() and not path.is_symlink():
            fresh = not there.exists()
            there.mkdir(exist_ok=True)
            _carry(path, there, known, f"{name}/")
            if fresh and any(path.iterdir()) and not any(there.iterdir()):  # all of it was an earlier run's
                there.rmdir()
            elif fresh:
                like(path, there)
        elif not os.path.lexists(there):
            os.link(path, there, follow_symlinks=False)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def like(old: Path, new: Path) -> None:
    """Give a folder the rights and the owner of another."""
    shutil.copystat(old, new)
    with contextlib.suppress(OSError, AttributeError):
        os.chown(new, old.stat().st_uid, old.stat().st_gid)


def _one_by_one(new: Path, place: Path, known: Collection[str]) -> None:
    names = sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if not path.is_dir())
    for name in names:
        (place / name).parent.mkdir(exist_ok=True)
        (new / name).replace(place / name)
    for name in set(known).difference(names):  # an earlier run's would lie beside this run's
        (place / name).unlink(missing_ok=True)
