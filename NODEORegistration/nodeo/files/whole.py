"""Whether a file of an image is whole. SimpleITK reads some that are not, and puts zeros, or anything, for the rest."""

from __future__ import annotations

import os
from pathlib import Path

from .nifti import Damaged, check_whole

_VTK_PIXELS = b"LOOKUP_TABLE default\n"  # they come after this
_JPEG_END = b"\xff\xd9"
_TAIL = 4096  # bytes: what a camera may leave behind a picture


def check_complete(path: Path) -> None:
    """Refuse what can be seen to be cut short before it is read.

    Raises:
        Damaged: it is.
        OSError: it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in (".jpg", ".jpeg"):
        _check_jpeg(path)
    elif suffix in (".mhd", ".mha"):
        _check_list(path)
    else:
        check_whole(path)


def check_size(path: Path, size: int) -> None:
    """Refuse a file of too few bytes for the ``size`` bytes of its pixels, of formats that do not notice themselves.

    Raises:
        Damaged: it is cut short.
    """
    with path.open("rb") as file:
        header = file.read(1024)
    if path.suffix.lower() == ".gipl":
        size += 256
    elif path.suffix.lower() == ".vtk" and b"\nBINARY\n" in header:
        size += header.find(_VTK_PIXELS) + len(_VTK_PIXELS) if _VTK_PIXELS in header else 0
    else:
        return
    found = path.stat().st_size
    if found < size:
        raise Damaged(f"it is cut short, {found} of {size} bytes")


def _check_jpeg(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-min(_TAIL, file.seek(0, os.SEEK_END)), os.SEEK_END)
        if _JPEG_END not in file.read():
            raise Damaged("it is cut short, its end is missing")


def _check_list(path: Path) -> None:
    """Of a MetaImage that names the files of its pixels, that it names any."""
    with path.open("rb") as file:
        header = file.read(1 << 16)
    _, found, names = header.partition(b"ElementDataFile = LIST")
    if found and not names.partition(b"\n")[2].strip():
        raise Damaged("it lists no files of pixels")
