"""The template's own labels: at each voxel the one that most subjects have there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..cohort.pair import Pair
from ..engine.inputs import without_time
from ..errors import InputError
from ..evaluation.labels import check_codes
from ..files.reading import read_image, size_of
from ..files.table import Mistakes
from ..files.writing import write_image

_AT_ONCE = 16  # codes whose votes are in memory at a time, two bytes a voxel each

Maps = Callable[[], Iterable[np.ndarray]]  # reads every label map again, all of one shape


def check_maps(pairs: Sequence[Pair]) -> None:
    """Refuse label maps that could not be carried along at the end, before the work begins.

    Raises:
        InputError: there are such; all of them are told.
    """
    mistakes = Mistakes("The list of label maps")
    for pair in pairs:
        try:
            if "moving_labels" in pair.files:
                _check_map(pair)
        except InputError as error:
            mistakes.add(pair.name, f"{error.message} {error.hint}".strip())
    mistakes.check()


def _check_map(pair: Pair) -> None:
    labels = without_time(read_image(pair.files["moving_labels"], "moving labels"))
    if (k := _dimension(pair.files["moving"])) not in (labels.GetDimension(), None):
        raise InputError(
            f"The moving labels are {labels.GetDimension()}-D and the image {k}-D.", "Name the labels of this image."
        )
    check_codes(labels, "moving")


def _dimension(path: str) -> int | None:
    """Of the image in a file, without time; None if it cannot be read: its registration says why."""
    try:
        return min(len(size_of(path)), 3)
    except RuntimeError:
        return None


def write_voted(pairs: Sequence[Pair], path: Path) -> None:
    """Write the vote of the subjects' warped labels, if there are any."""
    files = [pair.folder / pair.name_of("warped_labels.nrrd") for pair in pairs if "moving_labels" in pair.files]
    if not files:
        return

    def read() -> Iterator[np.ndarray]:
        for file in files:
            yield sitk.GetArrayFromImage(read_image(file, "warped labels"))

    image = sitk.GetImageFromArray(voted(read))
    image.CopyInformation(read_image(files[0], "warped labels"))
    write_image(image, path)


def voted(maps: Maps) -> np.ndarray:
    """The most frequent code at each voxel of label maps; of a draw the smallest."""
    known, kind = _codes(maps)
    best = most = None
    for first in range(0, len(known), _AT_ONCE):
        votes = _votes(maps, known[first : first + _AT_ONCE])
        for code, count in votes.items():
            if best is None or most is None:
                best, most = np.full(count.shape, code, kind), count
            more = count > most
            best[more], most[more] = code, count[more]
    assert best is not None
    return best


def _codes(maps: Maps) -> tuple[list[int], np.dtype]:
    """All codes, ascending, and a type of pixels for them."""
    known: set[int] = set()
    kind = np.dtype(np.uint8)
    for codes in maps():
        known |= {int(code) for code in np.unique(codes)}
        kind = np.promote_types(kind, codes.dtype if codes.dtype.kind in "ui" else np.dtype(np.int32))
    return sorted(known), kind


def _votes(maps: Maps, known: Sequence[int]) -> dict[int, np.ndarray]:
    """How many maps have each of these codes, voxel by voxel."""
    votes: dict[int, np.ndarray] = {}
    for codes in maps():
        for code in known:
            counted = votes.setdefault(code, np.zeros(codes.shape, np.uint16))
            counted += codes == code
    return votes
