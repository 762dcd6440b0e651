"""Every frame onto a reference: right, both ways, and cheaper where a neighbour has gone before."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.engine.course import Course
from nodeo.engine.registration import register
from nodeo.errors import Cancelled, InputError
from nodeo.progress import Progress
from nodeo.sequence.registration import register_sequence
from nodeo.sequence.result import SequenceResult
from nodeo.sequence.series import Series
from nodeo.sequence.trajectory.trajectory import fit_trajectory
from nodeo.sequence.walk import Step, outward
from nodeo.settings import Settings
from phantoms import mapped, world_points
from series_phantom import SeriesPhantom, growing_ball

QUICK = Settings.preset("balanced").replace(levels=(2, 1), plane_levels=0, iterations=(30, 20), threads=1)


@pytest.fixture(scope="module")
def ball() -> SeriesPhantom:
    return growing_ball()


@pytest.fixture(scope="module")
def result(ball: SeriesPhantom) -> SequenceResult:
    """From the frame in the middle to both ends."""
    return register_sequence(Series.of(ball.frames), QUICK, reference=2)


def test_the_walk_goes_outwards_and_every_frame_has_its_neighbour_before_it() -> None:
    assert outward(5, 2) == [Step(3, None), Step(4, 3), Step(1, None), Step(0, 1)]
    assert outward(5, 0, cyclic=True) == [Step(1, None), Step(2, 1), Step(4, None), Step(3, 4)]
    assert outward(3, 1, with_start=True) == [Step(1, None), Step(2, 1), Step(0, 1)]
    for cyclic in (False, True):
        assert sorted(step.frame for step in outward(9, 7, cyclic)) == [0, 1, 2, 3, 4, 5, 6, 8]


def test_every_frame_lies_where_it_should(ball: SeriesPhantom, result: SequenceResult) -> None:
    assert [frame.number for frame in result.frames] == [0, 1, 2, 3, 4]
    for frame in result.frames:
        assert ball.error(frame.transform, frame.number, reference=2) < 0.25, frame.number  # of a voxel
        assert frame.metrics["folds"] == frame.metrics["folds_inverse"] == 0


@pytest.mark.exact
def test_both_ways_are_transforms_that_simpleitk_warps_with(ball: SeriesPhantom, result: SequenceResult) -> None:
    frame = result.frames[4]
    again = sitk.Resample(ball.frames[4], result.reference, frame.transform, sitk.sitkLinear, 0.0)
    assert np.array_equal(sitk.GetArrayViewFromImage(again), sitk.GetArrayViewFromImage(frame.warped))
    there_and_back = sitk.CompositeTransform([frame.inverse, frame.transform])
    points = world_points(result.reference)[8:-8, 8:-8]
    back = mapped(there_and_back, result.reference)[8:-8, 8:-8]
    assert np.linalg.norm(back - points, axis=-1).mean() < 0.05


def test_the_reference_is_at_rest(result: SequenceResult) -> None:
    still = result.frames[2]
    assert still.transform.TransformPoint((5.5, 7.25)) == (5.5, 7.25)
    assert sitk.GetArrayViewFromImage(still.motion).max() == 0
    assert still.metrics["similarity_after"] is None
    assert result.metrics["frames"][4]["motion_mean_mm"] > 0.5


def test_what_a_neighbour_has_found_is_worth_many_iterations(ball: SeriesPhantom) -> None:
    """A few iterations lead further from where the neighbour is than from rest."""
    course, few = Course(), QUICK.replace(iterations=(3, 2), start="none")
    register(ball.frames[0], ball.frames[3], QUICK, course=course)
    gone_on = register(ball.frames[0], ball.frames[4], few, course=course)
    anew = register(ball.frames[0], ball.frames[4], few)
    assert ball.error(gone_on.transform, 4) < 0.7 * ball.error(anew.transform, 4)


@pytest.mark.parametrize("changes", [{}, {"model": "paper", "levels": 1, "iterations": 40, "learning_rate": 0.005}])
def test_whatever_the_model_it_begins_where_the_one_before_ended(ball: SeriesPhantom, changes: dict) -> None:
    """The same frame again, with one look in place of a descent: the same loss, but for what unfolding took."""
    settings, course = QUICK.replace(**changes), Course()
    first = register(ball.frames[0], ball.frames[2], settings, course=course).metrics["similarity"]
    again = register(ball.frames[0], ball.frames[2], settings.replace(iterations=1, start="none"), course=course)
    assert first["after"] < 0.6 * first["before"]
    assert again.metrics["similarity"]["after"] == pytest.approx(first["after"], rel=0.01)


def test_a_frame_that_ends_far_from_its_neighbour_is_begun_anew(ball: SeriesPhantom) -> None:
    """A jump by more than a short descent can follow."""
    leap = growing_ball(times=(0.0, -1.2, 1.2), far=6.0)
    found = register_sequence(Series.of(leap.frames), QUICK)
    alone = register(leap.frames[0], leap.frames[2], QUICK)
    assert found.frames[2].metrics["after"] is None
    assert leap.error(found.frames[2].transform, 2) == pytest.approx(leap.error(alone.transform, 2), rel=0.2)


def test_a_volume_too() -> None:
    ball = growing_ball((28, 26, 24), (0.0, 0.5, 1.0), far=2.5)
    found = register_sequence(Series.of(ball.frames, (0.0, 40.0, 80.0), "ms"), QUICK)
    assert [frame.time for frame in found.frames] == [0.0, 40.0, 80.0]
    for frame in found.frames[1:]:
        assert ball.error(frame.transform, frame.number) < 0.5  # of a voxel; the ball has a radius of 8
        assert frame.metrics["folds"] == 0


@pytest.mark.exact
def test_the_same_bits_twice(ball: SeriesPhantom) -> None:
    few = QUICK.replace(iterations=(6, 3))
    one, other = (register_sequence(Series.of(ball.frames[:3]), few) for _ in range(2))
    for here, there in zip(one.frames, other.frames, strict=True):
        assert np.array_equal(sitk.GetArrayViewFromImage(here.warped), sitk.GetArrayViewFromImage(there.warped))
        assert here.metrics["similarity_after"] == there.metrics["similarity_after"]


def test_news_count_the_frames_and_never_go_back(ball: SeriesPhantom) -> None:
    heard: list[Progress] = []
    register_sequence(Series.of(ball.frames[:3]), QUICK.replace(iterations=(4, 2)), progress=heard.append)
    fractions = [news.fraction for news in heard]
    assert fractions == sorted(fractions)
    assert [news.as_dict()["of"] for news in heard] == [2] * len(heard)
    assert {(news.as_dict()["frame"], news.as_dict()["done"]) for news in heard} >= {(1, 0), (1, 1), (2, 1), (2, 2)}


def test_it_ends_when_it_is_told_to(ball: SeriesPhantom) -> None:
    def stop(news: Progress) -> None:
        if news.as_dict()["frame"] == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        register_sequence(Series.of(ball.frames[:3]), QUICK.replace(iterations=(4, 2)), progress=stop)


def broken(image: sitk.Image) -> sitk.Image:
    array = sitk.GetArrayFromImage(image)
    array[3, 3] = np.nan
    return sitk.GetImageFromArray(array)


@pytest.mark.parametrize(
    ("frames", "options", "words"),
    [
        (lambda f: f[:1], {}, "1 frame only"),
        (lambda f: f, {"reference": 5}, "frame 5, and there are 5"),
        (lambda f: f, {"reference": -1}, "frame -1"),
        (lambda f: f, {"reference": "median"}, "'median'"),
        (lambda f: f, {"mode": "dance"}, "no mode 'dance'"),
        (lambda f: [f[0], broken(f[1])], {}, "frame 1 holds NaN"),
        (lambda f: [f[0], sitk.Image([9, 9, 9], sitk.sitkFloat32) + 1], {}, "frame 1 is constant"),
        (lambda f: [f[0], sitk.GaussianSource(size=[9, 9, 9])], {}, "Frame 1 has the size"),
        (lambda f: f[:2], {"mask": sitk.Image([44, 40], sitk.sitkUInt8)}, "mask is empty"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(ball: SeriesPhantom, frames, options, words) -> None:
    with pytest.raises(InputError, match=words):
        register_sequence(Series.of(frames(ball.frames)), QUICK, **options)


def test_times_have_to_rise(ball: SeriesPhantom) -> None:
    with pytest.raises(InputError, match="Frame 1 has the time 2"):
        Series.of(ball.frames[:2], (3.0, 2.0))
    with pytest.raises(InputError, match="2 frames and 3 times"):
        Series.of(ball.frames[:2], (1.0, 2.0, 3.0))


def test_what_is_no_series_is_refused_in_a_sentence(ball: SeriesPhantom) -> None:
    frames, array = ball.frames[:2], sitk.GetArrayFromImage(ball.frames[0])
    for make, words in (
        (lambda: Series.of(sitk.JoinSeries(list(frames))), "The frames are one image"),
        (lambda: Series.of([array, array]), "frame 0 is of the type ndarray"),
        (lambda: Series.of(frames, ("first", "last")), "The times are no numbers"),
        (lambda: Series.of(frames).frame(2), "no frame 2, of 2"),
        (lambda: Series(lambda _number: array, (0.0, 1.0)).frame(0), "frame 0 is of the type ndarray"),
    ):
        with pytest.raises(InputError, match=words):
            make()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"series": "series.nii.gz"}, "argument series is of the type str"),
        ({"settings": "fast"}, "argument settings is of the type str"),
        ({"mask": np.ones((40, 44))}, "mask is of the type ndarray"),
    ],
)
@pytest.mark.parametrize("function", [register_sequence, fit_trajectory])
def test_arguments_of_a_wrong_type_get_a_sentence(ball: SeriesPhantom, function, options: dict, words: str) -> None:
    given = {"series": Series.of(ball.frames), "settings": QUICK, **options}
    with pytest.raises(InputError, match=words):
        function(given.pop("series"), given.pop("settings"), **given)


def test_who_is_told_has_to_listen(ball: SeriesPhantom) -> None:
    with pytest.raises(InputError, match="argument progress is of the type int"):
        register_sequence(Series.of(ball.frames), QUICK, progress=3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="argument report is of the type"):
        fit_trajectory(Series.of(ball.frames), QUICK, report=print)  # type: ignore[arg-type]


def test_a_number_of_numpy_is_a_number(ball: SeriesPhantom) -> None:
    found = register_sequence(Series.of(ball.frames[:2]), QUICK.replace(iterations=1), reference=np.argmax([0, 1]))
    assert found.metrics["reference"] == 1 and type(found.metrics["reference"]) is int
