"""A series from the disk: one file with an axis of time, or a file a frame."""

from __future__ import annotations

import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import SimpleITK as sitk

from ..engine.inputs import without_time
from ..errors import InputError
from ..files.reading import read_image
from .series import Series, checked_times, time_text

_DATA_FILE = re.compile(rb"(?mi)^(data ?file: *)(\S[^\r\n]*?)(?=\r?$)")  # of a header apart
_TIME = ("list", "time")  # kinds of an axis of a NRRD that frames lie along
_NIFTI_UNITS = {8: "s", 16: "ms", 24: "us"}  # codes of units of time


def read_series(paths: str | Path | Sequence[str | Path]) -> Series:
    """The series in one file (4-D, or a NRRD with an axis of kind ``list`` or ``time``), or in a file a frame.

    Files of a frame each are read when they are asked for, so that not all of them have to be in memory.

    Args:
        paths: of the one file, or of each frame's in the order of time.

    Raises:
        InputError: a file cannot be read, or there is one frame only.
    """
    files = tuple(map(Path, [paths] if isinstance(paths, str | Path) else paths))
    if not files:
        raise InputError("No file was named.", "Name a file with an axis of time, or a file for each frame.")
    if len(files) > 1:
        return Series(_from_files(files), tuple(float(n) for n in range(len(files))), name=files[0].name)
    path = files[0]
    image = _with_listed_time(path)
    axis, unit, times = _time_axis(image)
    if axis is None:
        raise InputError(
            f"The series {path} is one image of {image.GetDimension()} dimensions, not several.",
            "Name a file with an axis of time, such as a 4-D NIfTI or a .seq.nrrd, or a file for each frame.",
        )
    if len(times) < 2:
        raise InputError(f"The series {path} has one frame only.", "At least two are needed.")
    return Series(_from_one(image, axis), checked_times(times, len(times)), unit, path.name)


def _from_files(paths: tuple[Path, ...]) -> Callable[[int], sitk.Image]:
    @lru_cache(maxsize=1)
    def take(number: int) -> sitk.Image:
        return without_time(read_image(paths[number], f"frame {number}"))

    return take


def _from_one(image: sitk.Image, axis: int) -> Callable[[int], sitk.Image]:
    """Frames along an axis of an image; -1: its pixels hold a value for each."""
    if axis < 0:
        return lambda number: sitk.VectorIndexSelectionCast(image, number)
    return lambda number: _cut(image, axis, number)


def _cut(image: sitk.Image, axis: int, number: int) -> sitk.Image:
    """One frame along the last axis."""
    size, index = list(image.GetSize()), [0] * image.GetDimension()
    size[axis], index[axis] = 0, number
    collapse = sitk.ExtractImageFilter.DIRECTIONCOLLAPSETOSUBMATRIX
    return sitk.Extract(image, size, index, directionCollapseToStrategy=collapse)


def _time_axis(image: sitk.Image) -> tuple[int | None, str, tuple[float, ...]]:
    """Which axis the frames lie along (-1: the values of a pixel; None: there is none), the times and their unit."""
    dimension, count = image.GetDimension(), image.GetNumberOfComponentsPerPixel()
    if count > 1:
        listed = _said(image, "NRRD_kinds[pixel]") in _TIME and dimension < 4
        return (-1, *_nrrd_times(image, count)) if listed else (None, "", ())
    last = dimension - 1
    if dimension == 4 or (dimension == 3 and _said(image, f"NRRD_kinds[{last}]") in _TIME):
        return last, *_spaced_times(image, last)
    return None, "", ()


def _nrrd_times(image: sitk.Image, count: int) -> tuple[str, tuple[float, ...]]:
    """The times that a header of Slicer's lists, whatever number its axis of time has."""
    for axis in range(4):
        words = _said(image, f"axis {axis} index values").split()
        try:
            times = [float(word) for word in words]
        except ValueError:  # they are words, such as the names of phases
            continue
        rising = all(map(math.isfinite, times)) and all(a < b for a, b in pairwise(times))
        if len(times) == count and rising:
            return _said(image, "NRRD_units[pixel]"), tuple(times)
    return "", tuple(float(n) for n in range(count))


def _spaced_times(image: sitk.Image, axis: int) -> tuple[str, tuple[float, ...]]:
    """Times as far apart as the points of an axis, if its header says that they are times."""
    count, step, first, unit = image.GetSize()[axis], image.GetSpacing()[axis], 0.0, ""
    if image.HasMetaDataKey("xyzt_units"):  # a NIfTI, whose step ITK has turned into seconds
        step = float(_said(image, f"pixdim[{axis + 1}]") or step)
        code = int(float(_said(image, "xyzt_units") or 0)) & 0x38
        unit = _NIFTI_UNITS.get(code, "")
        first = float(_said(image, "toffset") or 0)
        step, first = (float(f"{number:.7g}") for number in (step, first))  # it keeps no more digits
    if not (math.isfinite(step) and step > 0 and math.isfinite(first)):
        return "", tuple(float(n) for n in range(count))
    return unit, tuple(float(time_text(first + step * n)) for n in range(count))


def _said(image: sitk.Image, key: str) -> str:
    return image.GetMetaData(key).strip() if image.HasMetaDataKey(key) else ""


def _with_listed_time(path: Path) -> sitk.Image:
    """The image in a file; of a NRRD whose axis of time ITK takes for one of space, as if it were called a list."""
    try:
        return read_image(path, "series", with_time=True)
    except InputError as error:
        header = _nrrd_header(path)
        patched = _listed(header, path.parent.absolute())
        if patched == header:
            raise
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            with path.open("rb") as source, copy.open("wb") as target:
                source.seek(len(header))
                target.write(patched)
                shutil.copyfileobj(source, target)
            try:
                return read_image(copy, "series", with_time=True)
            except InputError:
                raise error from None  # of the file that a person knows


def _nrrd_header(path: Path) -> bytes:
    """The text at the head of a NRRD, to the empty line where its data begin; nothing of any other file."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return b""
    if not head.startswith(b"NRRD"):
        return b""
    end = re.search(rb"\r?\n\r?\n", head)
    return head[: end.end()] if end else head if _DATA_FILE.search(head) else b""


def _listed(header: bytes, folder: Path) -> bytes:
    """The header with its axis of time called a list, and the one file of its data, if there is one, where it lies."""

    def placed(found: re.Match[bytes]) -> bytes:
        return found[1] + os.fsencode(folder / os.fsdecode(found[2]))

    kinds = re.sub(rb"(?m)^kinds:.*$", lambda found: found[0].replace(b"time", b"list"), header)
    return header if kinds == header else _DATA_FILE.sub(placed, kinds)
