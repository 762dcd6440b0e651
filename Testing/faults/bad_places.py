"""Places that nothing can, or should, be written to."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import SimpleITK as sitk

from .bad_files import may_make_devices
from .case import ANSWERED, REFUSED, Case
from .engine import apply, evaluate, register

Prepare = Callable[[], str]  # makes the place, says its name


def _made(name: str, prepare: Callable[[str], object]) -> Prepare:
    def make() -> str:
        prepare(name)
        return name

    return make


def _full(name: str) -> None:
    os.mkdir(name)
    Path(name, "thesis.txt").write_text("precious")


def _loop(name: str) -> None:
    os.symlink("other", name)
    os.symlink(name, "other")


def _device(minor: int) -> Callable[[str], None]:
    return lambda name: os.mknod(name, 0o666 | stat.S_IFCHR, os.makedev(1, minor))


def _places() -> Iterator[tuple[str, Prepare, str]]:
    """What neither a file nor a folder can be written to."""
    yield "in a file", lambda: "fixed.nrrd/deep/out", REFUSED
    yield "a link to nothing", _made("there", lambda name: os.symlink("no/where/at/all", name)), REFUSED
    yield "links in a circle", _made("there", _loop), REFUSED
    yield "a pipe", _made("there", os.mkfifo), REFUSED
    yield "a name of 300 bytes", lambda: "n" * 300, REFUSED
    yield "a name of 250 bytes", lambda: "n" * 250, ANSWERED
    yield "a path of 5000 bytes", lambda: "n/" * 2500 + "out", REFUSED
    yield "nothing", lambda: "", REFUSED
    yield "in /proc", lambda: "/proc/nodeo", REFUSED
    yield "a name that is not UTF-8", lambda: os.fsdecode(b"out-\xff"), ANSWERED
    yield "a name with a line break", lambda: "out\nput", ANSWERED
    yield "a name with a zero byte", lambda: "out\0put", REFUSED
    if may_make_devices():
        for device, minor in (("null", 3), ("full", 7)):
            yield f"the device {device}", _made("there", _device(minor)), REFUSED


def _folder_places() -> Iterator[tuple[str, Prepare, str]]:
    yield "a file", _made("there", lambda name: Path(name).write_text("precious")), REFUSED
    yield "the fixed image", lambda: "fixed.nrrd", REFUSED
    yield "a folder that is not empty", _made("there", _full), REFUSED


def _file_places() -> Iterator[tuple[str, Prepare, str]]:
    yield "a folder", _made("there", os.mkdir), REFUSED
    yield "a folder, named so", lambda: "there/", REFUSED
    yield "the folder it is in", lambda: ".", REFUSED


def _image_places() -> Iterator[tuple[str, str, str]]:
    yield "no suffix", "warped", REFUSED
    yield "an unknown suffix", "warped.banana", REFUSED
    yield "a suffix for tables", "warped.csv", REFUSED
    yield "the image itself", "moving.nrrd", REFUSED
    yield "the reference", "fixed.nrrd", REFUSED
    yield "the transform", "shift.tfm", REFUSED
    for name in ("warped.nhdr", "warped.mhd", "warped.img", "warped.hdr", "warped.nii", "warped.nii.gz", "warped.mha"):
        yield f"called {name}", name, ANSWERED
    for name in ("warped.png", "warped.jpg", "warped.vtk", "warped.tif", "warped.nia", "a/b/warped.nrrd"):
        yield f"called {name}", name, ANSWERED


def _read_back(name: str) -> Callable[[], str]:
    def check() -> str:
        try:
            size = sitk.ReadImage(name).GetSize()
        except RuntimeError:
            return f"{name} cannot be read."
        return "" if size == sitk.ReadImage("fixed.nrrd").GetSize() else f"{name} has size {size}."

    return check


def _input_inside(*more: str) -> Callable[[], list[str]]:
    """The moving image, under the name of a result, lies in the folder that the results go to."""

    def make() -> list[str]:
        os.mkdir("there")
        os.rename("moving.nrrd", "there/warped.nrrd")
        return register("--overwrite", *more, moving="there/warped.nrrd", output="there")

    return make


def cases() -> Iterator[Case]:
    """Of ``register``, ``apply`` and ``evaluate``."""
    for name, place, promise in (*_places(), *_folder_places()):
        yield Case("places", f"register: {name}", lambda place=place: register(output=place()), promise)
        over = promise if name != "a folder that is not empty" else ANSWERED
        line = lambda place=place: register("--overwrite", output=place())  # noqa: E731
        yield Case("places", f"register --overwrite: {name}", line, over)
    for name, place, promise in (*_places(), *_file_places()):
        promised = promise if "bytes" not in name and "name" not in name else ANSWERED
        yield Case("places", f"evaluate --output: {name}", lambda p=place: evaluate("--output", p()), promised)
        yield Case("places", f"evaluate --plot: {name}", lambda p=place: evaluate("--plot", p()), promised)
        yield Case("places", f"apply: {name}", lambda p=place: apply(output=p()))
    for name, file, promise in _image_places():
        check = _read_back(file) if promise == ANSWERED else None
        yield Case("places", f"apply: {name}", lambda file=file: apply(output=file), promise, check)
    for name, file in (("a label map", "labels.nrrd"), ("the other label map", "moving_labels.nrrd")):
        yield Case("places", f"evaluate --output: {name}", lambda file=file: evaluate("--output", file))
    yield Case("places", "register --overwrite: the moving image is in it", _input_inside(), ANSWERED)
    yield Case("places", "register --overwrite: the folder of the images", _everything_here, ANSWERED)
    yield Case("places", "register: a link to a folder", _linked, ANSWERED)


def _everything_here() -> list[str]:
    return register("--overwrite", output=".")


def _linked() -> list[str]:
    os.mkdir("real")
    os.symlink("real", "there")
    return register(output="there")
