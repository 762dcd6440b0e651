"""What a pair's folder holds beside what ``nodeo register`` writes, and what its files are called."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import SimpleITK as sitk

from ..engine.inputs import without_time
from ..engine.result import FILES, Result
from ..files.hushed import hushed
from ..files.reading import read_image
from .names import RECORD, THUMBNAIL
from .pair import Pair
from .record import record, stamped
from .thumbnail import draw_thumbnail


def read_images(pair: Pair, roles: Sequence[str]) -> dict[str, sitk.Image]:
    """The images of a pair that have these roles, as far as there are such.

    Raises:
        InputError: one cannot be read.
    """
    return {
        role: without_time(read_image(pair.files[role], role.replace("_", " "))) for role in roles if role in pair.files
    }


class Companions:
    """Writes a pair's record and thumbnail, and gives its files their names; the inputs are stamped when it is made.

    Attributes:
        files: all that a pair may leave in its folder.
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._inputs = stamped(pair.files)
        self.files = [pair.name_of(file) for file in (*FILES, RECORD, THUMBNAIL)]

    def write(self, folder: Path, result: Result, images: Mapping[str, sitk.Image]) -> None:
        """Complete a ``folder`` that holds a registration's files.

        Args:
            images: by role, as they were registered.
        """
        draw_thumbnail(folder / THUMBNAIL, result, images["fixed"], images["moving"])
        text = json.dumps(record(self._pair, self._inputs, result.metrics), indent=1)
        (folder / RECORD).write_text(text + "\n", encoding="utf-8")
        for path in sorted(folder.iterdir()):
            _rename(path, path.with_name(self._pair.name_of(path.name)))


def _rename(path: Path, new: Path) -> None:
    """Give a file its new name, in the new name's format."""
    if path.suffix == ".nrrd" and new.name.endswith(".nii.gz"):
        with hushed():
            sitk.WriteImage(sitk.ReadImage(str(path)), str(new), useCompression=True)
        path.unlink()
    elif new != path:
        path.rename(new)
