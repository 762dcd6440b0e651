"""Where a result is to go: refused before the work begins if it cannot, or if it would cost something precious."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from ..errors import InputError
from . import hidden
from .names import check_name, shown


def check_output(folder: Path, overwrite: bool, known: Iterable[str] = (), inputs: Iterable[Path] = ()) -> None:
    """Refuse an output folder that cannot be used, before any work is done.

    Args:
        known: the files that a result may have, which ``overwrite`` allows to be replaced.
        inputs: files that are read, and must not be.

    Raises:
        InputError: it is a file, not empty (without ``overwrite``), or cannot be written; or an input, or something
            that is no plain file, has the name of a result in it, or a file that of a folder of results.
    """
    _check_place(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"The output {folder} is a file.", "Name a folder.")
    _check_writable(folder, folder)
    hidden.clear(folder.resolve())
    check_free(folder, overwrite)
    for name in known:
        check_plain(folder / name)
        _check_folder((folder / name).parent)
    check_spared([folder / name for name in known], inputs)


def check_free(folder: Path, overwrite: bool, but: Collection[Path] = ()) -> None:
    """Refuse a folder that holds anything, ``but`` some things, without ``overwrite``.

    Raises:
        InputError: it does.
    """
    if folder.is_dir() and any(path not in but for path in folder.iterdir()) and not overwrite:
        raise InputError(f"The output folder {folder} is not empty.", "Name another, or add --overwrite.", "output")


def check_file(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse an output file that cannot be written, before any work is done.

    Raises:
        InputError: it is a folder, no plain file, or one of the ``inputs``, or its folder cannot be written.
    """
    _check_place(path)
    if path.is_dir():
        raise InputError(f"The output {path} is a folder.", "Name a file.")
    check_plain(path)
    _check_writable(path.parent, path)
    hidden.clear(path.resolve())
    check_spared([path], inputs)


def check_spared(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over what is read.

    Raises:
        InputError: one of the ``inputs`` is one of the ``outputs``.
    """
    given = list(inputs)
    for output in outputs:
        for read in given:
            if _is(output, read):
                raise InputError(f"{read} is an input, and the result would replace it.", "Choose another output.")


def _is(output: Path, read: Path) -> bool:
    try:
        return output.absolute() == read.absolute() or (not output.is_symlink() and output.samefile(read))
    except OSError:  # one of them is not there
        return False


def _check_place(path: Path) -> None:
    check_name(path.absolute(), "output")
    try:
        broken = path.is_symlink() and not path.exists()
        broken = broken or any(p.is_symlink() and not p.exists() for p in path.absolute().parents)
    except (OSError, RuntimeError):
        broken = True
    if broken:
        raise InputError(f"The output {path} is, or lies behind, a link to nowhere.", "Remove the link, or follow it.")


def check_plain(path: Path) -> None:
    """Refuse to replace a device, a pipe, a socket or a folder by a file.

    Raises:
        InputError: ``path`` is one.
    """
    try:
        kind = path.lstat().st_mode
        kind = path.stat().st_mode if stat.S_ISLNK(kind) else kind
    except OSError:  # nothing there, or a folder that may not be read, which is told elsewhere
        return
    if not stat.S_ISREG(kind):
        raise InputError(f"The output {shown(path)} is there already, and no plain file.", "Choose another name.")


def _check_folder(path: Path) -> None:
    """Refuse to replace anything else by a folder of results."""
    if os.path.lexists(path) and not path.is_dir():
        raise InputError(f"The output {shown(path)} is there already, and no folder.", "Choose another name.")


def _check_writable(folder: Path, output: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"The output {output} cannot be written.", "Choose a folder of your own.")
