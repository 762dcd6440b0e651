"""Pairs of one kind and of two, and what can be made of them: cuts, warps, other grey levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo import Settings
from nodeo.engine import devices, inputs, preparation
from nodeo.files.reading import read_image
from nodeo.start.alignment import initial_transform
from pairs import NAMED, SHARED
from scipy.ndimage import gaussian_filter, map_coordinates

SAME, OTHER, EITHER = "same", "other", "either"  # the kinds of scan: one, two, or two that look like one
Levels = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # of grey levels in 0..1

_OWN = ("fixed.nii.gz", "moving.nii.gz")
# name -> (folder, files, how the pair starts, the kind); the folder lies in shared/data
_FILES = {
    "slices2d r16 r64": ("slices2d", ("r16slice.jpg", "r64slice.jpg"), "affine", SAME),
    "liver_mr4d_s18": ("hard/liver_mr4d_s18", _OWN, "identity", SAME),
    "liver_mr4d_s23": ("hard/liver_mr4d_s23", _OWN, "identity", SAME),
    "lung_ct_breath": ("hard/lung_ct_breath", _OWN, "affine", SAME),
    "abdomen_ct_knownwarp": ("hard/abdomen_ct_knownwarp", _OWN, "affine", SAME),
    "mouse_brain_mr": ("hard/mouse_brain_mr", _OWN, "affine", SAME),
    "spine_t2_atlas": ("hard/spine_t2_atlas", _OWN, "affine", SAME),
    "prostate_mr_trus_a": ("hard/prostate_mr_trus_a", _OWN, "affine", EITHER),
    "abdomen_mr_ct_intersubject": ("hard/abdomen_mr_ct_intersubject", _OWN, "affine", OTHER),
    "brain_flair_vs_t1atlas": ("hard/brain_flair_vs_t1atlas", _OWN, "affine", OTHER),
    "brain_t1_pet_knownwarp": ("hard/brain_t1_pet_knownwarp", _OWN, "affine", OTHER),
    "histology_kidney_he_panck": ("hard/histology_kidney_he_panck", _OWN, "affine", EITHER),
}
_OF_ONE_KIND = (
    "oasis_pair", "malf_1000_1001", "oasis_paper_grid", "cardiac_p1", "hippocampus_001_003", "hippocampus_001_004",
    "hippocampus_003_004", "slices2d_oasis_fixed_moving", "slices2d_trt_1_trt_2", "sample", "malf_native",
)  # fmt: skip
_SERIES = SHARED / "sequences" / "liver_mr4d_s23" / "series.nii.gz"
_FOREGROUND = 0.05  # of the range of grey levels
_CUTS = (0.35, 0.5, 0.65)  # of an axis
_MANY = 1_000_000  # voxels; what is made of a larger pair is made at half its resolution


@dataclass(frozen=True)
class Case:
    """Two images to decide on.

    Attributes:
        pair: where it comes from.
        change: what was made of it; empty: nothing.
        fixed, moving: the images.
        start: fixed world -> moving world.
        kind: what they are in truth.
    """

    pair: str
    change: str
    fixed: sitk.Image
    moving: sitk.Image
    start: sitk.Transform
    kind: str

    def reversed(self) -> Case:
        """The other way round."""
        return replace(self, fixed=self.moving, moving=self.fixed, start=self.start.GetInverse())


# --- the pairs --------------------------------------------------------------------------------------------------------


def pairs() -> Iterator[Case]:
    """Every pair that is here, as it is, where its start puts it."""
    for name in _OF_ONE_KIND:
        pair = NAMED[name]
        if pair.present:
            yield _begun(name, (pair.fixed, pair.moving), pair.initial, SAME)
    for name, (folder, files, how, kind) in _FILES.items():
        paths = tuple(SHARED / folder / file for file in files)
        if all(path.is_file() for path in paths):
            yield _begun(name, paths, how, kind)
    if _SERIES.is_file():
        frames = sitk.ReadImage(str(_SERIES), sitk.sitkFloat32)
        at_rest = sitk.Transform(3, sitk.sitkIdentity)
        for number in range(1, frames.GetSize()[3]):
            yield Case(f"liver series 0 {number}", "", frames[:, :, :, 0], frames[:, :, :, number], at_rest, SAME)


def _begun(name: str, paths: tuple[Path, ...], how: str, kind: str) -> Case:
    """A pair of files, and the start that is found for it."""
    fixed, moving = (_grey(inputs.without_time(read_image(path, "image"))) for path in paths)
    scans = preparation.prepare(fixed, moving, None, None, Settings())
    with devices.threads(1):
        start = initial_transform(*scans, how, lambda: None).transform
    return Case(name, "", fixed, moving, start, kind)


def _grey(image: sitk.Image) -> sitk.Image:
    """The image as float32, of colours the first."""
    if image.GetNumberOfComponentsPerPixel() > 1:
        image = sitk.VectorIndexSelectionCast(image, 0)
    return inputs.check_image(sitk.Cast(image, sitk.sitkFloat32), "image")


# --- what is made of them ---------------------------------------------------------------------------------------------


def held_out(case: Case) -> Iterator[Case]:
    """What can be made of a pair without a change of its kind, and of a pair of one kind with it."""
    if case.kind == EITHER:
        return
    fixed = _scaled(sitk.GetArrayFromImage(case.fixed))
    background = float(sitk.GetArrayViewFromImage(case.moving).min())
    on_fixed = sitk.Resample(case.moving, case.fixed, case.start, sitk.sitkLinear, background)
    moving = _scaled(sitk.GetArrayFromImage(on_fixed))
    spacing = [h for h, n in zip(case.fixed.GetSpacing(), case.fixed.GetSize(), strict=True) if n > 1][::-1]
    fixed, moving = fixed.squeeze(), moving.squeeze()

    def made(change: str, one: np.ndarray, other: np.ndarray, kind: str = "", steps: Sequence[float] = ()) -> Case:
        images = (_image(values, steps or spacing) for values in (one, other))
        return Case(case.pair, change, *images, sitk.Transform(one.ndim, sitk.sitkIdentity), kind or case.kind)

    for axis in range(fixed.ndim) if fixed.ndim == 3 else ():
        for share in _CUTS:
            one, other = (np.take(values, int(share * values.shape[axis]), axis) for values in (fixed, moving))
            if _shows(one, other):
                yield made("slice", one, other, steps=spacing[:axis] + spacing[axis + 1 :])
    if fixed.size > _MANY:
        spacing = [h * f for h, f in zip(spacing, _factors(fixed), strict=True)]
        fixed, moving = _halved(fixed), _halved(moving)
    for axis, n in enumerate(fixed.shape):
        for part in (slice(None, n // 2), slice(n // 2, None)):
            where = (slice(None),) * axis + (part,)
            if _shows(fixed[where], moving[where]):
                yield made("half", fixed[where], moving[where], steps=spacing)
    wide = [h * f for h, f in zip(spacing, _factors(fixed), strict=True)]
    yield made("half the resolution", _halved(fixed), _halved(moving), steps=wide)
    random = np.random.default_rng(0)
    yield made("warped", fixed, _warped(moving, random))
    for name, change in LIKE.items():
        yield made(name, fixed, change(moving, random))
    for name, change in UNLIKE.items() if case.kind == SAME else ():
        yield made(name, fixed, change(moving, random), kind=OTHER)


def _image(values: np.ndarray, steps: Sequence[float]) -> sitk.Image:
    image = sitk.GetImageFromArray(values.astype(np.float32))
    image.SetSpacing(list(steps[::-1]))
    return image


def _scaled(values: np.ndarray) -> np.ndarray:
    low, high = np.percentile(values, (0.1, 99.9))
    return np.clip((values - low) / max(high - low, 1e-9), 0.0, 1.0)


def _shows(*images: np.ndarray) -> bool:
    """Whether there is anything in all of them, and room for it."""
    return all(min(values.shape) >= 16 and (values > _FOREGROUND).mean() > 0.05 for values in images)


def _factors(values: np.ndarray) -> list[int]:
    """What each axis can be shrunk by."""
    return [2 if n >= 32 else 1 for n in values.shape]


def _halved(values: np.ndarray) -> np.ndarray:
    image = sitk.GetImageFromArray(values.astype(np.float32))
    return sitk.GetArrayFromImage(sitk.BinShrink(image, _factors(values)[::-1]))


def _smooth(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """A field of largest absolute value 1 that changes over a quarter of the image."""
    field = gaussian_filter(random.standard_normal(shape), [n / 8 for n in shape], mode="nearest")
    return field / np.abs(field).max()


def _warped(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Moved by up to a twentieth of the shortest side along each axis."""
    at = np.indices(values.shape, dtype=np.float64)
    at += 0.05 * min(values.shape) * np.stack([_smooth(values.shape, random) for _ in at])
    return map_coordinates(values, at, order=1, mode="nearest")


