"""What a person knows beside the images: points measure, guide and start a registration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Guidance, InputError, PointPairs, Result, Settings, register
from nodeo.evaluation.points import target_error
from nodeo.field.initial_transform import InitialTransform
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from nodeo.similarity.landmarks import Landmarks
from phantoms import OBLIQUE, Phantom, as_slice, bumps, drawn, grid, middle

SETTINGS = Settings(levels=(2, 1), iterations=(30, 20), threads=1, device="cpu", start="none")
ON = grid((72, 64))
CENTRE = np.asarray(middle(ON))
WARP = bumps(middle(ON), 6.0, 9.0)
BALL = Phantom(middle(ON), 24.0, blobs=0)  # without texture: the images say where its edge is, and nothing more


def images() -> tuple[sitk.Image, sitk.Image]:
    return drawn(lambda x: BALL(WARP(x)), ON), drawn(BALL, ON)


def inside(number: int, seed: int = 0) -> np.ndarray:
    """Random points of the ball."""
    cloud = np.random.default_rng(seed).uniform(-18.0, 18.0, (4 * number, 2))
    return CENTRE + cloud[np.linalg.norm(cloud, axis=1) < 18.0][:number]


def pairs(number: int, seed: int = 0) -> PointPairs:
    points = inside(number, seed)
    return PointPairs(points, WARP(points))


def error(result: Result, points: np.ndarray) -> float:
    return float(target_error(result.transform, points, WARP(points)).mean())


TEST = inside(100, seed=9)


@pytest.fixture(scope="module")
def plain() -> Result:
    return register(*images(), SETTINGS)


# --- measuring --------------------------------------------------------------------------------------------------------


def test_points_that_measure_change_nothing(plain: Result) -> None:
    points = pairs(20)
    result = register(*images(), SETTINGS, guidance=Guidance(points, "measure"))
    for one, other in ((result.displacement, plain.displacement), (result.warped, plain.warped)):
        assert np.array_equal(sitk.GetArrayFromImage(one), sitk.GetArrayFromImage(other))
    measured = result.metrics["points"]
    assert measured["guided"] is False and measured["number"] == 20
    after = target_error(result.transform, points.fixed, points.moving)
    assert [pair["after_mm"] for pair in measured["pairs"]] == pytest.approx(after, abs=1e-3)
    before = np.linalg.norm(points.fixed - points.moving, axis=1)
    assert measured["before"] == pytest.approx(
        {
            "mean_mm": before.mean(),
            "median_mm": np.median(before),
            "p95_mm": np.percentile(before, 95),
            "max_mm": before.max(),
        }
    )


# --- guiding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [3, 30, 300])
def test_few_or_many_points_guide_with_one_weight(plain: Result, number: int) -> None:
    points = pairs(number)
    result = register(*images(), SETTINGS, guidance=Guidance(points))
    assert result.metrics["points"]["guided"] is True
    assert result.metrics["points"]["after"]["mean_mm"] < 0.2 * result.metrics["points"]["before"]["mean_mm"]
    assert error(result, TEST) < (0.9 if number == 3 else 0.4) * error(plain, TEST)
    assert result.metrics["folding"]["voxels"] == result.metrics["inverse_folding"]["voxels"] == 0
    assert result.history[-1]["penalty_p"] > 0


def test_a_pair_that_contradicts_the_others_does_not_drag_them_along(plain: Result) -> None:
    good = pairs(30)
    wrong = good.moving.copy()
    wrong[0] += (20.0, -16.0)
    result = register(*images(), SETTINGS, guidance=Guidance(replace(good, moving=wrong)))
    assert error(result, good.fixed[1:]) < 0.4 * error(plain, good.fixed[1:])
    assert result.metrics["folding"]["voxels"] == 0
    (note,) = [note for note in result.metrics["fallbacks"] if "contradicts" in note]
    assert note.startswith("The pair of points 1 contradicts ")
    assert not any("contradicts" in note for note in plain.metrics["fallbacks"])


def test_points_of_a_slice_stored_as_a_volume_guide() -> None:
    flat = pairs(10)
    points = PointPairs(*(np.pad(each, ((0, 0), (0, 1))) for each in (flat.fixed, flat.moving)))
    fixed, moving = (as_slice(image, thickness=3.0) for image in images())
    result = register(fixed, moving, SETTINGS, guidance=Guidance(points))
    assert result.metrics["points"]["after"]["mean_mm"] < 0.2 * result.metrics["points"]["before"]["mean_mm"]
    points.moving[3, 2] = 2.0  # mm; the slice ends at 1.5
    with pytest.raises(InputError, match=r"The moving point 4 at .* lies outside the moving image"):
        register(fixed, moving, SETTINGS, guidance=Guidance(points))


def test_a_point_in_the_background_is_named_and_does_no_harm() -> None:
    wide = grid((150, 64))  # the ball, and nothing to its right
    fixed, moving = drawn(lambda x: BALL(WARP(x)), wide), drawn(BALL, wide)
    far = np.array([[140.0, 30.0]])
    points = PointPairs(np.concatenate([pairs(5).fixed, far]), np.concatenate([pairs(5).moving, far + 2.0]))
    result = register(fixed, moving, SETTINGS.replace(iterations=(5, 3)), guidance=Guidance(points))
    note = "A guiding point lies in the background, which does not deform: 6."
    assert note in result.metrics["fallbacks"]
    assert result.metrics["folding"]["voxels"] == 0


def test_without_weight_points_have_no_say(plain: Result) -> None:
    result = register(*images(), SETTINGS.replace(lambda_p=0.0), guidance=Guidance(pairs(5), "guide"))
    assert result.history == plain.history and "points" not in result.metrics


def test_the_unit_of_length_changes_nothing() -> None:
    def scaled(image: sitk.Image) -> sitk.Image:
        return Grid.of(image).scaled(8.0).stamp(sitk.Image(image))

    small = register(*images(), SETTINGS, guidance=Guidance(pairs(10)))
    large = register(*map(scaled, images()), SETTINGS, guidance=Guidance(pairs(10).scaled(8.0)))
    # round-off of the origins, which descent carries on
    assert large.metrics["points"]["after"]["mean_mm"] / 8.0 == pytest.approx(
        small.metrics["points"]["after"]["mean_mm"], abs=1e-2
    )


def test_a_volumes_points_are_led_through_the_initial_transform_on_an_oblique_grid() -> None:
    grid3 = Grid((9, 8, 7), (1.0, 2.0, 1.5), (5.0, -3.0, 2.0), OBLIQUE)
    start = sitk.AffineTransform([1.1, 0.1, 0.0, -0.2, 0.9, 0.1, 0.0, 0.05, 1.2], [3.0, -1.0, 2.0])
    initial = InitialTransform(start, grid3)
    push = np.array([0.4, -0.3, 0.2])  # mm, along the grid's own axes
    points = grid3.world(np.array([[4.0, 3.5, 3.0], [2.0, 5.0, 4.0]]))
    there = np.array([start.TransformPoint(point) for point in (points + grid3.rotation @ push).tolist()])
    lattice = Lattice(grid3)
    displacement = lattice.zeros() + torch.tensor(push, dtype=torch.float32).view(3, 1, 1, 1)
    assert float(Landmarks(PointPairs(points, there), lattice, initial)(displacement)) == pytest.approx(0.0, abs=1e-6)
    apart = np.array([3.0, 0.0, 4.0])
    far = Landmarks(PointPairs(points, there + apart), lattice, initial)
    assert float(far(displacement)) == pytest.approx(np.sqrt(26.0) - 1.0, rel=1e-5)
    displacement.requires_grad_(True)
    far(displacement).backward()
    assert displacement.grad is not None and displacement.grad.abs().sum() > 0


# --- a start ----------------------------------------------------------------------------------------------------------


def test_points_give_a_start_to_images_that_lie_far_apart() -> None:
    away = sitk.Euler2DTransform(CENTRE.tolist(), 0.9, (300.0, 150.0))
    textured = Phantom(middle(ON), 24.0)
    moving = drawn(textured, ON)
    fixed = sitk.Resample(moving, ON, sitk.Euler2DTransform(CENTRE.tolist(), 0.9, (0.0, 0.0)))
    moving.SetOrigin((300.0, 150.0))
    corners = CENTRE + np.array([[12.0, 3.0], [-9.0, 8.0], [2.0, -13.0]])
    there = np.array([away.TransformPoint(point) for point in corners.tolist()])
    quick = SETTINGS.replace(initial="points", iterations=(5, 3))
    result = register(fixed, moving, quick, guidance=Guidance(PointPairs(corners, there)))
    assert result.metrics["points"]["before"]["max_mm"] < 1e-6
    assert result.metrics["points"]["after"]["mean_mm"] < 0.3
    assert result.metrics["similarity"]["after"] < 0.1


# --- the door ---------------------------------------------------------------------------------------------------------


GOOD = pairs(4)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (PointPairs(GOOD.fixed, GOOD.moving[:3]), "There are 4 fixed points and 3 moving points"),
        (PointPairs(GOOD.fixed + 200.0, GOOD.moving), "The fixed point 1 at .* lies outside .*, and so do 3 others"),
        (PointPairs(GOOD.fixed, GOOD.moving * [1.0, -1.0]), "The moving point 1 at .* lies outside the moving image"),
        (PointPairs(GOOD.fixed * [[1.0], [1.0], [np.nan], [1.0]], GOOD.moving), "fixed point 3 is not a number"),
        (PointPairs(GOOD.fixed[[0, 1, 1]], GOOD.moving[:3], ("a", "b", "c")), "fixed point b is there twice"),
        (PointPairs(GOOD.fixed, GOOD.moving[[0, 1, 2, 0]]), "moving point 1 is there twice"),
        (PointPairs(np.zeros((2, 3)), np.zeros((2, 3))), r"have the shape \(2, 3\)"),
        (PointPairs(GOOD.fixed, GOOD.moving, ("a",)), "4 pairs of points and 1 names"),
    ],
)
def test_points_that_cannot_be_used_get_a_sentence(bad: PointPairs, message: str) -> None:
    with pytest.raises(InputError, match=message):
        register(*images(), SETTINGS, guidance=Guidance(bad))


def test_what_guidance_cannot_be_gets_a_sentence() -> None:
    with pytest.raises(InputError, match="points are for 'fun'"):
        register(*images(), SETTINGS, guidance=Guidance(GOOD, "fun"))
    with pytest.raises(InputError, match="initial is points, and there are none"):
        register(*images(), SETTINGS.replace(initial="points"))
    published = Settings.preset("paper").replace(published_arithmetic=True, iterations=(1,))
    with pytest.raises(InputError, match="compares two images and nothing else"):
        register(*images(), published, guidance=Guidance(GOOD))
