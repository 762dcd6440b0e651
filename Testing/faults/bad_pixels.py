"""Images whose pixels, size or place nobody can register."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import SimpleITK as sitk

from .case import ANSWERED, REFUSED, Case
from .engine import register

Make = Callable[[sitk.Image], sitk.Image]


def with_values(image: sitk.Image, values: np.ndarray) -> sitk.Image:
    """``image`` with other values, its header kept."""
    result = sitk.GetImageFromArray(values)
    result.CopyInformation(image)
    return result


def _array(image: sitk.Image) -> np.ndarray:
    return sitk.GetArrayFromImage(image)


def _darkest_content(image: sitk.Image) -> float:
    values = _array(image)
    return float(values[values > 0].min())


def _one(value: float, kind: type = np.float32) -> Make:
    def make(image: sitk.Image) -> sitk.Image:
        values = _array(image).astype(kind)
        values[5, 6, 7] = value
        return with_values(image, values)

    return make


def _filled(value: float, kind: type = np.float32) -> Make:
    return lambda image: with_values(image, np.full(image.GetSize()[::-1], value, kind))


def _noise(*size: int) -> Make:
    def make(image: sitk.Image) -> sitk.Image:
        seed = int(np.abs(_array(image)).sum())  # of each image its own: two that are the same have nothing to compare
        return sitk.GetImageFromArray(np.random.default_rng(seed).uniform(0, 9, size[::-1]).astype(np.float32))

    return make


def _composed(count: int, pixel: int = sitk.sitkVectorFloat32) -> Make:
    def make(image: sitk.Image) -> sitk.Image:
        values = np.stack([_array(image) * 0.1] * count, -1)
        result = sitk.Cast(sitk.GetImageFromArray(values, isVector=True), pixel)
        result.CopyInformation(image)
        return result

    return make


def _placed(**header) -> Make:
    def make(image: sitk.Image) -> sitk.Image:
        for name, value in header.items():
            getattr(image, f"Set{name}")(value)
        return image

    return make


def _scaled(factor: float, offset: float = 0.0, kind: type = np.float64) -> Make:
    return lambda image: with_values(image, (_array(image).astype(np.float64) * factor + offset).astype(kind))


BAD: dict[str, Make] = {
    "one voxel is NaN": _one(np.nan),
    "one voxel is NaN, float64": _one(np.nan, np.float64),
    "one voxel is infinite": _one(np.inf),
    "one voxel is minus infinite": _one(-np.inf),
    "all voxels are NaN": _filled(np.nan),
    "constant 0": _filled(0),
    "constant 7": _filled(7, np.int16),
    "constant, the largest float32": _filled(np.finfo(np.float32).max),
    "constant, the largest int64": _filled(2**63 - 1, np.int64),
    "one voxel": _noise(1, 1, 1),
    "a row of voxels": _noise(24, 1, 1),
    "a row of voxels along z": _noise(1, 1, 20),
    "2 voxels thick": _noise(24, 22, 2),
    "3 voxels along y": _noise(24, 3, 20),
    "7 voxels along x": _noise(7, 22, 20),
    "complex pixels": lambda image: sitk.RealAndImaginaryToComplex(image, image),
    "complex pixels, float64": lambda image: sitk.Cast(
        sitk.RealAndImaginaryToComplex(image, image), sitk.sitkComplexFloat64
    ),
    "vectors of 2": _composed(2),
    "vectors of 3": _composed(3),
    "vectors of 9": _composed(9),
    "colour": _composed(3, sitk.sitkVectorUInt8),
    "colour with opacity": _composed(4, sitk.sitkVectorUInt8),
    "four frames": lambda image: sitk.JoinSeries([image] * 4),
    "a slice for a volume": lambda image: image[:, :, 10:11],
    "2-D for 3-D": lambda image: image[:, :, 10],
    "far away": _placed(Origin=(500.0, 0.0, 0.0)),
    "origin at 1e15": _placed(Origin=(1e15, 0.0, 0.0)),
    "origin at 1e300": _placed(Origin=(0.0, 1e300, 0.0)),
}
ODD: dict[str, Make] = {
    "one voxel is 1e300": _one(1e300, np.float64),
    "values of 1e300": _scaled(1e300),
    "values of 1e-300": _scaled(1e-300),
    "values of 1e-40": _scaled(1e-43, kind=np.float32),
    "values of 1e37": _scaled(1e34, kind=np.float32),
    "values near 1e9 that differ by 1": _scaled(0.01, 1e9),
    "int64": _scaled(1, kind=np.int64),
    "int64 above 2^53": _scaled(1, 2**60, np.int64),
    "int64 from end to end": lambda image: with_values(
        image, np.where(_array(image) > 400, np.int64(2**63 - 1), np.int64(-(2**63)))
    ),
    "uint64 above 2^63": lambda image: with_values(image, _array(image).astype(np.uint64) + np.uint64(2**63)),
    "two values": lambda image: with_values(image, (_array(image) > 400).astype(np.uint8)),
    "one bright voxel": lambda image: with_values(image, (_array(image) == _darkest_content(image)).astype(np.uint8)),
    "noise": _noise(24, 22, 20),
    "one frame of four": lambda image: sitk.JoinSeries([image]),
    "spacing 1e-30": _placed(Spacing=(1e-30,) * 3),
    "spacing 1e-10": _placed(Spacing=(1e-10,) * 3),
    "spacing 1e-6": _placed(Spacing=(1e-6,) * 3),
    "spacing 1e6": _placed(Spacing=(1e6,) * 3),
    "spacing 1e30": _placed(Spacing=(1e30,) * 3),
    "spacing 1e300": _placed(Spacing=(1e300,) * 3),
    "spacing 1, 1, 1000": _placed(Spacing=(1.0, 1.0, 1000.0)),
    "spacing 1, 1, 1e-6": _placed(Spacing=(1.0, 1.0, 1e-6)),
    "one plane of overlap": _placed(Origin=(23.0, 0.0, 0.0)),
    "left-handed axes": _placed(Direction=(-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0)),
    "upside down and away": _placed(Direction=(-1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0)),
}


def _alone(role: str, make: Make) -> Callable[[], list[str]]:
    def line() -> list[str]:
        sitk.WriteImage(make(sitk.ReadImage(f"{role}.nrrd")), "bad.nrrd")
        return register(**{role: "bad.nrrd"})

    return line


def _both(make: Make) -> Callable[[], list[str]]:
    def line() -> list[str]:
        for role in ("fixed", "moving"):
            sitk.WriteImage(make(sitk.ReadImage(f"{role}.nrrd")), f"bad_{role}.nrrd")
        return register(fixed="bad_fixed.nrrd", moving="bad_moving.nrrd")

    return line


def cases() -> Iterator[Case]:
    """Each bad image as the fixed and as the moving one; each odd one in both roles at once, too."""
    for promise, makes in ((REFUSED, BAD), (ANSWERED, ODD)):
        for name, make in makes.items():
            for role in ("fixed", "moving"):
                yield Case("pixels", f"{role}: {name}", _alone(role, make), promise)
            if promise == ANSWERED:
                yield Case("pixels", f"both: {name}", _both(make), promise)
