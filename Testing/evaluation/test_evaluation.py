"""Overlap, surface distance, consistency and landmarks, on shapes whose answer can be written down."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.errors import InputError
from nodeo.evaluation.labels import Evaluation, dice, evaluate
from nodeo.evaluation.points import inverse_consistency, target_error
from nodeo.evaluation.structures import CANDI32, OASIS28, choose, name_of
from nodeo.evaluation.surface_distance import hausdorff95

SPACING = (0.5, 1.0, 2.0)


def cube(start: tuple[int, ...], code: int = 17, side: int = 8) -> np.ndarray:
    """Labels [24, 24, 24] with one cube of ``code`` whose first voxel is at ``start``, z first."""
    array = np.zeros((24, 24, 24), np.uint8)
    array[tuple(slice(first, first + side) for first in start)] = code
    return array


def label_map(array: np.ndarray, spacing: tuple[float, ...] = SPACING) -> sitk.Image:
    """An image of labels with ``spacing`` in mm, x first."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing[: array.ndim])
    return image


def distances_by_hand(fixed: np.ndarray, other: np.ndarray, spacing: tuple[float, ...]) -> float:
    """HD95 of two masks straight from its definition: every surface voxel against every other."""
    clouds = []
    for mask in (fixed, other):
        padded = np.pad(mask, 1)
        inside = [np.take(padded, range(2, n + 2), a) & np.take(padded, range(n), a) for a, n in enumerate(mask.shape)]
        core = [tuple(slice(None) if b == a else slice(1, -1) for b in range(mask.ndim)) for a in range(mask.ndim)]
        inner = np.logical_and.reduce([part[box] for part, box in zip(inside, core, strict=True)])
        clouds.append(np.argwhere(mask & ~inner) * np.array(spacing[::-1]))
    apart = np.linalg.norm(clouds[0][:, None] - clouds[1][None], axis=-1)
    return float(np.percentile(np.concatenate([apart.min(1), apart.min(0)]), 95))


# --- Dice -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [0, 1, 3, 8])
def test_dice_of_a_shifted_cube_is_the_share_that_still_overlaps(shift: int) -> None:
    overlap = dice(cube((4, 4, 4)), cube((4, 4, 4 + shift)), [17])
    assert overlap == {17: pytest.approx((8 - shift) / 8)}


def test_dice_is_zero_where_one_map_lacks_the_structure_and_nan_where_both_do() -> None:
    overlap = dice(cube((4, 4, 4), code=17), cube((4, 4, 4), code=53), [17, 53, 10**12])
    assert (overlap[17], overlap[53]) == (0.0, 0.0)
    assert math.isnan(overlap[10**12])


def test_dice_of_large_codes() -> None:
    labels = np.array([65535, 65535, 2, 0], np.uint16)
    other = np.array([65535, 2, 2, 0], np.uint16)
    assert dice(labels, other, [2, 65535]) == {2: pytest.approx(2 / 3), 65535: pytest.approx(2 / 3)}


def test_dice_refuses_arrays_of_different_shape() -> None:
    with pytest.raises(InputError, match=r"\(2, 3\) and \(3, 2\)"):
        dice(np.zeros((2, 3), int), np.zeros((3, 2), int), [1])


# --- HD95 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("axis", "step"), [(0, 2.0), (1, 1.0), (2, 0.5)])
def test_hausdorff_of_a_shifted_cube_is_the_shift_in_mm(axis: int, step: float) -> None:
    start = [4, 4, 4]
    start[axis] += 3
    # No surface voxel is further than the shift from where it was shifted to, and the faces left behind, 64 of 296
    # voxels, are exactly so far.
    distance = hausdorff95(label_map(cube((4, 4, 4))), label_map(cube(tuple(start))), [17])
    assert distance == {17: pytest.approx(3 * step, abs=1e-5)}


def test_hausdorff_of_planes_is_their_distance() -> None:
    fixed, other = np.zeros((24, 24, 24), np.uint8), np.zeros((24, 24, 24), np.uint8)
    fixed[5], other[9] = 1, 1
    assert hausdorff95(label_map(fixed), label_map(other), [1])[1] == pytest.approx(4 * SPACING[2], abs=1e-5)


