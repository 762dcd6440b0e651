"""A start from points: the transform that they ask for, no richer than so many of them determine."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import InputError, PointPairs
from nodeo.start.from_points import fitted

RANDOM = np.random.default_rng(3)
CLOUD = RANDOM.uniform(-50.0, 50.0, (12, 3))
TURN = np.reshape(sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.4, -0.3, 0.8).GetMatrix(), (3, 3))
SHEAR = np.array([[1.1, 0.2, 0.0], [0.0, 0.9, 0.1], [0.05, 0.0, 1.2]])
SHIFT = np.array([12.0, -7.0, 30.0])


def moved(transform: sitk.Transform, points: np.ndarray) -> np.ndarray:
    return np.array([transform.TransformPoint(point) for point in points.tolist()])


@pytest.mark.parametrize(
    ("number", "matrix"), [(1, np.eye(3)), (2, np.eye(3)), (3, TURN), (4, 1.3 * TURN), (8, TURN @ SHEAR)]
)
def test_points_say_as_much_as_their_number(number: int, matrix: np.ndarray) -> None:
    points = CLOUD[:number]
    found = fitted(PointPairs(points, points @ matrix.T + SHIFT), 3)
    assert moved(found, CLOUD) == pytest.approx(CLOUD @ matrix.T + SHIFT, abs=1e-6)


def test_points_on_a_line_shift_and_do_not_turn() -> None:
    line = np.outer(np.arange(5.0), [1.0, 2.0, 3.0])
    found = fitted(PointPairs(line, line @ TURN.T + SHIFT), 3)
    assert np.reshape(found.GetMatrix(), (3, 3)) == pytest.approx(np.eye(3))


def test_points_in_a_plane_are_turned_out_of_it_and_not_sheared() -> None:
    plane = CLOUD * [1.0, 1.0, 0.0]
    found = fitted(PointPairs(plane, 0.9 * plane @ TURN.T + SHIFT), 3)
    assert moved(found, CLOUD) == pytest.approx(0.9 * CLOUD @ TURN.T + SHIFT, abs=1e-6)


def test_a_mirror_is_no_start() -> None:
    found = fitted(PointPairs(CLOUD, CLOUD * [-1.0, 1.0, 1.0]), 3)
    assert np.linalg.det(np.reshape(found.GetMatrix(), (3, 3))) > 0


def test_the_least_squares_are_SimpleITKs() -> None:  # noqa: N802 a name
    there = CLOUD @ TURN.T + SHIFT + RANDOM.normal(0.0, 1.0, CLOUD.shape)
    three = PointPairs(CLOUD[:3], there[:3])
    theirs = sitk.LandmarkBasedTransformInitializer(
        sitk.VersorRigid3DTransform(), three.fixed.ravel().tolist(), three.moving.ravel().tolist()
    )
    assert moved(fitted(three, 3), CLOUD) == pytest.approx(moved(theirs, CLOUD), abs=1e-4)


def test_two_points_turn_a_slice() -> None:
    turn = TURN[:2, :2] / np.sqrt(np.linalg.det(TURN[:2, :2]))
    turn = np.linalg.svd(turn)[0] @ np.linalg.svd(turn)[2]
    points = CLOUD[:2, :2]
    found = fitted(PointPairs(points, points @ turn.T + SHIFT[:2]), 2)
    assert moved(found, CLOUD[:, :2]) == pytest.approx(CLOUD[:, :2] @ turn.T + SHIFT[:2], abs=1e-6)


def test_points_in_one_place_are_no_start() -> None:
    with pytest.raises(InputError, match="All moving points lie in one place"):
        fitted(PointPairs(CLOUD, np.zeros_like(CLOUD)), 3)
