"""A reference in the middle of all frames."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.geometry.grid import Grid
from nodeo.sequence.mean import _centred, _coarse_grid, rougher
from nodeo.sequence.registration import register_sequence
from nodeo.sequence.result import SequenceResult
from nodeo.sequence.series import Series
from nodeo.settings import PRESETS, Settings
from phantoms import grid, mapped, world_points
from series_phantom import SeriesPhantom, growing_ball

QUICK = Settings.preset("balanced").replace(iterations=(25, 12, 8), threads=1)


@pytest.fixture(scope="module")
def ball() -> SeriesPhantom:
    return growing_ball((40, 36), (0.0, 0.5, 1.0))


@pytest.fixture(scope="module")
def result(ball: SeriesPhantom) -> SequenceResult:
    return register_sequence(Series.of(ball.frames), QUICK, reference="mean")


def inside(ball: SeriesPhantom) -> np.ndarray:
    return np.linalg.norm(world_points(ball.frames[0]) - np.asarray(ball.ball.centre), axis=-1) < ball.ball.radius


def test_the_frames_are_on_average_no_way_away(ball: SeriesPhantom, result: SequenceResult) -> None:
    grid, where = ball.frames[0], inside(ball)
    moves = [mapped(frame.transform, grid) - world_points(grid) for frame in result.frames]
    typical = np.mean([np.linalg.norm(move, axis=-1)[where].mean() for move in moves])
    left = np.linalg.norm(np.mean(moves, axis=0), axis=-1)[where].mean()
    assert typical > 0.7  # of a voxel: the ball moves by up to 4 in all
    assert left < 0.2 * typical


def test_frames_agree_with_each_other_through_the_mean(ball: SeriesPhantom, result: SequenceResult) -> None:
    where = inside(ball)
    at_rest = [ball.maps[frame.number](mapped(frame.transform, ball.frames[0])) for frame in result.frames]
    for other in at_rest[1:]:
        assert np.linalg.norm(other - at_rest[0], axis=-1)[where].mean() < 0.5


def test_no_frame_is_privileged(ball: SeriesPhantom, result: SequenceResult) -> None:
    """The series the other way round has nearly the same mean."""
    other = register_sequence(Series.of(ball.frames[::-1]), QUICK, reference="mean")
    one, two = (sitk.GetArrayViewFromImage(each.reference) for each in (result, other))
    frames = [sitk.GetArrayViewFromImage(frame) for frame in ball.frames]
    assert np.abs(one - two).mean() < 0.15 * np.abs(frames[0] - frames[2]).mean()


def test_the_mean_is_sharper_than_that_over_time(ball: SeriesPhantom, result: SequenceResult) -> None:
    def sharpness(values: np.ndarray) -> float:
        return float(np.square(np.gradient(values)).sum())

    over_time = np.mean([sitk.GetArrayViewFromImage(frame) for frame in ball.frames], axis=0)
    assert sharpness(sitk.GetArrayViewFromImage(result.reference)) > 1.15 * sharpness(over_time)
    assert result.metrics["reference"] == "mean"
    assert all(frame["similarity_after"] < frame["similarity_before"] for frame in result.metrics["frames"])


@pytest.mark.parametrize("n", [20, 21])
def test_the_last_row_goes_along_with_the_others(n: int) -> None:
    """Every second voxel is looked at; of an even number the last one lies beyond these."""
    on = grid((n, n))
    moved = [sitk.TranslationTransform(2, (shift, 0.0)) for shift in (2.0, 4.0)]
    centred = _centred(moved, _coarse_grid(Grid.of(on)))
    for shift, transform in zip((-1.0, 1.0), centred, strict=True):
        away = mapped(transform, on) - world_points(on)
        np.testing.assert_allclose(away[:, -1], np.broadcast_to((shift, 0.0), (n, 2)), atol=0.2)  # it fades out there


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_a_rough_form(preset: str) -> None:
    assert len(rougher(Settings.preset(preset)).levels) <= 2