def _foreground(values: np.ndarray, *quantiles: float) -> np.ndarray:
    """Quantiles of what is not background."""
    return np.quantile(values[values > _FOREGROUND], quantiles)


def _noisy(values: np.ndarray, random: np.random.Generator, size: float) -> np.ndarray:
    """With the noise of a magnitude image."""
    parts = values + random.normal(0.0, size, values.shape), random.normal(0.0, size, values.shape)
    return np.hypot(*parts)


def _biased(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return values * (1.0 + 0.6 * _smooth(values.shape, random))


def _windowed(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Clipped, as by a narrow window: a tenth of the content is black and a fifth white."""
    return np.clip(values, *_foreground(values, 0.1, 0.8))


def _all_of_it(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return _noisy(_biased(values**1.5, random), random, 0.05)


def _inverted_inside(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.where(values > _FOREGROUND, 1.0 + _FOREGROUND - values, values)


def _hump(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Bright in the middle of the content's grey levels, dark at both ends."""
    low, middle, high = _foreground(values, 0.25, 0.5, 0.75)
    return np.exp(-(((values - middle) / max(high - low, 0.05)) ** 2))


def _valley(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.abs(values - _foreground(values, 0.5)[0])


def _shuffled(order: tuple[float, ...]) -> Levels:
    """Five grey levels of the content take each other's places, and the background stays."""

    def change(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
        knots = [0.0, *_foreground(values, 0.1, 0.3, 0.5, 0.7, 0.9)]
        return np.interp(values, knots, [0.0, *order])

    return change


LIKE: dict[str, Levels] = {
    "gamma 0.5": lambda values, random: values**0.5,
    "gamma 2": lambda values, random: values**2,
    "bias field": _biased,
    "noise 5 %": lambda values, random: _noisy(values, random, 0.05),
    "noise 10 %": lambda values, random: _noisy(values, random, 0.1),
    "blurred": lambda values, random: gaussian_filter(values, 2.0),
    "narrow window": _windowed,
    "gamma, bias and noise": _all_of_it,
    "inverted": lambda values, random: 1.0 - values,
}
UNLIKE: dict[str, Levels] = {
    "inverted inside": _inverted_inside,
    "hump": _hump,
    "valley": _valley,
    "levels 2 5 1 4 3": _shuffled((0.4, 1.0, 0.2, 0.8, 0.6)),
    "levels 4 2 5 1 3": _shuffled((0.8, 0.4, 1.0, 0.2, 0.6)),
    "inverted inside, bias and noise": lambda values, random: _all_of_it(_inverted_inside(values, random), random),
}
