"""What is reported is what a stranger measures on the transforms; and the way back folds no more than the way there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
from nodeo import InputError, Settings, register
from nodeo.engine.result import Result
from phantoms import Phantom, bumps, drawn, folds, grid, mapped, middle, world_points

ROUGH = Settings(levels=(2, 1), iterations=(40, 30), lambda_df=0.1, lambda_s=0.05, kernel_window="2vox", threads=1)
QUICK = Settings(start="none", levels=(2, 1), iterations=(15, 8), threads=1)


def pair(size: tuple[int, ...], spacing: tuple[float, ...] | None = None) -> tuple[sitk.Image, sitk.Image]:
    """A ball, and the same through a warp of some voxels."""
    on = grid(size, spacing)
    ball, warp = Phantom(middle(on), 0.35 * min(size) * min(on.GetSpacing()), grain=0.12), bumps(middle(on), 3.0, 5.0)
    return drawn(lambda x: ball(warp(x)), on), drawn(ball, on)


def strangers_folds(transform: sitk.Transform, on: sitk.Image) -> int:
    """Folded voxels of a transform on a grid, by SimpleITK and plain formulas."""
    return folds(phantoms.local_displacement(transform, on), on.GetSpacing())


def between(first: sitk.Transform, then: sitk.Transform, on: sitk.Image) -> np.ndarray:
    """How far there and back ends from random points between the voxels of the inner part of a grid, mm."""
    random, size = np.random.default_rng(7), np.array(on.GetSize())
    index = 0.2 * size + random.uniform(0.0, 0.6, (500, len(size))) * size
    starts = [on.TransformContinuousIndexToPhysicalPoint(i.tolist()) for i in index]
    ends = [then.TransformPoint(first.TransformPoint(p)) for p in starts]
    return np.linalg.norm(np.array(ends) - np.array(starts), axis=1)


def spline(on: sitk.Image, size: float) -> sitk.Transform:
    start = sitk.BSplineTransformInitializer(on, [4] * on.GetDimension())
    start.SetParameters(np.random.default_rng(1).uniform(-size, size, len(start.GetParameters())).tolist())
    return start


def mirror(on: sitk.Image) -> sitk.Transform:
    k = on.GetDimension()
    start = sitk.AffineTransform(k)
    start.SetMatrix(np.diag([-1.0] + [1.0] * (k - 1)).ravel().tolist())
    start.SetCenter(middle(on))
    return start


# --- both directions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(64, 56), (36, 34, 32)])
@pytest.mark.parametrize("start", ["as they lie", "spline"])
def test_neither_direction_folds_and_both_are_reported(size: tuple[int, ...], start: str) -> None:
    fixed, moving = pair(size)
    found = register(fixed, moving, ROUGH, initial_transform=spline(fixed, 1.5) if start == "spline" else None)
    assert np.linalg.norm(mapped(found.transform, fixed) - world_points(fixed), axis=-1).max() > 2.0
    for transform, on, name in ((found.transform, fixed, "folding"), (found.inverse, moving, "inverse_folding")):
        assert strangers_folds(transform, on) == found.metrics[name]["voxels"] == 0
        assert found.metrics[name]["smallest"] > 0


def test_a_moving_image_on_another_grid_has_no_folds_on_its_own_voxels() -> None:
    fixed, moving = pair((36, 34, 32))
    finer = grid((60, 40, 45), (0.6, 0.85, 0.7), (0.3, 0.2, 0.1))
    found = register(fixed, sitk.Resample(moving, finer), ROUGH)
    assert strangers_folds(found.inverse, finer) == found.metrics["inverse_folding"]["voxels"] == 0


@pytest.mark.parametrize("start", ["as they lie", "spline", "mirror"])
def test_the_reported_consistency_is_that_between_the_voxels(start: str) -> None:
    fixed, moving = pair((64, 56))
    if start == "mirror":
        moving = sitk.Flip(moving, (True, False))
        moving.SetDirection(fixed.GetDirection())
        moving.SetOrigin(fixed.GetOrigin())
    initial = {"spline": spline(fixed, 1.5), "mirror": mirror(fixed)}.get(start)
    found = register(fixed, moving, ROUGH, initial_transform=initial)
    ways = {
        "inverse_consistency_mm": between(found.transform, found.inverse, fixed),
        "forward_consistency_mm": between(found.inverse, found.transform, moving),
    }
    for name, errors in ways.items():
        told = found.metrics[name]
        assert 0.5 * told["mean"] < errors.mean() < 2.0 * told["mean"]  # other points of the same kind
        assert told["mean"] < 0.1 and told["p99"] < 0.5 and told["p99"] <= told["max"]


def test_a_mirror_is_not_a_fold_and_its_det_j_runs_from_small_to_large() -> None:
    fixed, moving = pair((64, 56))
    found = register(fixed, moving, QUICK, initial_transform=mirror(fixed))
    folding = found.metrics["folding"]
    assert folding["voxels"] == 0 and 0 < folding["smallest"] < folding["largest"]
    assert found.metrics["inverse_folding"]["voxels"] == 0
    assert sitk.GetArrayFromImage(found.jacobian).max() < 0, "the map itself turns left to right"


@pytest.mark.parametrize("size", [(64, 56), (36, 34, 32)])
def test_a_start_that_folds_is_refused(size: tuple[int, ...]) -> None:
    fixed, moving = pair(size)
    with pytest.raises(InputError, match=r"The initial transform folds at \d+ voxels of the fixed image"):
        register(fixed, moving, QUICK, initial_transform=spline(fixed, 25.0))


def test_a_start_that_ends_with_its_image_is_carried_on() -> None:
    """A field that pushes at the very edge: as SimpleITK reads it, it would tear there."""
    fixed, moving = pair((64, 56))
    points = world_points(fixed)
    field = sitk.GetImageFromArray(np.full(points.shape, 3.0), isVector=True)
    field.CopyInformation(fixed)
    found = register(fixed, moving, QUICK, initial_transform=sitk.DisplacementFieldTransform(field))
    wider = grid((84, 76), origin=(-10.0, -10.0))
    assert strangers_folds(found.transform, wider) == 0 == strangers_folds(found.inverse, wider)


# --- units ------------------------------------------------------------------------------------------------------------


def in_unit(image: sitk.Image, factor: float) -> sitk.Image:
    image = sitk.Image(image)
    image.SetSpacing([factor * h for h in image.GetSpacing()])
    image.SetOrigin([factor * x for x in image.GetOrigin()])
    return image


def apart(one: Result, other: Result, factor: float, on: sitk.Image) -> float:
    """Largest distance of two maps, the second told in ``factor`` times the unit."""
    scaled = mapped(other.transform, in_unit(on, factor)) / factor
    return float(np.linalg.norm(mapped(one.transform, on) - scaled, axis=-1).max())


@pytest.mark.exact
@pytest.mark.parametrize("factor", [1e-3, 0.1, 25.4, 1e3])
@pytest.mark.parametrize("initial", ["identity", "affine", "spline"])
def test_nothing_depends_on_the_unit_of_length(factor: float, initial: str) -> None:
    fixed, moving = pair((64, 56), (1.0, 1.25))
    settings = QUICK.replace(initial="affine" if initial == "affine" else "identity")
    starts: list[sitk.Transform | None] = [None, None]
    if initial == "spline":
        starts = [spline(fixed, 1.0), spline(in_unit(fixed, factor), factor)]
    plain = register(fixed, moving, settings, initial_transform=starts[0])
    scaled = register(in_unit(fixed, factor), in_unit(moving, factor), settings, initial_transform=starts[1])
    assert apart(plain, scaled, factor, fixed) < 1e-3  # of a voxel of 1
    told, again = (result.metrics["inverse_consistency_mm"]["mean"] for result in (plain, scaled))
    assert again == pytest.approx(factor * told, rel=0.05)
    jacobians = [sitk.GetArrayFromImage(result.jacobian) for result in (plain, scaled)]
    np.testing.assert_allclose(*jacobians, rtol=1e-3, atol=1e-3)


def test_a_width_in_mm_and_a_weight_on_mm_follow_the_voxel() -> None:
    """Told in mm, K and λ_v mean the same whatever the voxel: scaled along with it they change nothing."""
    fixed, moving = pair((64, 56))
    plain = register(fixed, moving, QUICK.replace(kernel_window="4mm", lambda_v=0.02))
    larger = QUICK.replace(kernel_window="12mm", lambda_v=0.02 / 9)
    scaled = register(in_unit(fixed, 3.0), in_unit(moving, 3.0), larger)
    assert apart(plain, scaled, 3.0, fixed) < 1e-3


# --- nothing is called success ----------------------------------------------------------------------------------------


def spot(on: sitk.Image, size: int) -> sitk.Image:
    mask = np.zeros(on.GetSize()[::-1], np.uint8)
    mask[tuple(slice(n // 2, n // 2 + size) for n in mask.shape)] = 1
    image = sitk.GetImageFromArray(mask)
    image.CopyInformation(on)
    return image


@pytest.mark.parametrize("role", ["fixed_mask", "moving_mask"])
def test_a_mask_of_next_to_nothing_is_refused(role: str) -> None:
    fixed, moving = pair((64, 56))
    with pytest.raises(
        InputError, match="too little to compare: what the images and masks have in common is only 1 voxel wide"
    ):
        register(fixed, moving, QUICK, **{role: spot(fixed, 1)})
    register(fixed, moving, QUICK, **{role: spot(fixed, 12)})


def test_an_overlap_of_one_plane_is_refused() -> None:
    fixed, moving = pair((36, 34, 32))
    moving.SetOrigin((35.0, 0.0, 0.0))
    with pytest.raises(InputError, match="only 1 voxel wide"):
        register(fixed, moving, QUICK)


def test_a_run_that_moves_nothing_says_so() -> None:
    fixed, moving = pair((64, 56))
    found = register(fixed, moving, QUICK.replace(lambda_df=1e6))
    assert any("Nothing was moved" in note for note in found.metrics["fallbacks"])
    same = register(fixed, fixed, QUICK)
    assert same.metrics["fallbacks"] == []


@pytest.mark.data
def test_real_pairs_fold_in_neither_direction(shared: Path) -> None:
    images = [sitk.ReadImage(str(shared / "hippocampus" / f"{name}.nii.gz")) for name in ("001", "003")]
    for preset in ("fast", "balanced", "accurate"):
        found = register(*images, Settings.preset(preset))
        assert strangers_folds(found.transform, images[0]) == strangers_folds(found.inverse, images[1]) == 0
        for way in ("inverse_consistency_mm", "forward_consistency_mm"):
            assert found.metrics[way]["mean"] < 0.05 and found.metrics[way]["p99"] < 0.3, (preset, way)


@pytest.mark.data
def test_an_inverse_gets_the_nodes_it_needs(shared: Path) -> None:
    """A slice is bent so sharply that a node at every voxel is not enough."""
    images = [sitk.ReadImage(str(shared / "slices2d" / f"oasis_{name}.nii.gz")) for name in ("fixed", "moving")]
    for preset in ("fast", "balanced", "accurate"):
        found = register(*images, Settings.preset(preset))
        assert strangers_folds(found.transform, images[0]) == strangers_folds(found.inverse, images[1]) == 0
        assert found.metrics["inverse_consistency_mm"]["p99"] < 0.3
