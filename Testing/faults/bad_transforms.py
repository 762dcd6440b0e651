"""Transforms that lead nowhere: singular, not finite, folding, of another dimension, cut short, no transform at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from .bad_pixels import with_values
from .case import ANSWERED, REFUSED, Case
from .engine import apply, evaluate, register

NAN, INF = float("nan"), float("inf")
Make = Callable[[], str]  # makes the file, says its name


def _affine(*rows: float, translation: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Make:
    """Written as text: SimpleITK itself refuses some of them."""
    return _tfm("AffineTransform_double_3_3", (*rows, *translation), (10.0, 10.0, 10.0))


def _tfm(kind: str, parameters: tuple[float, ...], fixed: tuple[float, ...]) -> Make:
    def make() -> str:
        numbers = (" ".join(f"{x:.17g}" for x in part) for part in (parameters, fixed))
        text = "#Insight Transform File V1.0\n#Transform 0\nTransform: {}\nParameters: {}\nFixedParameters: {}\n"
        Path("bad.tfm").write_text(text.format(kind, *numbers))
        return "bad.tfm"

    return make


def _written(name: str, build: Callable[[], sitk.Transform]) -> Make:
    def make() -> str:
        sitk.WriteTransform(build(), name)
        return name

    return make


def _content(name: str, content: bytes) -> Make:
    def make() -> str:
        Path(name).write_bytes(content)
        return name

    return make


def _cut(name: str, share: float) -> Make:
    def make() -> str:
        field = sitk.ReadImage("field.nrrd", sitk.sitkVectorFloat64)
        sitk.WriteTransform(sitk.DisplacementFieldTransform(field), name)
        os.truncate(name, int(share * os.path.getsize(name)))
        return name

    return make


def _field(change: Callable[[np.ndarray], np.ndarray]) -> Make:
    def make() -> str:
        field = sitk.ReadImage("field.nrrd")
        changed = sitk.GetImageFromArray(change(sitk.GetArrayFromImage(field)), isVector=True)
        changed.CopyInformation(field)
        sitk.WriteImage(changed, "bad.nrrd")
        return "bad.nrrd"

    return make


def _one(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(values: np.ndarray) -> np.ndarray:
        values[10, 10, 10, 1] = value
        return values

    return change


def _folding(values: np.ndarray) -> np.ndarray:
    return values + 6.0 * np.sin(np.arange(values.shape[2]))[None, None, :, None] * np.array([1.0, 0, 0])


def spline(size: float, knots: int = 6, seed: int = 0) -> sitk.Transform:
    """Coefficients of up to ``size`` mm; knots that are close together make it fold."""
    transform = sitk.BSplineTransformInitializer(sitk.ReadImage("fixed.nrrd"), [knots] * 3)
    count = len(transform.GetParameters())
    transform.SetParameters((size * np.random.default_rng(seed).uniform(-1.0, 1.0, count)).tolist())
    return transform


def _scalar() -> str:
    return "moving.nrrd"


def _two_components() -> str:
    image = sitk.ReadImage("moving.nrrd")
    sitk.WriteImage(sitk.Compose(image, image), "bad.nrrd")
    return "bad.nrrd"


def _complex() -> str:
    image = sitk.ReadImage("moving.nrrd")
    sitk.WriteImage(sitk.RealAndImaginaryToComplex(image, image), "bad.nrrd")
    return "bad.nrrd"


def _made(prepare: Callable[[str], object]) -> Make:
    def make() -> str:
        prepare("bad.tfm")
        return "bad.tfm"

    return make


UNIT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
HEAD = b"#Insight Transform File V1.0\n#Transform 0\n"
WRONG: dict[str, tuple[Make, str, str]] = {  # how it is made, what is promised as a start and of apply
    "squeezes flat": (_affine(1, 0, 0, 0, 1, 0, 0, 0, 0), REFUSED, ANSWERED),
    "a matrix of zeros": (_affine(*[0.0] * 9), REFUSED, ANSWERED),
    "two equal rows": (_affine(1, 2, 3, 1, 2, 3, 0, 0, 1), REFUSED, ANSWERED),
    "a matrix with a NaN": (_affine(NAN, *UNIT[1:]), REFUSED, REFUSED),
    "a matrix with an infinity": (_affine(INF, *UNIT[1:]), REFUSED, REFUSED),
    "a shift of NaN": (_affine(*UNIT, translation=(NAN, 0.0, 0.0)), REFUSED, REFUSED),
    "a shift of infinity": (_affine(*UNIT, translation=(INF, 0.0, 0.0)), REFUSED, REFUSED),
    "a shift of 1e9 mm": (_affine(*UNIT, translation=(1e9, 0.0, 0.0)), REFUSED, ANSWERED),
    "a shift of 1e300 mm": (_affine(*UNIT, translation=(1e300, 0.0, 0.0)), REFUSED, ANSWERED),
    "a scale of 1e-3": (_affine(*(1e-3 * x for x in UNIT)), ANSWERED, ANSWERED),
    "a scale of 1e-30": (_affine(*(1e-30 * x for x in UNIT)), ANSWERED, ANSWERED),
    "a scale of 1e30": (_affine(*(1e30 * x for x in UNIT)), ANSWERED, ANSWERED),
    "a mirror": (_affine(-1, *UNIT[1:]), ANSWERED, ANSWERED),
    "a 2-D transform": (lambda: "flat_shift.tfm", REFUSED, REFUSED),
    "a 2-D displacement field": (lambda: "flat_field.nrrd", REFUSED, REFUSED),
    "a composite of nothing": (_written("bad.h5", lambda: sitk.CompositeTransform(3)), ANSWERED, ANSWERED),
    "a NaN in a displacement field": (_field(_one(NAN)), REFUSED, REFUSED),
    "an infinity in a displacement field": (_field(_one(INF)), REFUSED, REFUSED),
    "a displacement of 1e300": (_field(_one(1e300)), REFUSED, ANSWERED),
    "a displacement field that folds": (_field(_folding), ANSWERED, ANSWERED),
    "a B-spline that folds": (_written("bad.h5", lambda: spline(9.0, knots=12)), ANSWERED, ANSWERED),
    "a B-spline of 1e300": (_written("bad.tfm", lambda: spline(1e300)), REFUSED, ANSWERED),
    "a B-spline of NaN": (_written("bad.h5", lambda: spline(NAN)), REFUSED, REFUSED),
    "a scalar image": (_scalar, REFUSED, REFUSED),
    "two components in 3-D": (_two_components, REFUSED, REFUSED),
    "complex pixels": (_complex, REFUSED, REFUSED),
    "text": (_content("bad.tfm", b"shift it a little to the left\n"), REFUSED, REFUSED),
    "text called h5": (_content("bad.h5", b"shift it\n"), REFUSED, REFUSED),
    "text called mat": (_content("bad.mat", b"shift it\n"), REFUSED, REFUSED),
    "text called xfm": (_content("bad.xfm", b"shift it\n"), REFUSED, REFUSED),
    "text called nii.gz": (_content("bad.nii.gz", b"shift it\n"), REFUSED, REFUSED),
    "empty": (_content("bad.tfm", b""), REFUSED, REFUSED),
    "empty, called h5": (_content("bad.h5", b""), REFUSED, REFUSED),
    "only a first line": (_content("bad.tfm", HEAD), REFUSED, REFUSED),
    "an unknown kind": (
        _content("bad.tfm", HEAD + b"Transform: BananaTransform_double_3_3\nParameters: 1\nFixedParameters: 0\n"),
        REFUSED,
        REFUSED,
    ),
    "five parameters of twelve": (
        _tfm("AffineTransform_double_3_3", (1.0, 0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0)),
        REFUSED,
        REFUSED,
    ),
    "parameters of words": (
        _content("bad.tfm", HEAD + b"Transform: AffineTransform_double_3_3\nParameters: a b c\nFixedParameters: 0\n"),
        REFUSED,
        REFUSED,
    ),
    "a quarter of an h5": (_cut("bad.h5", 0.25), REFUSED, REFUSED),
    "half an h5": (_cut("bad.h5", 0.5), REFUSED, REFUSED),
    "nine tenths of an h5": (_cut("bad.h5", 0.9), REFUSED, REFUSED),
    "half a mat": (_cut("bad.mat", 0.5), REFUSED, REFUSED),
    "half a tfm": (_cut("bad.tfm", 0.5), REFUSED, REFUSED),
    "missing": (lambda: "nowhere.tfm", REFUSED, REFUSED),
    "a folder": (_made(os.mkdir), REFUSED, REFUSED),
    "a link to nothing": (_made(lambda name: os.symlink("nowhere", name)), REFUSED, REFUSED),
    "a pipe": (_made(os.mkfifo), REFUSED, REFUSED),
}


def _finite() -> str:
    finite = np.isfinite(sitk.GetArrayFromImage(sitk.ReadImage("warped.nrrd"))).all()
    return "" if finite else "warped.nrrd holds NaN or infinite values."


def cases() -> Iterator[Case]:
    """Each as a start and in ``apply``; what every command refuses, in ``evaluate`` too."""
    for name, (make, start, applied) in WRONG.items():
        yield Case("transforms", f"start: {name}", lambda make=make: register("--initial", make()), start)
        yield Case("transforms", f"apply: {name}", lambda make=make: apply(transform=make()), applied, _finite)
        if applied == REFUSED:
            yield Case("transforms", f"evaluate: {name}", lambda make=make: evaluate("--transform", make()))
    for how in ("rigidd", "", "Affine", "none", "center,affine"):
        yield Case("transforms", f"start: the word '{how}'", lambda how=how: register("--initial", how))
    for role in ("image", "reference"):
        yield Case("transforms", f"apply: 2-D {role}", lambda role=role: apply(**{role: "flat_moving.nrrd"}))
        yield Case("transforms", f"apply: missing {role}", lambda role=role: apply(**{role: "nowhere.nrrd"}))
    yield Case("transforms", "apply: an image with a NaN", _nan_image, ANSWERED)


def _nan_image() -> list[str]:
    image = sitk.ReadImage("moving.nrrd")
    values = sitk.GetArrayFromImage(image)
    values[5, 6, 7] = NAN
    sitk.WriteImage(with_values(image, values), "bad.nrrd")
    return apply(image="bad.nrrd")
