"""The similarity that images ask for: the same from either side, in any unit, whatever the scale of the grey levels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Settings, register
from nodeo.engine import devices
from nodeo.engine.inputs import check_image, without_time
from nodeo.engine.preparation import prepare
from nodeo.errors import InputError
from nodeo.field.initial_transform import InitialTransform
from nodeo.start.alignment import initial_transform
from nodeo.start.contrast import agreement, chosen
from phantoms import Phantom, bumps, drawn, grid, middle

FLAT, SOLID = (96, 80), (48, 44, 40)
sizes = pytest.mark.parametrize("size", [FLAT, SOLID])
DIFFERENT = {2: "mi", 3: "mind"}  # where a function of the grey levels is seen, by the number of dimensions
QUICK = Settings(start="none", levels=(2, 1), iterations=(8, 5), threads=1)


def bias(values: np.ndarray) -> np.ndarray:
    """From half as bright to half as bright again, from one end of the image to the other."""
    return values * np.linspace(0.5, 1.5, values.shape[-1])


def noisy(values: np.ndarray) -> np.ndarray:
    return np.abs(values + np.random.default_rng(0).normal(0.0, 0.05, values.shape))


def hump(values: np.ndarray) -> np.ndarray:
    """Dark where it was dark or bright."""
    return np.exp(-(((values - 0.3) / 0.15) ** 2))


def swapped(values: np.ndarray) -> np.ndarray:
    """Inside, bright for dark; around it, as dark as before: T1 and T2."""
    return np.where(values > 0.05, 1.05 - values, values)


SAME: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda v: v,
    "another scale": lambda v: 7.0 * v - 3.0,
    "inverted": lambda v: 1.0 - v,
    "darker": lambda v: v**2,
    "brighter": np.sqrt,
    "exponential": lambda v: np.exp(2.0 * v),
    "bias": bias,
    "noise": noisy,
}
OTHER: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "quadratic": lambda v: (v - 0.3) ** 2,
    "hump": hump,
    "hump and bias": lambda v: bias(hump(v)),
    "hump and noise": lambda v: noisy(hump(v)),
    "bright for dark": swapped,
}


def pair(size: tuple[int, ...]) -> tuple[sitk.Image, sitk.Image]:
    """A textured ball and the same through a warp of some voxels."""
    on = grid(size)
    ball, warp = Phantom(middle(on), 0.42 * min(size), grain=0.12), bumps(middle(on), 2.0, 6.0)
    return drawn(lambda x: ball(warp(x)), on), drawn(ball, on)


def changed(image: sitk.Image, change: Callable[[np.ndarray], np.ndarray]) -> sitk.Image:
    """``image`` with other grey levels, told for 0..1."""
    values = sitk.GetArrayFromImage(image).astype(np.float64)
    other = sitk.GetImageFromArray(change(values / values.max()).astype(np.float32))
    other.CopyInformation(image)
    return other


def choice(
    fixed: sitk.Image,
    moving: sitk.Image,
    asked: str = "auto",
    how: str = "identity",
    fixed_mask: sitk.Image | None = None,
    moving_mask: sitk.Image | None = None,
) -> str:
    """The name that is chosen, in one thread, after a start that is searched for with ``how``."""
    images = [check_image(without_time(image), "image") for image in (fixed, moving)]
    scans = prepare(*images, fixed_mask, moving_mask, Settings())
    with devices.threads(1):
        start = initial_transform(*scans, how, lambda: None).transform
        return chosen(asked, *scans, InitialTransform(start, scans[0].grid)).name


@sizes
@pytest.mark.parametrize("change", SAME)
def test_one_line_through_the_grey_levels_is_local_correlation(size: tuple[int, ...], change: str) -> None:
    fixed, moving = pair(size)
    other = changed(moving, SAME[change])
    assert (choice(fixed, other), choice(other, fixed)) == ("lncc", "lncc")


@sizes
@pytest.mark.parametrize("change", OTHER)
def test_a_curve_through_the_grey_levels_is_mutual_information_in_a_plane_and_descriptors_in_a_volume(
    size: tuple[int, ...], change: str
) -> None:
    fixed, moving = pair(size)
    other = changed(moving, OTHER[change])
    assert (choice(fixed, other), choice(other, fixed)) == (DIFFERENT[len(size)],) * 2


@sizes
def test_of_different_kinds_one_is_chosen_that_needs_no_line(size: tuple[int, ...]) -> None:
    """In a plane, mutual information where a function is seen at all, even a line; else the descriptors."""
    fixed, moving = pair(size)
    expected = DIFFERENT[len(size)]
    assert (choice(fixed, moving, "different"), choice(moving, fixed, "different")) == (expected, expected)
    random = np.random.default_rng(0)
    one, other = (changed(image, lambda v: random.random(v.shape)) for image in (fixed, moving))
    assert (choice(one, other, "different"), choice(other, one, "different")) == ("mind", "mind")


def test_noise_and_noise_have_nothing_in_common() -> None:
    random = torch.Generator().manual_seed(0)
    one, other = (torch.rand(SOLID, generator=random) for _ in range(2))
    straight, any_function = agreement(one, other, torch.ones(SOLID))
    assert straight < 0.05 and any_function < 0.05, "a function that is learnt elsewhere gains nothing by chance"


def test_an_image_that_shows_nothing_agrees_with_none() -> None:
    image = torch.rand(FLAT, generator=torch.Generator().manual_seed(0))
    plain, everywhere = torch.full(FLAT, 0.5), torch.ones(FLAT)
    for pair in ((image, plain), (plain, image)):
        assert agreement(*pair, everywhere) == pytest.approx((0.0, 0.0), abs=1e-3)
    assert agreement(image, image, torch.zeros(FLAT)) == (0.0, 0.0)


@sizes
def test_a_similarity_that_was_asked_for_is_not_decided(size: tuple[int, ...]) -> None:
    fixed, moving = pair(size)
    assert choice(fixed, changed(moving, hump), "lncc") == "lncc"


@sizes
def test_no_number_depends_on_the_unit_of_length_or_the_order_of_the_axes(size: tuple[int, ...]) -> None:
    fixed, moving = pair(size)
    moving = changed(moving, hump)

    def reason(change: Callable[[sitk.Image], sitk.Image]) -> str:
        scans = prepare(*(change(image) for image in (fixed, moving)), None, None, Settings())
        start = sitk.Transform(len(size), sitk.sitkIdentity)
        return chosen("auto", *scans, InitialTransform(start, scans[0].grid)).reason

    def metres(image: sitk.Image) -> sitk.Image:
        image = sitk.Image(image)
        image.SetSpacing([0.001 * h for h in image.GetSpacing()])
        image.SetOrigin([0.001 * x for x in image.GetOrigin()])
        return image

    assert reason(lambda image: image) == reason(metres)
    order = list(reversed(range(len(size))))
    assert reason(lambda image: image) == reason(lambda image: sitk.PermuteAxes(image, order))
    assert reason(lambda image: image) == reason(lambda image: sitk.Flip(image, [True] * len(size)))


def test_what_a_mask_leaves_out_does_not_count() -> None:
    fixed, moving = pair(SOLID)
    values = sitk.GetArrayFromImage(moving)
    half = values.shape[0] // 2
    values[half:] = values.max() * hump(values[half:] / values.max())  # one half of another kind
    mixed = sitk.GetImageFromArray(values)
    mixed.CopyInformation(moving)
    mask = sitk.GetImageFromArray((np.arange(values.shape[0]) < half)[:, None, None] * np.ones(values.shape, np.uint8))
    mask.CopyInformation(moving)
    assert choice(fixed, mixed) == "mind"
    assert choice(fixed, mixed, fixed_mask=mask) == choice(fixed, mixed, moving_mask=mask) == "lncc"


@pytest.mark.exact
def test_a_registration_names_what_was_chosen_and_keeps_what_was_asked() -> None:
    fixed, moving = pair(FLAT)
    found = register(fixed, changed(moving, hump), QUICK.replace(similarity="auto"))
    assert found.settings.similarity == "auto"
    assert found.metrics["similarity"]["name"] == found.metrics["similarity"]["channels"]["image"]["name"] == "mi"
    assert found.metrics["similarity"]["chosen"].startswith("The grey levels go together by a function: agreement ")
    asked = register(fixed, changed(moving, hump), QUICK.replace(similarity="mi"))
    assert "chosen" not in asked.metrics["similarity"]
    assert np.array_equal(sitk.GetArrayFromImage(found.warped), sitk.GetArrayFromImage(asked.warped))


def test_the_published_arithmetic_has_its_own_similarity() -> None:
    """Nothing is decided there, not even of images of two kinds."""
    settings = Settings.preset("paper").replace(published_arithmetic=True, iterations=1, threads=1)
    assert settings.similarity == "auto"
    fixed, moving = pair((132, 132))
    found = register(fixed, changed(moving, hump), settings).metrics["similarity"]
    assert found["name"] == "lncc" and "chosen" not in found
    with pytest.raises(InputError, match="similarity is different with published_arithmetic on"):
        settings.replace(similarity="different")


# --- real pairs -------------------------------------------------------------------------------------------------------

ALIGNED = {
    "oasis_pair": ("fixed", "moving"),
    "oasis_paper_grid": ("fixed", "moving"),
    "malf_1000_1001": ("fixed", "moving"),
    "cardiac_p1": ("fixed", "moving"),
    "hippocampus 1 3": ("001", "003"),
    "hippocampus 1 4": ("001", "004"),
    "hippocampus 3 4": ("003", "004"),
    "slices2d OASIS": ("oasis_fixed", "oasis_moving"),
    "slices2d TRT": ("trt_1", "trt_2"),
}
HARD = {  # the stains of the histology are told apart from one side only: lncc loses a fifteenth of the error there
    "liver_mr4d_s18": "lncc",
    "liver_mr4d_s23": "lncc",
    "lung_ct_breath": "lncc",
    "abdomen_ct_knownwarp": "lncc",
    "abdomen_mr_ct_intersubject": "mind",
    "brain_flair_vs_t1atlas": "mind",
    "brain_t1_pet_knownwarp": "mind",
    "prostate_mr_trus_a": "lncc",
    "mouse_brain_mr": "lncc",
    "spine_t2_atlas": "lncc",
    "histology_kidney_he_panck": "lncc mi",
}


def opened(folder: Path, *names: str) -> list[sitk.Image]:
    files = [folder / f"{name}.nii.gz" for name in names]
    if not all(file.is_file() for file in files):
        pytest.skip(f"{folder.name} is not here")
    return [sitk.ReadImage(str(file), sitk.sitkFloat32) for file in files]


@pytest.mark.parametrize("name", ALIGNED)
def test_aligned_scans_of_one_kind_are_compared_by_local_correlation(shared: Path, name: str) -> None:
    one, other = opened(shared / name.split()[0], *ALIGNED[name])
    assert (choice(one, other), choice(other, one)) == ("lncc", "lncc")


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_a_pair_of_another_kind_gets_what_does_best_on_it(shared: Path, name: str) -> None:
    one, other = opened(shared / "hard" / name, "fixed", "moving")
    for chosen_one in (choice(one, other, how="affine"), choice(other, one, how="affine")):
        assert chosen_one in HARD[name].split()


def test_two_brains_as_they_came_are_of_one_kind(shared: Path) -> None:
    one, other = opened(shared / "malf_native", "1000", "1001")
    assert (choice(one, other, how="affine"), choice(other, one, how="affine")) == ("lncc", "lncc")
