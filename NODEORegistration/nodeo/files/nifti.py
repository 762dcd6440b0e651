"""Whether a NIfTI file is whole. SimpleITK reads one that is not, and puts zeros for what it lacks."""

from __future__ import annotations

import contextlib
import math
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_LONGEST_HEADER = 540
_PARTNERS = {".hdr": ".img", ".img": ".hdr"}  # the two files of a pair


class Damaged(Exception):  # noqa: N818 it says what is the matter
    """A file is not whole; the message says how."""


def check_whole(path: Path) -> None:
    """Read a file ``.nii``, or a pair ``.hdr`` and ``.img``, compressed or not, to its end; others pass.

    Raises:
        Damaged: it is shorter than its header says, or its checksum is wrong.
        OSError: it cannot be read.
    """
    header, pixels = _files(path)
    if header is None or pixels is None:
        return
    size = _promised(_beginning(header))
    if size is None:
        return
    found = sum(map(len, _blocks(pixels))) if _compressed(pixels) else pixels.stat().st_size
    if found < size:
        raise Damaged(f"it is cut short, {found} of {size} bytes")


@contextlib.contextmanager
def alone(path: Path) -> Iterator[Path]:
    """A name under which ITK reads this file, and no other that lies beside it.

    Where ``x.nii`` and ``x.nii.gz`` lie in one folder, its NIfTI library takes the pixels of both from ``x.nii``.

    Raises:
        OSError: there is no room for another name.
    """
    plain = path.with_suffix("")
    if path.suffix.lower() != ".gz" or plain.suffix.lower() != ".nii" or not plain.exists():
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder) / path.name
        try:
            name.symlink_to(path.absolute())
        except (OSError, NotImplementedError):  # Windows asks for a right
            shutil.copyfile(path, name)
        yield name


def _files(path: Path) -> tuple[Path | None, Path | None]:
    """The files with the header and with the pixels; None for what is no NIfTI or is not there."""
    packed = ".gz" if path.suffix.lower() == ".gz" else ""
    plain = path.with_suffix("") if packed else path
    kind = plain.suffix.lower()
    if kind == ".nii":
        return path, path
    if kind not in _PARTNERS:
        return None, None
    partner = plain.with_suffix(_PARTNERS[kind])
    names = [partner.with_name(partner.name + end) for end in (packed, "", ".gz")]
    other = next((name for name in names if name.is_file()), None)
    return (path, other) if kind == ".hdr" else (other, path)


def _promised(header: bytes) -> int | None:
    """Bytes that a file with this header has at least; None if it is no header."""
    for order in "<>":
        if len(header) < 348:
            return None
        (length,) = struct.unpack_from(f"{order}i", header)
        if length == 348:  # NIfTI-1 and Analyze
            shape = struct.unpack_from(f"{order}8h", header, 40)
            (bits,) = struct.unpack_from(f"{order}h", header, 72)
            (start,) = struct.unpack_from(f"{order}f", header, 108)
        elif length == 540 and len(header) >= 540:
            shape = struct.unpack_from(f"{order}8q", header, 16)
            (bits,) = struct.unpack_from(f"{order}h", header, 14)
            (start,) = struct.unpack_from(f"{order}q", header, 168)
        else:
            continue
        if not (1 <= shape[0] <= 7 and math.isfinite(start)):
            return None
        count = math.prod(max(n, 1) for n in shape[1 : shape[0] + 1])
        return int(start) + count * bits // 8
    return None


def _beginning(path: Path) -> bytes:
    if _compressed(path):
        return next(_blocks(path), b"")[:_LONGEST_HEADER]
    with path.open("rb") as file:
        return file.read(_LONGEST_HEADER)


def _compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def _blocks(path: Path) -> Iterator[bytes]:
    """The content of a gzip file, its checksums verified; what follows the last stream does not count."""
    with path.open("rb") as file:
        rest = b""
        while True:
            stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            while not stream.eof:
                packed = rest or file.read(_BLOCK)
                rest = b""
                if not packed:
                    raise Damaged("its compressed data end too soon")
                try:
                    yield from _unpacked(stream, packed)
                except zlib.error as error:
                    raise Damaged("its compressed data are damaged") from error
            rest = stream.unused_data + file.read(2)
            if not rest.startswith(_GZIP):
                return


def _unpacked(stream: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while packed:
        yield stream.decompress(packed, _BLOCK)
        packed = stream.unconsumed_tail
