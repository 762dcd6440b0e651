"""Results to the disk: all of them, under their final names, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError


def check_output(folder: Path, overwrite: bool) -> None:
    """Refuse an output folder that cannot be used, before any work is done.

    Raises:
        InputError: it is a file, not empty (without ``overwrite``), or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"The output {folder} is a file.", "Name a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise InputError(f"The output folder {folder} is not empty.", "Name another, or add --overwrite.")
    _check_writable(folder, folder)


@contextmanager
def appearing(folder: Path, known: Sequence[str]) -> Iterator[Path]:
    """A fresh folder to write into, whose files move to ``folder`` only when the block ends well.

    An earlier run's files in ``folder``, those named in ``known``, are replaced or removed; anything else in it stays.

    Raises:
        InputError: the disk is full, or refuses for another reason.
    """
    folder = folder.absolute()
    made = [parent for parent in folder.parents if not parent.exists()]
    partial: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        yield partial
        partial.chmod(0o777 & ~_umask())
        if folder.is_dir():
            new = sorted(file.name for file in partial.iterdir())
            for name in new:
                os.replace(partial / name, folder / name)
            for name in set(known).difference(new):  # an earlier run's would lie beside this run's
                (folder / name).unlink(missing_ok=True)
        else:
            os.replace(partial, folder)
        made = []
    except (OSError, RuntimeError) as error:
        raise _disk_error(folder, error) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


@contextmanager
def appearing_file(path: Path) -> Iterator[Path]:
    """A name to write to, of a file that moves to ``path`` only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = "".join(path.suffixes[-2:]) if path.name.endswith(".gz") else path.suffix
    handle, name = tempfile.mkstemp(suffix=suffix, prefix=f".{path.stem}.", dir=path.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o666 & ~_umask())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def check_file(path: Path) -> None:
    """Refuse an output file that cannot be written, before any work is done.

    Raises:
        InputError: it is a folder, or its folder cannot be written.
    """
    if path.is_dir():
        raise InputError(f"The output {path} is a folder.", "Name a file.")
    _check_writable(path.parent, path)


def _check_writable(folder: Path, output: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"The output {output} cannot be written.", "Choose a folder of your own.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _disk_error(folder: Path, error: BaseException) -> InputError:
    free = shutil.disk_usage(next(p for p in [folder, *folder.parents] if p.exists())).free / 1e6
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "writing failed"
    return InputError(
        f"The results could not be written to {folder}: {reason} ({free:.0f} MB are free there).",
        "Free some space or choose another folder; nothing was left behind.",
    )
