"""The template's own labels: at each voxel the one that most subjects have there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..cohort.pair import Pair
from ..files.hushed import hushed
from ..files.reading import read_image
from ..files.writing import appearing_file

_AT_ONCE = 16  # codes whose votes are in memory at a time, two bytes a voxel each

Maps = Callable[[], Iterable[np.ndarray]]  # reads every label map again, all of one shape


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
    with appearing_file(path) as partial, hushed():
        sitk.WriteImage(image, str(partial), useCompression=True)


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
