"""The plan of the work, and what is told of it: shares of the expected time, forward only, up to the end."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import models
from nodeo.engine.preparation import prepare
from nodeo.engine.pyramid import plan
from nodeo.engine.registration import register
from nodeo.engine.workload import AROUND, Workload
from nodeo.progress import Progress, Reporter
from nodeo.settings import PRESETS, Settings
from phantoms import Phantom, bumps, drawn, grid, middle

VOLUME = (48, 44, 40)
QUICK = Settings(levels=(2, 1), iterations=(12, 8), threads=1)


def pair(size: tuple[int, ...]) -> tuple[sitk.Image, sitk.Image]:
    on = grid(size)
    phantom, warp = Phantom(middle(on), 0.4 * min(size)), bumps(middle(on))
    return drawn(lambda x: phantom(warp(x)), on), drawn(phantom, on)


def work(settings: Settings, around: Collection[str] = (), size: tuple[int, ...] = VOLUME, given: bool = False):
    scans = prepare(*pair(size), None, None, settings)
    how = "" if given else settings.initial
    return Workload(*scans, models.build(settings), settings, how, around).foreseen()


def share(expected: dict[str, float], *stages: str) -> float:
    return sum(expected[stage] for stage in stages) / sum(expected.values())


def news_of(settings: Settings, around: Collection[str] = (), size: tuple[int, ...] = VOLUME) -> list[Progress]:
    news: list[Progress] = []
    register(*pair(size), settings, progress=news.append, around=around)
    return news


# --- the plan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "paper"])
def test_what_follows_the_iterations_has_its_share(preset: str) -> None:
    expected = work(Settings.preset(preset))
    assert list(expected)[-5:] == ["certificate", "inverse", "transforms", "warped image", "measurements"]
    assert share(expected, "inverse", "measurements") >= 0.1
    assert all(seconds >= 0 for seconds in expected.values())


def test_more_iterations_are_more_work_at_their_level_only() -> None:
    one, other = work(QUICK), work(QUICK.replace(iterations=(12, 16)))
    assert other["level 2"] == pytest.approx(2 * one["level 2"])
    assert {name for name in one if one[name] != other[name]} == {"level 2"}


def test_a_solver_that_asks_more_often_takes_longer() -> None:
    levels = [work(QUICK.replace(solver=solver))["level 2"] for solver in ("euler", "midpoint", "heun3", "rk4")]
    assert levels == sorted(set(levels))
    assert work(QUICK.replace(steps=(2,)))["level 2"] == pytest.approx(work(QUICK.replace(solver="rk4"))["level 2"])


@pytest.mark.parametrize("initial", ["rigid", "similarity", "affine", "auto"])
def test_a_search_is_work_unless_its_answer_is_given(initial: str) -> None:
    assert work(QUICK)["initial transform"] == 0.0
    assert work(QUICK.replace(initial=initial))["initial transform"] > 0.0
    assert work(QUICK.replace(initial=initial), given=True)["initial transform"] == 0.0


def test_a_process_starts_and_writes() -> None:
    alone, whole = work(QUICK), work(QUICK, around=AROUND)
    assert list(whole) == ["start", *alone, "writing"]
    assert list(work(QUICK, around=["writing"])) == [*alone, "writing"]
    assert {**whole, **alone} == whole


def test_the_plan_foreseen_is_the_plan_where_the_contents_coincide() -> None:
    scans = prepare(*(pair(VOLUME)[0],) * 2, None, None, QUICK)
    workload = Workload(*scans, models.build(QUICK), QUICK, "identity", ())
    box = scans[1].content[::-1]
    assert workload.foreseen() == workload.expected(*plan(scans[0], box, models.build(QUICK), QUICK))


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_reporter_tells_shares_of_what_is_expected() -> None:
    news: list[Progress] = []
    report = Reporter(news.append)
    report.tell("before there is a plan", "b", 0.5)
    report.expect({"a": 1.0, "b": 2.0, "c": 1.0})
    report.tell("a", "a", 0.5)
    report.tell("b", "b", 0.5)
    report.tell("back", "a", 0.5)
    report.tell("unknown", "x", 0.5)
    report.tell("end", "c", 1.0)
    assert [item.fraction for item in news] == [0.0, 0.125, 0.5, 0.5, 0.5, 1.0]


def test_a_new_plan_never_takes_the_fraction_back() -> None:
    news: list[Progress] = []
    report = Reporter(news.append)
    report.expect({"a": 1.0, "b": 1.0})
    report.tell("a", "b")
    report.expect({"a": 1.0, "b": 9.0})
    report.tell("b", "b", 0.1)
    report.pass_on(Progress("another's", 0.7))
    report.pass_on(Progress("another's", 0.6))
    assert [item.fraction for item in news] == [0.5, 0.5, 0.7, 0.7]


@pytest.mark.parametrize("size", [(64, 60), VOLUME])
@pytest.mark.parametrize("initial", ["identity", "affine"])
@pytest.mark.parametrize("tolerance", [1e-4, 0.9])
def test_it_goes_forward_to_the_end(size: tuple[int, ...], initial: str, tolerance: float) -> None:
    fractions = [item.fraction for item in news_of(QUICK.replace(initial=initial, tolerance=tolerance), size=size)]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0 and fractions[-1] == pytest.approx(1.0)


def test_a_stage_is_told_where_the_plan_has_it() -> None:
    expected, news = work(QUICK), news_of(QUICK)
    ends = dict(zip(expected, np.cumsum(list(expected.values())) / sum(expected.values()), strict=True))
    last = {number: [item.fraction for item in news if item.level == number][-1] for number in (1, 2)}
    first = {stage: next(item.fraction for item in news if item.stage == stage) for stage in {n.stage for n in news}}
    near = pytest.approx  # the contents of the two images lie nearly, not quite, in one box
    assert last == {1: near(ends["level 1"], abs=0.05), 2: near(ends["level 2"], abs=0.05)}
    assert first["Inverse"] == near(ends["certificate"], abs=0.05)
    assert first["Measurements"] == near(ends["warped image"], abs=0.05)


def test_the_last_stages_move() -> None:
    news = news_of(QUICK)
    after = news[max(i for i, item in enumerate(news) if item.level) + 1 :]
    assert list(dict.fromkeys(item.stage for item in after)) == [
        "Looking for folds", "Inverse", "Transforms", "Warped image", "Measurements",
    ]  # fmt: skip
    assert len({item.fraction for item in after if item.stage == "Inverse"}) >= 3
    assert len({item.fraction for item in after if item.stage == "Measurements"}) >= 3


def test_a_whole_process_has_begun_before_and_writes_afterwards() -> None:
    alone, whole = news_of(QUICK), news_of(QUICK, around=AROUND)
    assert [item.stage for item in alone] == [item.stage for item in whole]
    assert whole[1].fraction > alone[1].fraction
    expected = work(QUICK, around=AROUND)
    assert whole[-1].fraction == pytest.approx(1.0 - share(expected, "writing"), abs=0.01)
