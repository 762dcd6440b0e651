"""The template's own labels: at each voxel the one that most subjects have there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..cohort.pair import Pair
from ..files.hushed import hushed
from ..files.reading import read_image
from ..files.writing import appearing_file


def write_voted(pairs: Sequence[Pair], path: Path) -> None:
    """Write the vote of the subjects' warped labels, if there are any."""
    files = [pair.folder / pair.name_of("warped_labels.nrrd") for pair in pairs if "moving_labels" in pair.files]
    if not files:
        return
    read = (read_image(file, "warped labels") for file in files)
    image = sitk.GetImageFromArray(voted(sitk.GetArrayFromImage(labels) for labels in read))
    image.CopyInformation(read_image(files[0], "warped labels"))
    with appearing_file(path) as partial, hushed():
        sitk.WriteImage(image, str(partial), useCompression=True)


def voted(maps: Iterable[np.ndarray]) -> np.ndarray:
    """The most frequent code at each voxel of label maps of one shape; of a draw the smallest."""
    votes: dict[int, np.ndarray] = {}
    kind = np.dtype(np.uint8)
    for codes in maps:
        kind = np.promote_types(kind, codes.dtype) if codes.dtype.kind in "ui" else kind
        for code in np.unique(codes):
            counted = votes.setdefault(int(code), np.zeros(codes.shape, np.uint16))
            counted += codes == code
    best = np.zeros(next(iter(votes.values())).shape, np.int64)
    most = np.zeros(best.shape, np.uint16)
    for code in sorted(votes):
        more = votes[code] > most
        best[more], most[more] = code, votes[code][more]
    return best.astype(kind)
