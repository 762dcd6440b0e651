"""Masks and label maps of every wrong kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from .bad_pixels import with_values
from .case import ANSWERED, REFUSED, Case
from .engine import apply, evaluate, register

Make = Callable[[sitk.Image], sitk.Image]
NAN, INF = float("nan"), float("inf")


def _array(image: sitk.Image) -> np.ndarray:
    return sitk.GetArrayFromImage(image)


def _with(value: float, kind: type) -> Make:
    """One voxel, inside the box, is something else."""

    def make(image: sitk.Image) -> sitk.Image:
        values = _array(image).astype(kind)
        values[tuple(n // 2 for n in values.shape)] = value
        return with_values(image, values)

    return make


def _only(*index: int) -> Make:
    """One voxel counts."""

    def make(image: sitk.Image) -> sitk.Image:
        values = np.zeros_like(_array(image))
        values[index] = 1
        return with_values(image, values)

    return make


def _placed(**header) -> Make:
    def make(image: sitk.Image) -> sitk.Image:
        for name, value in header.items():
            getattr(image, f"Set{name}")(value)
        return image

    return make


def _colour(image: sitk.Image) -> sitk.Image:
    image = sitk.Cast(image, sitk.sitkUInt8)
    return sitk.Compose(image, image, image)


WRONG: dict[str, tuple[Make, str, str]] = {  # how it is made, what is promised of it as a mask and as a label map
    "empty": (lambda image: image * 0, REFUSED, ANSWERED),
    "all": (lambda image: image * 0 + 1, ANSWERED, ANSWERED),
    "flat": (lambda image: image[:, :, 10], REFUSED, REFUSED),
    "four frames": (lambda image: sitk.JoinSeries([image] * 4), REFUSED, REFUSED),
    "vectors": (lambda image: sitk.Compose(image, image), REFUSED, REFUSED),
    "colour": (_colour, REFUSED, REFUSED),
    "complex": (
        lambda image: sitk.RealAndImaginaryToComplex(*[sitk.Cast(image, sitk.sitkFloat32)] * 2),
        REFUSED,
        REFUSED,
    ),
    "a NaN": (_with(NAN, np.float32), ANSWERED, REFUSED),
    "infinite": (_with(INF, np.float32), ANSWERED, REFUSED),
    "fractions": (lambda image: sitk.Cast(image, sitk.sitkFloat32) * 0.5, ANSWERED, REFUSED),
    "negative": (lambda image: sitk.Cast(image, sitk.sitkInt16) * -3, ANSWERED, REFUSED),
    "codes of 100 000": (lambda image: sitk.Cast(image, sitk.sitkInt32) * 100_000, ANSWERED, REFUSED),
    "codes above 2^53": (lambda image: with_values(image, _array(image).astype(np.int64) << 60), ANSWERED, REFUSED),
    "codes of 1e30": (lambda image: sitk.Cast(image, sitk.sitkFloat64) * 1e30, ANSWERED, REFUSED),
    "far away": (_placed(Origin=(300.0, 0.0, 0.0)), REFUSED, ANSWERED),
    "spacing 1e-9": (_placed(Spacing=(1e-9,) * 3), ANSWERED, ANSWERED),
    "spacing 1e9": (_placed(Spacing=(1e9,) * 3), ANSWERED, ANSWERED),
    "one voxel": (_only(10, 10, 10), ANSWERED, ANSWERED),
    "one voxel in the corner": (_only(0, 0, 0), ANSWERED, ANSWERED),
    "one plane": (_only(10), ANSWERED, ANSWERED),
}
ROLES = {"fixed-mask": "mask.nrrd", "moving-mask": "mask.nrrd", "fixed-labels": "labels.nrrd"}
ROLES = {**ROLES, "moving-labels": "moving_labels.nrrd"}


def _line(role: str, file: str) -> list[str]:
    """A registration with this file in that role, and whatever belongs to it."""
    other = {"fixed-labels": ["--moving-labels", "moving_labels.nrrd"], "moving-labels": ["--fixed-labels"]}
    beside = other.get(role, [])
    return register(f"--{role}", file, *beside, *(["labels.nrrd"] if len(beside) == 1 else []))


def _image(role: str, make: Make) -> Callable[[], list[str]]:
    def line() -> list[str]:
        sitk.WriteImage(make(sitk.ReadImage(ROLES[role])), "bad.nrrd")
        return _line(role, "bad.nrrd")

    return line


def _file(role: str, name: str, prepare: Callable[[str], object]) -> Callable[[], list[str]]:
    def line() -> list[str]:
        prepare(name)
        return _line(role, name)

    return line


def _half(name: str) -> None:
    sitk.WriteImage(sitk.ReadImage("labels.nrrd"), name, useCompression=False)
    os.truncate(name, os.path.getsize(name) // 2)


def _relabelled(make: Make) -> None:
    sitk.WriteImage(make(sitk.ReadImage("labels.nrrd")), "bad.nrrd")


def _compared(make: Make) -> Callable[[], list[str]]:
    def line() -> list[str]:
        _relabelled(make)
        return evaluate(labels=("labels.nrrd", "bad.nrrd"))

    return line


def _large_codes() -> list[str]:
    _relabelled(lambda image: with_values(image, (_array(image).astype(np.int64) << 60) + 1))
    return apply("--labels", image="bad.nrrd")


def _codes_kept() -> str:
    codes = [set(np.unique(_array(sitk.ReadImage(name))).tolist()) for name in ("bad.nrrd", "warped.nrrd")]
    new = codes[1] - codes[0] - {0}
    return f"The codes {sorted(new)[:2]} are new." if new else ""


def cases() -> Iterator[Case]:
    """Each as a mask and as labels of either image, then in ``evaluate`` and in ``apply --labels``."""
    for name, (make, mask, labels) in WRONG.items():
        for role in ROLES:
            yield Case("masks and labels", f"{role}: {name}", _image(role, make), mask if "mask" in role else labels)
        if labels == REFUSED:
            yield Case("masks and labels", f"evaluate: {name}", _compared(make))
    for role in ROLES:
        yield Case("masks and labels", f"{role}: missing", lambda role=role: _line(role, "nowhere.nrrd"))
        yield Case("masks and labels", f"{role}: a folder", _file(role, "bad.nrrd", os.mkdir))
        yield Case("masks and labels", f"{role}: half a file", _file(role, "bad.nrrd", _half))
        yield Case("masks and labels", f"{role}: half a NIfTI", _file(role, "bad.nii", _half))
        text = _file(role, "bad.nrrd", lambda name: Path(name).write_text("no mask\n"))
        yield Case("masks and labels", f"{role}: text", text)
    yield Case("masks and labels", "fixed-labels alone", lambda: register("--fixed-labels", "labels.nrrd"))
    yield Case("masks and labels", "apply --labels: codes above 2^53", _large_codes, ANSWERED, _codes_kept)
