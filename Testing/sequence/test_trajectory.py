"""One flow through a whole series: at the frames, between them, around a period, and back."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from beating_phantom import BeatingBall, beating_ball
from flows import lattice
from nodeo import Cancelled, InputError, Settings
from nodeo.app.cli import main
from nodeo.field.flow import Solver
from nodeo.field.smoothing import gaussian
from nodeo.geometry.grid import Grid
from nodeo.progress import Reporter
from nodeo.sequence.progress import SeriesProgress
from nodeo.sequence.registration import register_sequence
from nodeo.sequence.result import SequenceResult
from nodeo.sequence.series import Series
from nodeo.sequence.trajectory.basis import TimeSplines
from nodeo.sequence.trajectory.field import SeriesField
from nodeo.sequence.trajectory.level import solver_of
from nodeo.sequence.trajectory.plan import Clock
from nodeo.sequence.trajectory.trajectory import Trajectory, fit_trajectory
from nodeo.sequence.trajectory.turns import Turns
from nodeo.sequence.trajectory.walk import carried, carried_back, displacements, walked
from phantoms import drawn, folds, grid, local_displacement

SETTINGS = Settings.preset("balanced").replace(device="cpu", threads=1, similarity="lncc")


@cache
def ball() -> BeatingBall:
    return beating_ball()


@cache
def cyclic() -> Trajectory:
    """Fitted to every other frame of a period."""
    return fit_trajectory(Series.of(ball().frames[::2], range(0, 12, 2)), SETTINGS, cyclic=True)


@cache
def from_the_middle() -> SequenceResult:
    """Five frames of the ball, onto the third."""
    series = Series.of(ball().frames[:5], (0.0, 10.0, 20.0, 30.0, 40.0), "ms")
    return register_sequence(series, SETTINGS, reference=2, mode="trajectory")


def test_at_the_frames_and_between_them_points_are_where_they_belong() -> None:
    for time in range(1, 12):  # of which the odd ones were never seen
        assert ball().error(cyclic().transform(time), time) < 0.27
    assert ball().error(sitk.Transform(2, sitk.sitkIdentity), 6) > 1.5


def test_what_was_fitted_is_the_flow_that_is_handed_out() -> None:
    """The few steps of the fit lead where many lead, though points go more than a voxel from frame to frame."""
    fitted, times = cyclic().fitted, cyclic().plan.times
    ends = []
    for solver in (fitted.solver, Solver("rk4", 16)):
        through, rest = carried(fitted.lattice, solver), fitted.lattice.zeros()
        ends.append([u for _, u in displacements(fitted.velocity, times, through, rest)])
    steps = [(b - a).square().sum(0).max().sqrt() for a, b in itertools.pairwise(ends[1])]
    assert max(steps) > 1.0
    assert max((few - many).abs().max() for few, many in zip(*ends, strict=True)) < 0.03


def test_two_steps_of_midpoint_are_one_of_a_better_solver() -> None:
    level = cyclic().plan.levels[0]
    for steps, wanted in ((1, Solver("rk4", 1)), (2, Solver("rk4", 1)), (5, Solver("rk4", 3))):
        assert solver_of(SETTINGS, replace(level, steps=steps)) == wanted
    assert solver_of(SETTINGS.replace(solver="heun3"), replace(level, steps=3)) == Solver("heun3", 3)


def test_a_period_ends_where_it_began() -> None:
    closure = cyclic().closure()[cyclic().fitted.velocity.fade > 0.5]
    assert closure.mean() < 0.05 and closure.quantile(0.99) < 0.1
    here, a_period_later = (sitk.GetArrayFromImage(cyclic().displacement(time)) for time in (3.0, 15.0))
    np.testing.assert_array_equal(here, a_period_later)


def test_the_way_back_undoes_the_way_there_at_any_time() -> None:
    for time in (2.0, 3.3, 8.5):
        there, back = cyclic().displacement(time), cyclic().inverse_displacement(time)
        there_and_back = sitk.CompositeTransform(
            [sitk.DisplacementFieldTransform(there), sitk.DisplacementFieldTransform(back)]
        )
        ends = np.array([there_and_back.TransformPoint(point) for point in ball().inside.tolist()])
        assert np.linalg.norm(ends - ball().inside, axis=1).max() < 0.05


def test_nothing_folds_at_any_moment_that_was_looked_at() -> None:
    on = ball().frames[0]
    moments = cyclic().moments
    assert len(moments) == 4 * 6 + 1
    for moment in moments:
        assert folds(local_displacement(cyclic().transform(moment), on), on.GetSpacing()) == 0


def test_the_velocity_is_the_slope_of_the_paths() -> None:
    point, time, over = (40.0, 30.0), 4.0, 0.02
    here, then = (np.array(cyclic().transform(t).TransformPoint(point)) for t in (time, time + over))
    velocity = cyclic().velocity(time)
    there = velocity.EvaluateAtPhysicalPoint(here.tolist())
    np.testing.assert_allclose((then - here) / over, there, atol=0.02)
    assert np.linalg.norm(there) > 0.1


def test_a_series_is_what_single_registrations_hand_out() -> None:
    result = from_the_middle()
    assert [frame.number for frame in result.frames] == [0, 1, 2, 3, 4]
    for frame in result.frames:
        moving = ball().frames[frame.number]
        again = sitk.Resample(moving, result.reference, frame.transform, sitk.sitkLinear, 0.0)
        inner = (slice(8, -8), slice(8, -8))
        np.testing.assert_allclose(
            sitk.GetArrayFromImage(again)[inner], sitk.GetArrayFromImage(frame.warped)[inner], atol=1e-3
        )
        assert frame.metrics["folds"] == 0 and frame.metrics["folds_inverse"] == 0
        if frame.number != 2:
            assert frame.metrics["similarity_after"] < 0.5 * frame.metrics["similarity_before"]
            assert frame.metrics["inverse_consistency_mm"] < 0.05
    assert result.metrics["trajectory"]["moments"] == 17 and result.metrics["mode"] == "trajectory"


def test_the_same_bits_twice() -> None:
    series = Series.of(ball().frames[:4])
    short = SETTINGS.replace(iterations=4)
    one, other = (fit_trajectory(series, short).displacement(2.5) for _ in range(2))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(one), sitk.GetArrayFromImage(other))


def test_of_many_frames_few_are_looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodeo.sequence.trajectory.fit.AT_ONCE", 3)
    found = fit_trajectory(Series.of(ball().frames[:6]), SETTINGS.replace(iterations=(60, 20, 10)))
    assert max(ball().error(found.transform(time), time) for time in range(1, 6)) < 0.4
    assert len(found.fitted.history) == 60 + 90  # no best of what cannot be compared


def test_walked_twice_for_lack_of_memory_the_gradient_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    series, short = Series.of(ball().frames[:4]), SETTINGS.replace(iterations=3)
    kept = fit_trajectory(series, short).displacement(3)
    monkeypatch.setattr("nodeo.sequence.trajectory.level._KEPT", 0)
    twice = fit_trajectory(series, short).displacement(3)
    np.testing.assert_allclose(sitk.GetArrayFromImage(kept), sitk.GetArrayFromImage(twice), atol=1e-4)


def test_what_it_was_fitted_to_holds_every_frame_in_one_copy() -> None:
    for task in cyclic().plan.tasks.values():
        assert task.moving.image.GetNumberOfPixels() == 1
        assert task.moving.values.shape == ball().frames[0].GetSize()[::-1]


def test_memory_that_is_too_small_for_the_last_level_leaves_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from nodeo.sequence.trajectory import fit

    def small(task, level, *rest):
        if level.shrink == (1, 1):
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return problem(task, level, *rest)

    problem = fit.LevelProblem
    monkeypatch.setattr(fit, "LevelProblem", small)
    found = fit_trajectory(Series.of(ball().frames[:3]), SETTINGS)
    assert found.fitted.fallbacks == ["Level 4: memory ran out; it was left out."]
    assert ball().error(found.transform(2), 2) < 0.4


def test_a_field_that_folds_is_turned_down() -> None:
    wild = SETTINGS.replace(iterations=(12, 8, 6), lambda_J=0.0, lambda_df=0.0, lambda_s=0.0, kernel="none")
    wild = wild.replace(learning_rate=0.6)
    series = Series.of(ball().frames[:3])
    folded = fit_trajectory(series, wild.replace(unfold=False))
    found = fit_trajectory(series, wild)
    on = ball().frames[0]
    counts = [
        sum(folds(local_displacement(each.transform(moment), on), on.GetSpacing()) for moment in each.moments)
        for each in (folded, found)
    ]
    assert counts[0] > 0 and counts[1] == 0
    assert found.certificate.rounds > 0


def test_three_dimensions() -> None:
    small = beating_ball((22, 20, 18), count=4, far=1.5, blobs=100)
    result = register_sequence(
        Series.of(small.frames[:3]), SETTINGS.replace(levels=1, iterations=30), mode="trajectory"
    )
    for frame in result.frames[1:]:
        assert small.error(frame.transform, frame.number) < 0.5 < small.error(sitk.Transform(), frame.number)
        assert frame.metrics["folds"] == 0


def test_the_command(tmp_path: Path) -> None:
    files = []
    for number, frame in enumerate(ball().frames[:3]):
        files.append(str(tmp_path / f"{number}.nrrd"))
        sitk.WriteImage(frame, files[-1])
    out = tmp_path / "out"
    options = ["--mode", "trajectory", "--cyclic", "--set", "iterations=3", "--threads", "1", "--progress", "none"]
    assert main(["sequence", *files, "--output", str(out), "--device", "cpu", *options]) == 0
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["mode"] == "trajectory" and metrics["trajectory"]["period"] == 3.0
    assert set(metrics["trajectory"]["closure_mm"]) == {"mean", "p99", "max"}
    assert sorted(path.name for path in (out / "transforms").iterdir()) == ["000.h5", "001.h5", "002.h5"]


def test_what_it_tells_goes_forwards_through_levels_and_frames() -> None:
    told: list[SeriesProgress] = []
    series = Series.of(ball().frames[:3])
    register_sequence(series, SETTINGS.replace(iterations=3), mode="trajectory", progress=told.append)
    fractions = [news.fraction for news in told]
    assert fractions == sorted(fractions) and 0.9 < fractions[-1] <= 1.0
    assert {news.level for news in told} == {0, 1, 2, 3, 4}
    assert [news.done for news in told] == sorted(news.done for news in told)
    assert {news.frame for news in told if news.done == 0 and news.frame is not None} == {1}


def test_what_a_trajectory_cannot_do_is_refused() -> None:
    series = Series.of(ball().frames[:3])
    for changes, words in (
        ({"initial": "rigid"}, "initial is rigid"),
        ({"model": "paper", "levels": 1, "iterations": 9}, "model paper"),
    ):
        with pytest.raises(InputError, match=words):
            register_sequence(series, SETTINGS.replace(**changes), mode="trajectory")
    with pytest.raises(InputError, match="reference is mean"):
        register_sequence(series, SETTINGS, reference="mean", mode="trajectory")
    with pytest.raises(InputError, match="1 frame only"):
        fit_trajectory(Series.of(ball().frames[:1]), SETTINGS)
    found = fit_trajectory(series, SETTINGS.replace(levels=4, iterations=1))
    with pytest.raises(InputError, match=r"time 2\.5 is not in the series"):
        found.displacement(2.5)
    with pytest.raises(InputError, match="not cyclic"):
        found.closure()


def test_a_solver_that_chooses_its_steps_goes_without_a_warning() -> None:
    found = fit_trajectory(Series.of(ball().frames[:3]), SETTINGS.replace(levels=4, iterations=4, solver="dopri5"))
    assert np.isfinite(sitk.GetArrayFromImage(found.displacement(1.5))).all()


def test_it_stops_when_it_is_told_to() -> None:
    def stop(news) -> None:
        if news.iteration == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        register_sequence(Series.of(ball().frames[:3]), SETTINGS, mode="trajectory", progress=stop)
    with pytest.raises(Cancelled):
        fit_trajectory(Series.of(ball().frames[:3]), SETTINGS, report=Reporter(stop))


@pytest.mark.parametrize("periodic", [False, True])
def test_the_slopes_of_splines_add_up_to_nothing(periodic: bool) -> None:
    splines = TimeSplines(-2.0, 0.5, 6, periodic)
    for time in np.linspace(-2.0, 1.0, 13):
        weights = splines.weights(float(time))
        weights.pop(6 if periodic else -1, None)  # the constant
        assert set(weights) <= set(range(splines.count)) and sum(weights.values()) == pytest.approx(0.0)
    ends = splines.weights(-2.0), splines.weights(1.0)
    assert (ends[0] == pytest.approx(ends[1])) is periodic


def test_a_finer_field_begins_as_the_coarser_one() -> None:
    coarse, fine = lattice(2), lattice(2)
    finer = Grid((29, 19), (0.5, 0.75), (0.0, 0.0), coarse.grid.direction)
    splines = TimeSplines(0.0, 1.0, 2)
    before = SeriesField(splines, gaussian(coarse.shape, [1.0, 1.0]), coarse.taper([2, 2]))
    with torch.no_grad():
        for head in before.heads:
            head.normal_(generator=torch.Generator().manual_seed(1))
    after = SeriesField(splines, gaussian(finer.shape, [1.0, 1.0]), type(fine)(finer).taper([4, 4]), before)
    torch.testing.assert_close(after(torch.tensor(0.7))[:, ::2, ::2], before(torch.tensor(0.7)))


def test_the_way_back_is_walked_passage_by_passage() -> None:
    nodes = lattice(2)
    field = SeriesField(TimeSplines(0.0, 1.0, 3), gaussian(nodes.shape, [2.0, 2.0]), nodes.taper([3, 3]))
    with torch.no_grad():
        for number, head in enumerate(field.heads):
            head.normal_(generator=torch.Generator().manual_seed(number)).mul_(3.0)
        solver, stops = Solver("rk4", 2), (1.0, 2.0, 3.0)
        there = list(walked(field, stops, carried(nodes, solver), nodes.zeros()))
        back = list(walked(field, stops, carried_back(nodes, solver), nodes.zeros()))
    for forward, backward in zip(there, back, strict=True):
        assert forward.abs().max() > 0.3
        left = (backward + nodes.sample(forward, backward)).abs()[:, 2:-2, 2:-2]
        assert left.max() < 0.15 * forward.abs().max()


def test_a_clock_counts_intervals_and_goes_round() -> None:
    series = Series.of([drawn(lambda p: p[..., 0], grid((8, 8)))] * 4, (10.0, 20.0, 30.0, 40.0))
    assert [Clock.of(series, 1)(time) for time in series.times] == [-1.0, 0.0, 1.0, 2.0]
    assert [Clock.of(series, 0, cyclic=True)(time) for time in (*series.times, 50.0)] == [0.0, 1.0, 2.0, -1.0, 0.0]


def test_every_frame_has_its_turn() -> None:
    turns = Turns(range(7), 3, seed=1)
    seen = [turns(iteration) for iteration in range(7)]
    assert all(len(set(turn)) == 3 for turn in seen) and not turns.all_at_once
    counts = [sum(frame in turn for turn in seen) for frame in range(7)]
    assert counts == [3] * 7
    again = Turns(range(7), 3, seed=1)
    assert [again(iteration) for iteration in range(7)] == seen
    assert Turns([4, 2], 8, seed=0)(5) == [4, 2]
