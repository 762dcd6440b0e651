"""Image files that are none, or no longer: cut short, of another kind, in odd places, under odd names."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import SimpleITK as sitk

from .case import ANSWERED, REFUSED, Case
from .engine import register

# name of the file that is read -> is it 2-D, compressed, and in which file the pixels are
FORMATS: dict[str, tuple[bool, bool, str]] = {
    "cut.nrrd": (False, True, "cut.nrrd"),
    "raw.nrrd": (False, False, "raw.nrrd"),
    "cut.nhdr": (False, False, "cut.raw"),
    "cut.nii": (False, False, "cut.nii"),
    "cut.nii.gz": (False, True, "cut.nii.gz"),
    "cut.hdr": (False, False, "cut.img"),
    "cut.mha": (False, False, "cut.mha"),
    "zip.mha": (False, True, "zip.mha"),
    "cut.mhd": (False, False, "cut.raw"),
    "cut.vtk": (False, False, "cut.vtk"),
    "cut.png": (True, False, "cut.png"),
    "cut.tif": (True, False, "cut.tif"),
    "cut.bmp": (True, False, "cut.bmp"),
    "cut.jpg": (True, False, "cut.jpg"),
}
CUTS: dict[str, Callable[[int], int]] = {
    "empty": lambda n: 0,
    "a tenth": lambda n: n // 10,
    "half": lambda n: n // 2,
    "all but 99 bytes": lambda n: n - 99,
}
NOT_IMAGES: dict[str, bytes] = {
    "text": b"not an image\n",
    "JSON": b'{"dim": [1, 2, 3]}',
    "a web page": b"<!DOCTYPE html><html><body>404</body></html>",
    "zeros": bytes(4096),
    "a gzip of text": gzip.compress(b"not an image\n"),
    "a broken gzip": gzip.compress(os.urandom(4000))[:-700],
    "a zip's beginning": b"PK\x03\x04" + bytes(100),
    "a PNG's beginning": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "an NRRD's beginning": b"NRRD0004\ntype: float\ndimension: 3\n",
    "an HDF5's beginning": b"\x89HDF\r\n\x1a\n" + bytes(100),
}
SUFFIXES = (".nrrd", ".nii", ".nii.gz", ".mha", ".png", ".h5", ".dcm", ".tif", "")


def _cut(name: str, cut: Callable[[int], int]) -> Callable[[], list[str]]:
    flat, compressed, pixels = FORMATS[name]

    def make() -> list[str]:
        image = sitk.ReadImage("flat_moving.nrrd" if flat else "moving.nrrd")
        image = sitk.Cast(sitk.RescaleIntensity(image, 0, 255), sitk.sitkUInt8) if flat else image
        sitk.WriteImage(image, name, useCompression=compressed)
        with open(pixels, "r+b") as file:
            file.truncate(cut(os.path.getsize(pixels)))
        return register(fixed="flat_fixed.nrrd", moving=name) if flat else register(moving=name)

    return make


def _flipped(name: str) -> Callable[[], list[str]]:
    def make() -> list[str]:
        sitk.WriteImage(sitk.ReadImage("moving.nrrd"), name, useCompression=True)
        content = bytearray(Path(name).read_bytes())
        content[len(content) // 2] ^= 0xFF
        Path(name).write_bytes(content)
        return register(moving=name)

    return make


def _content(name: str, content: bytes) -> Callable[[], list[str]]:
    def make() -> list[str]:
        Path(name).write_bytes(content)
        return register(moving=name)

    return make


def _named(name: str | bytes, role: str = "moving") -> Callable[[], list[str]]:
    """A good image under an odd name."""

    def make() -> list[str]:
        path = os.fsdecode(name)
        os.link(f"{role}.nrrd", path)
        return register(**{role: path})

    return make


def _missing(name: str | bytes) -> Callable[[], list[str]]:
    return lambda: register(moving=os.fsdecode(name))


def _special(name: str, prepare: Callable[[str], object]) -> Callable[[], list[str]]:
    def make() -> list[str]:
        prepare(name)
        return register(moving=name)

    return make


def _device(minor: int) -> Callable[[str], None]:
    return lambda name: os.mknod(name, 0o666 | stat.S_IFCHR, os.makedev(1, minor))


def _socket(name: str) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as ear:
        ear.bind(name)


def _loop(name: str) -> None:
    os.symlink(name, "other")
    os.symlink("other", name)


def may_make_devices() -> bool:
    """Whether this user may."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _places() -> Iterator[tuple[str, Callable[[], list[str]], str]]:
    yield "a folder", _special("bad.nrrd", os.mkdir), REFUSED
    yield "a link to nothing", _special("bad.nrrd", lambda name: os.symlink("nowhere", name)), REFUSED
    yield "links in a circle", _special("bad.nrrd", _loop), REFUSED
    yield "a link to itself", _special("bad.nrrd", lambda name: os.symlink(name, name)), REFUSED
    yield "a pipe", _special("bad.nrrd", os.mkfifo), REFUSED
    yield "a socket", _special("bad.nrrd", _socket), REFUSED
    if may_make_devices():
        for device, minor in (("null", 3), ("zero", 5), ("full", 7), ("random", 9)):
            yield f"the device {device}", _special("bad.nrrd", _device(minor)), REFUSED
            yield f"the device {device}, as NIfTI", _special("bad.nii", _device(minor)), REFUSED
    yield "in a file", lambda: register(moving="fixed.nrrd/moving.nrrd"), REFUSED
    yield "a link to a good image", _special("bad.nrrd", lambda name: os.symlink("moving.nrrd", name)), ANSWERED


