"""Results to the disk: all of them, under their final names, or nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import SimpleITK as sitk

from ..errors import InputError
from . import hidden
from .destination import check_free, check_plain
from .hushed import hushed
from .swap import like, take_place


@contextmanager
def appearing(folder: Path, known: Sequence[str], *, overwrite: bool = True) -> Iterator[Path]:
    """A fresh folder to write into, which becomes ``folder`` only when the block ends well, and then at once.

    An earlier run's files in ``folder``, those named in ``known``, are replaced or removed; anything else in it stays.

    Raises:
        InputError: the disk is full, or refuses for another reason; or, without ``overwrite``, the folder has filled
            since it was checked.
    """
    folder = folder.resolve()
    with telling_of_the_disk(folder), parents(folder), hidden.folder_for(folder) as partial:
        yield partial
        if hidden.home(folder) != folder:
            partial.chmod(0o777 & ~_umask())
        _appear(partial, folder, known, overwrite)


@contextmanager
def gathering(folder: Path) -> Iterator[Path]:
    """A hidden folder on the disk of ``folder``, for what is written while work goes on; gone when the block ends.

    Within the block, :func:`telling_of_the_disk` says what a disk refuses.
    """
    folder = folder.resolve()
    with ExitStack() as stack:
        with telling_of_the_disk(folder):
            stack.enter_context(parents(folder))
            partial = stack.enter_context(hidden.folder_for(folder))
        yield partial


@contextmanager
def telling_of_the_disk(folder: Path) -> Iterator[None]:
    """Make a sentence of what a disk refuses while results for ``folder`` are written.

    Raises:
        InputError: it is full, or refuses for another reason.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise _disk_error(folder, error) from error


def _appear(partial: Path, folder: Path, known: Sequence[str], overwrite: bool) -> None:
    if not folder.exists() or (not overwrite and hidden.movable(folder)):
        if folder.exists():
            like(folder, partial)
        try:
            partial.rename(folder)  # in one step, and only onto nothing or an empty folder
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    try:
        check_free(folder, overwrite, but=hidden.own(folder))
    except InputError as error:
        raise InputError(
            f"While this ran, something else was written into {folder}.", error.hint, error.code
        ) from error
    take_place(partial, folder, known)


@contextmanager
def appearing_file(path: Path) -> Iterator[Path]:
    """A name to write to, of a file that moves to ``path`` only when the block ends well.

    A format that keeps its pixels in a second file may write that beside it: it moves along, before the first.

    Raises:
        InputError: a second file would replace one that belongs to something else.
    """
    path = path.parent.resolve() / path.name
    with parents(path), hidden.folder_for(path) as folder:
        yield folder / path.name
        others = sorted(other.name for other in folder.iterdir() if other.name != path.name)
        for name in others:
            check_plain(path.with_name(name))
            if os.path.lexists(path.with_name(name)) and not os.path.lexists(path):
                raise InputError(
                    f"The output {path} needs a second file, and {path.with_name(name)} is there already.",
                    "Choose another name, or a format of one file, such as .nrrd or .nii.gz.",
                )
        for name in [*others, path.name]:
            (folder / name).chmod(0o666 & ~_umask())
            (folder / name).replace(path.with_name(name))


def write_image(image: sitk.Image, path: Path) -> None:
    """Write an image, compressed, under its name only when it is complete.

    Raises:
        OSError: the disk refuses.
    """
    with appearing_file(path) as partial, hushed():
        try:
            sitk.WriteImage(image, str(partial), useCompression=True)
        except RuntimeError as error:  # ITK does not say why
            raise OSError(errno.EIO, "writing failed", str(path)) from error


@contextmanager
def parents(place: Path) -> Iterator[None]:
    """The folders above ``place``; those that had to be made go again if the block fails and leaves them empty."""
    made = [parent for parent in place.parents if not parent.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        raise


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
        "output",
    )
