"""Transforms to the disk, as ITK and all that is built on it read them.

SimpleITK writes the millions of numbers of a displacement field in double precision and as they are. Where h5py is
installed, the file is packed: in single precision what loses nothing by it, as a result's fields do not, bytes of like
weight side by side, deflated.
"""

from __future__ import annotations

import importlib.util
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from .hushed import hushed

if TYPE_CHECKING:
    import h5py

_PACKED = (".h5", ".hdf5")
_MANY = 10_000  # parameters, as of a field: fewer are left alone
_CHUNK = 1 << 18  # numbers, deflated together
_THREADS = 4
_LEVEL = 1  # of deflation: more takes several times as long for a few percent


def write_transform(transform: sitk.Transform, path: Path) -> None:
    """Write ``transform`` in the format that the name of ``path`` asks for.

    Raises:
        OSError, RuntimeError: the disk refuses, or there is no such format.
    """
    with hushed():
        sitk.WriteTransform(transform, str(path))
    if path.suffix.lower() in _PACKED and importlib.util.find_spec("h5py") is not None:
        _pack(path)


def _pack(path: Path) -> None:
    """Write the file at ``path`` anew, its fields in less space."""
    import h5py

    packed = path.with_name(f"{path.name}.packed")
    with h5py.File(path, "r") as whole, h5py.File(packed, "w") as less:
        whole.visititems(lambda name, item: _copy(name, item, less) if isinstance(item, h5py.Dataset) else None)
    packed.replace(path)


def _copy(name: str, item: h5py.Dataset, less: h5py.File) -> None:
    if item.dtype.kind != "f" or item.size < _MANY:
        less.create_dataset(name, data=item[()], dtype=item.dtype)  # a copy would have the time of writing in it
        return
    values = item[()]
    single = values.astype("<f4")
    values = single if np.array_equal(single, values) else values
    field = less.create_dataset(
        name, values.shape, values.dtype, chunks=(min(_CHUNK, len(values)),), shuffle=True, compression=_LEVEL
    )
    width = field.chunks[0]
    firsts = range(0, len(values), width)
    with ThreadPoolExecutor(_THREADS) as pool:  # HDF5 itself would deflate in one
        packed = pool.map(lambda first: _deflated(values[first : first + width], width), firsts)
        for first, chunk in zip(firsts, packed, strict=True):
            field.id.write_direct_chunk((first,), chunk)


def _deflated(values: np.ndarray, width: int) -> bytes:
    """A chunk as HDF5's filters leave it: filled up, the first bytes of all numbers before the second, deflated."""
    whole = np.zeros(width, values.dtype)
    whole[: len(values)] = values
    return zlib.compress(whole.view(np.uint8).reshape(width, -1).T.tobytes(), _LEVEL)
