"""Many volumes on one grid as one 4-D NIfTI file, with one of them in memory at a time."""

from __future__ import annotations

import gzip
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path

import SimpleITK as sitk

_START = 352  # bytes before the pixels: the header and four that say that nothing follows it
_DIM, _PIXDIM, _OFFSET = 40, 76, 108  # where NIfTI-1 keeps them
_MOST = 32767  # volumes


def write_series(path: Path, volumes: Iterable[sitk.Image], count: int) -> None:
    """Write ``count`` scalar volumes, as float32, to a file ``.nii.gz``; slices become volumes one voxel thick.

    Args:
        volumes: all on the grid of the first.

    Raises:
        ValueError: there are more than the format can count, or not ``count``.
        OSError: the disk refuses.
    """
    if not 1 <= count <= _MOST:
        raise ValueError(f"NIfTI-1 holds 1 to {_MOST} volumes, not {count}.")
    written = 0
    with gzip.GzipFile(path, "wb", compresslevel=4, mtime=0) as file:
        for volume in volumes:
            volume = sitk.Cast(volume, sitk.sitkFloat32)
            if not written:
                file.write(_header(volume, count))
            file.write(sitk.GetArrayViewFromImage(volume).astype("<f4").tobytes())
            written += 1
    if written != count:
        raise ValueError(f"There were {written} volumes, not {count}.")


def _header(volume: sitk.Image, count: int) -> bytes:
    """What ITK writes before one volume, told to go on along a fourth axis."""
    if volume.GetDimension() == 2:
        volume = sitk.JoinSeries(volume)
    size = volume.GetSize()
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "one.nii"
        sitk.WriteImage(volume[:1, :1, :1], str(alone))  # the first voxel says where all lie
        header = bytearray(alone.read_bytes()[:_START])
    order = "<" if struct.unpack_from("<i", header)[0] == 348 else ">"
    assert order == "<", "ITK writes as the machine does, and the pixels are little-endian"
    struct.pack_into("<8h", header, _DIM, 4, *size, count, 1, 1, 1)
    struct.pack_into("<f", header, _PIXDIM + 4 * 4, 1.0)
    struct.pack_into("<f", header, _OFFSET, _START)
    return bytes(header)