@pytest.mark.parametrize(("strays", "expected"), [(4, 0.0), (7, 2.0)])
def test_hausdorff_pools_both_directions_and_leaves_the_worst_twentieth_out(strays: int, expected: float) -> None:
    fixed = np.zeros((3, 100), np.uint8)
    fixed[0, ::2] = 1
    other = fixed.copy()
    other[2, : 2 * strays : 2] = 1
    # 50 + 50 points at 0 mm and the strays at 2 mm: 4 of 104 are less than a twentieth, though not of the other's 54.
    assert hausdorff95(label_map(fixed), label_map(other), [1]) == {1: pytest.approx(expected)}


@pytest.mark.parametrize("shape", [(9, 10, 11), (12, 13), (1, 12, 13), (12, 1, 13), (12, 13, 1)])
def test_hausdorff_agrees_with_its_definition(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    fixed, other = rng.random(shape) < 0.6, rng.random(shape) < 0.05
    thick = tuple(axis for axis, n in enumerate(shape) if n > 1)
    spacing = tuple(SPACING[: len(shape)][::-1][axis] for axis in thick)[::-1]
    expected = distances_by_hand(fixed.squeeze(), other.squeeze(), spacing)
    maps = [label_map(mask.astype(np.uint8)) for mask in (fixed, other)]
    assert expected > 0.5
    assert hausdorff95(*maps, [1])[1] == pytest.approx(expected, abs=1e-5)


def test_hausdorff_is_symmetric_zero_for_the_same_and_nan_for_a_missing_structure() -> None:
    fixed, other = label_map(cube((4, 4, 4))), label_map(cube((5, 2, 4), side=6))
    assert hausdorff95(fixed, fixed, [17]) == {17: 0.0}
    assert hausdorff95(fixed, other, [17])[17] == pytest.approx(hausdorff95(other, fixed, [17])[17])
    missing = hausdorff95(fixed, label_map(cube((4, 4, 4), code=53)), [17, 53, 10**12])
    assert all(math.isnan(distance) for distance in missing.values())


def test_hausdorff_refuses_different_grids() -> None:
    with pytest.raises(InputError, match="different grids"):
        hausdorff95(label_map(cube((4, 4, 4))), label_map(cube((4, 4, 4)), (1.0, 1.0, 1.0)), [17])


# --- evaluate ---------------------------------------------------------------------------------------------------------


def test_evaluate_reads_the_other_map_through_the_transform() -> None:
    fixed, moving = label_map(cube((4, 4, 4))), label_map(cube((6, 7, 8)))
    before = evaluate(fixed, moving)
    after = evaluate(fixed, moving, transform=sitk.TranslationTransform(3, (4 * 0.5, 3 * 1.0, 2 * 2.0)))
    assert before.dice[17] == pytest.approx(6 * 5 * 4 / 8**3)
    assert (after.dice, after.hd95) == ({17: 1.0}, {17: 0.0})


def test_evaluate_resamples_between_grids() -> None:
    fixed = label_map(cube((4, 4, 4)))
    moving = sitk.Expand(fixed, (2, 2, 2), sitk.sitkNearestNeighbor)[4:, 4:, 4:]
    assert moving.GetSize() != fixed.GetSize()
    assert evaluate(fixed, moving).dice == {17: 1.0}


def test_evaluate_takes_the_codes_in_both_maps() -> None:
    fixed, moving = cube((2, 2, 2)), cube((2, 2, 2)).astype(np.uint16)
    fixed[20, 20, 20], moving[21, 21, 21] = 53, 500
    both = evaluate(label_map(fixed), label_map(moving))
    assert both.structures == (17,)
    asked = evaluate(label_map(fixed), label_map(moving), "53,17")
    assert asked.structures == (53, 17)
    assert asked.dice == {53: 0.0, 17: 1.0}
    assert math.isnan(asked.hd95[53])


def test_a_structure_moved_out_of_the_grid_still_counts() -> None:
    labels = label_map(cube((4, 4, 4)))
    lost = evaluate(labels, labels, transform=sitk.TranslationTransform(3, (1000.0, 0.0, 0.0)))
    assert lost.mean_dice == 0.0
    assert math.isnan(lost.mean_hd95)


@pytest.mark.parametrize("pixel", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_evaluate_takes_whole_numbers_of_any_type(pixel: type) -> None:
    fixed, moving = cube((4, 4, 4)).astype(pixel), cube((4, 4, 6))
    assert evaluate(label_map(fixed), label_map(moving)).dice == {17: pytest.approx(0.75)}


def test_evaluate_in_2d_and_on_one_slice() -> None:
    fixed, moving = cube((4, 4, 4))[8], cube((4, 4, 6))[8]
    flat = evaluate(label_map(fixed), label_map(moving))
    slab = evaluate(label_map(fixed[None]), label_map(moving[None]))
    assert flat == slab
    assert flat.dice[17] == pytest.approx(0.75)
    assert flat.hd95[17] == pytest.approx(distances_by_hand(fixed > 0, moving > 0, SPACING[:2]))


def with_value(value: float) -> sitk.Image:
    """A float label map with one voxel of ``value``."""
    array = cube((4, 4, 4)).astype(np.float32)
    array[0, 0, 0] = value
    return label_map(array)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (with_value(0.5), "The other label map holds 0.5, which is not a whole number"),
        (with_value(math.nan), "holds nan, which is not a whole number"),
        (with_value(-3.0), "holds -3.0; labels are 0 to 65535"),
        (with_value(70000.0), "holds 70000.0; labels are 0 to 65535"),
        (with_value(math.inf), "holds inf, which is not a whole number"),
        (sitk.Image((24, 24, 24), sitk.sitkVectorUInt8, 3), "pixels of the type vector of 8-bit unsigned integer"),
        (sitk.Image((24, 24, 24), sitk.sitkComplexFloat32), "pixels of the type complex of 32-bit float"),
        (label_map(cube((4, 4, 4))[8]), "The fixed label map is 3-D and the other 2-D"),
        (label_map(cube((4, 4, 4), code=53)), 'none of the structures "all" in common'),
        (sitk.Image((24, 24, 24), sitk.sitkUInt8), 'none of the structures "all" in common'),
    ],
)
def test_evaluate_says_what_is_wrong(other: sitk.Image, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(label_map(cube((4, 4, 4))), other)
    assert sentence in caught.value.message
    assert caught.value.hint.endswith(".")


def test_evaluate_says_when_the_transform_or_the_structures_do_not_fit() -> None:
    labels = label_map(cube((4, 4, 4)))
    with pytest.raises(InputError, match="the transform is 2-D"):
        evaluate(labels, labels, transform=sitk.TranslationTransform(2))
    with pytest.raises(InputError, match='none of the structures "53,54" in common'):
        evaluate(labels, labels, "53,54")


# --- what is reported -------------------------------------------------------------------------------------------------


@pytest.fixture
def partly_missing() -> Evaluation:
    nan = math.nan
    return Evaluation((17, 53, 999), {17: 0.8, 53: 0.6, 999: nan}, {17: 1.0, 53: nan, 999: nan})


def test_means_leave_nan_out(partly_missing: Evaluation) -> None:
    assert partly_missing.mean_dice == pytest.approx(0.7)
    assert partly_missing.sd_dice == pytest.approx(0.1)
    assert (partly_missing.mean_hd95, partly_missing.sd_hd95) == (1.0, 0.0)


def test_means_of_nothing_are_nan_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    nothing = Evaluation((9,), {9: math.nan}, {9: math.nan})
    assert math.isnan(nothing.mean_dice)
    assert math.isnan(nothing.sd_hd95)
    assert not recwarn.list


def test_as_dict_is_strict_json(partly_missing: Evaluation) -> None:
    read = json.loads(json.dumps(partly_missing.as_dict(), allow_nan=False))
    assert read["structures"]["53"] == {"name": "Right-Hippocampus", "dice": 0.6, "hd95": None}
    assert read["structures"]["999"] == {"name": "label 999", "dice": None, "hd95": None}
    assert read["mean_dice"] == pytest.approx(0.7)


def test_as_dict_of_a_real_evaluation_is_json() -> None:
    labels = label_map(cube((4, 4, 4)))
    read = json.loads(json.dumps(evaluate(labels, labels).as_dict(), allow_nan=False))
    assert read["structures"] == {"17": {"name": "Left-Hippocampus", "dice": 1.0, "hd95": 0.0}}


def test_table(partly_missing: Evaluation) -> None:
    assert partly_missing.table().splitlines() == [
        "code  structure             Dice          HD95 (mm)",
        "  17  Left-Hippocampus     0.800             1.00",
        "  53  Right-Hippocampus    0.600                -",
        " 999  label 999                -                -",
        "      mean ± SD            0.700 ± 0.100     1.00 ± 0.00",
    ]


# --- transforms and points --------------------------------------------------------------------------------------------


def test_a_translation_and_its_inverse_are_consistent() -> None:
    points = np.random.default_rng(0).uniform(-90, 90, (50, 3))
    there = sitk.TranslationTransform(3, (3.0, -4.0, 12.0))
    assert inverse_consistency(there, there.GetInverse(), points) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert inverse_consistency(there, sitk.TranslationTransform(3), points) == pytest.approx((13.0, 13.0))


def test_inverse_consistency_is_measured_where_the_walk_started() -> None:
    double, identity = sitk.ScaleTransform(2, (2.0, 2.0)), sitk.Transform(2, sitk.sitkIdentity)
    points = np.stack([np.arange(101.0), np.zeros(101)], axis=1)
    assert inverse_consistency(double, identity, points) == pytest.approx((50.0, 99.0))
    # From x the walk goes to x + 10, then to 2 (x + 10); the other order would end at 2 x + 10.
    shift = sitk.TranslationTransform(2, (10.0, 0.0))
    assert inverse_consistency(shift, double, points) == pytest.approx((70.0, 119.0))


def test_target_error_is_the_distance_left_in_mm() -> None:
    fixed = np.array([[0.0, 0.0, 0.0], [10.0, 20.0, 30.0]])
    moving = np.array([[1.0, 0.0, 0.0], [11.0, 23.0, 34.0]])
    error = target_error(sitk.TranslationTransform(3, (1.0, 0.0, 0.0)), fixed, moving)
    np.testing.assert_allclose(error, [0.0, 5.0])


def test_points_that_do_not_fit_are_refused() -> None:
    identity, points = sitk.Transform(3, sitk.sitkIdentity), np.zeros((4, 3))
    with pytest.raises(InputError, match=r"shape \(4, 2\); the transform is 3-D"):
        inverse_consistency(identity, identity, points[:, :2])
    with pytest.raises(InputError, match=r"shape \(0, 3\)"):
        inverse_consistency(identity, identity, points[:0])
    with pytest.raises(InputError, match="4 fixed points and 3 moving points"):
        target_error(identity, points, points[:3])


# --- structures -------------------------------------------------------------------------------------------------------


def test_names() -> None:
    assert name_of(17) == "Left-Hippocampus"
    assert name_of(60) == "Right-VentralDC"
    assert name_of(63) == "Right-choroid-plexus"
    assert name_of(123) == "label 123"
    assert not any(name_of(code).startswith("label") for code in CANDI32)


def test_sets() -> None:
    assert (len(set(OASIS28)), len(set(CANDI32))) == (28, 32)
    assert set(CANDI32) - set(OASIS28) == {5, 26, 44, 58}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("all", (2, 5, 17, 500)),
        (" All ", (2, 5, 17, 500)),
        ("oasis28", (2, 17)),
        ("CANDI32", (2, 5, 17)),
        ("17", (17,)),
        ("17, 3,17", (17, 3)),
    ],
)
def test_choose(text: str, chosen: tuple[int, ...]) -> None:
    assert choose(text, np.array([0, 17, 500, 5, 2])) == chosen


@pytest.mark.parametrize("text", ["", "everything", "2;3", "2,,3", "2,-3", "0", "2.5", "oasis28,2"])
def test_choose_refuses_what_it_does_not_know(text: str) -> None:
    with pytest.raises(InputError, match="neither a known set nor a list") as caught:
        choose(text, [2, 3])
    assert "oasis28" in caught.value.hint


def test_choose_says_when_nothing_is_left() -> None:
    with pytest.raises(InputError, match=r'"oasis28" none is left: there are the labels 500, 501 to choose from'):
        choose("oasis28", [0, 501, 500])
    with pytest.raises(InputError, match="there are no labels"):
        choose("all", [0])
    with pytest.raises(InputError, match=r"107, …"):
        choose("oasis28", range(100, 120))
