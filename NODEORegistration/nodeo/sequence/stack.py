"""A quantity of every frame on one grid, and the file that 3D Slicer reads it from as a sequence (``.seq.nrrd``)."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..geometry.grid import Grid
from .series import time_text

_TYPES = {
    "b1": "uint8", "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32",
    "i8": "int64", "u8": "uint64", "f4": "float", "f8": "double",
}  # fmt: skip
_LEVEL = 1  # of compression: labels hardly need more, and more takes ten times as long


class Stack:
    """Images of one grid, a frame each.

    Args:
        grid: of all.
        count: of frames.
        dtype: of the values.
    """

    def __init__(self, grid: Grid, count: int, dtype: np.dtype) -> None:
        self.grid = grid
        self._values = np.zeros((*reversed(grid.size), count), dtype)

    def put(self, number: int, image: sitk.Image) -> None:
        """Keep the image of a frame; it has the stack's grid."""
        self._values[..., number] = sitk.GetArrayViewFromImage(image)

    def write(self, path: Path, times: Sequence[float], unit: str = "", compressed: bool = False) -> None:
        """Write all frames, the axis of frames first, with their times in the header."""
        values = self._values.astype(self._values.dtype.newbyteorder("<"), copy=False)
        with path.open("wb") as file:
            file.write(self._header(times, unit, "gzip" if compressed else "raw").encode("ascii", "replace"))
            if compressed:
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
                    packed.write(values.data)
            else:
                file.write(values.data)

    def _header(self, times: Sequence[float], unit: str, encoding: str) -> str:
        grid, k = self.grid, self.grid.ndim
        axes = " ".join(_vector(grid.matrix[:, axis]) for axis in range(k))
        space = "space: left-posterior-superior" if k == 3 else f"space dimension: {k}"
        nothing = ' ""' * k
        lines = [
            "NRRD0005",
            "# NODEO, a series: https://teem.sourceforge.net/nrrd/format.html",
            f"type: {_TYPES[self._values.dtype.str[1:]]}",
            f"dimension: {k + 1}",
            space,
            f"sizes: {len(times)} {' '.join(map(str, grid.size))}",
            f"space directions: none {axes}",
            f"kinds: list{' domain' * k}",
            f'labels: "time"{nothing}',
            *([f'units: "{unit}"{nothing}'] if unit else []),
            "endian: little",
            f"encoding: {encoding}",
            f"space origin: {_vector(grid.origin)}",
            "axis 0 index type:=numeric",
            f"axis 0 index values:={' '.join(map(time_text, times))}",
        ]
        return "\n".join(lines) + "\n\n"


def _vector(values: Iterable[float]) -> str:
    return f"({','.join(f'{float(value):.17g}' for value in values)})"