def _names() -> Iterator[tuple[str, Callable[[], list[str]], str]]:
    yield "not UTF-8", _named(b"bild-\xff\xfe.nrrd"), ANSWERED
    yield "not UTF-8, fixed", _named(b"\xe9t\xe9.nrrd", "fixed"), ANSWERED
    yield "not UTF-8, missing", _missing(b"bild-\xff.nrrd"), REFUSED
    yield "in Greek and with a picture", _named("εικόνα-🧠.nrrd"), ANSWERED
    yield "with a line break", _named("bad\nname.nrrd"), ANSWERED
    yield "with a line break, missing", _missing("bad\nname.nrrd"), REFUSED
    yield "with an escape, missing", _missing("bad\x1b[31m.nrrd"), REFUSED
    yield "of 255 bytes", _named("n" * 250 + ".nrrd"), ANSWERED
    yield "of 300 bytes", _missing("n" * 300 + ".nrrd"), REFUSED
    yield "a path of 5000 bytes", _missing("n/" * 2500 + "x.nrrd"), REFUSED
    yield "empty", _missing(""), REFUSED
    yield "a blank", _missing(" "), REFUSED
    yield "a dot", _missing("."), REFUSED
    yield "a dash", _missing("-"), REFUSED
    yield "a zero byte", _missing("bad\0.nrrd"), REFUSED
    yield "an address", _missing("https://example.org/moving.nrrd"), REFUSED
    yield "a home", _missing("~/nowhere.nrrd"), REFUSED


def cases() -> Iterator[Case]:
    """All of them; the moving image is the bad one."""
    for name in FORMATS:
        for how, cut in CUTS.items():
            yield Case("files", f"{name}: {how}", _cut(name, cut))
    for name in ("flipped.nrrd", "flipped.nii.gz", "flipped.mha"):
        yield Case("files", f"{name}: one byte is another", _flipped(name))
    for number, (kind, content) in enumerate(NOT_IMAGES.items()):
        for suffix in SUFFIXES[number % 3 :: 3]:
            yield Case("files", f"{kind} called bad{suffix}", _content(f"bad{suffix}", content))
    for name, make, promise in _places():
        yield Case("files", f"in place of a file: {name}", make, promise)
    for name, make, promise in _names():
        yield Case("files", f"a name: {name}", make, promise)
