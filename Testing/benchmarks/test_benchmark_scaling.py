"""The benchmark of growth and the profile of an iteration: sizes, events, stages, tables. Nothing here is timed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import iteration_profile
import numpy as np
import pytest
import scaling
import SimpleITK as sitk
import stage_clock
import startup
import timed_run
import torch
from level_profiles import LevelProfile, Stage, profile
from nodeo.engine import preparation
from nodeo.engine.level import LevelProblem
from nodeo.errors import InputError
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from nodeo.models.base import Task
from nodeo.settings import Settings
from pairs import Pair
from planned_pair import planned_pair
from profile_tables import stages_table
from publish import BEGIN
from scaling_runs import LevelCost, ScalingRun, comparable
from scaling_tables import document, exponent, exponents, records, series
from stage_clock import StageClock
from staged_iteration import BACK, STAGES, Descent
from textured_pair import textured_pair, warp
from timed_run import Event

PNG = b"\x89PNG"
CPU = torch.device("cpu")
MACHINE = {
    "cpu": "a processor", "cores": 2, "memory_gb": 8.0, "gpus": [], "system": "Linux 6", "python": "3.11",
    "versions": {"torch": "2"}, "commit": "abc1234",
}  # fmt: skip


# --- the pair -------------------------------------------------------------------------------------------------------


def test_the_pair_is_always_the_same_and_fills_its_image() -> None:
    one, again = (preparation.prepare(*textured_pair(24), None, None, Settings()) for _ in range(2))
    for scan, same in zip(one, again, strict=True):
        assert torch.equal(scan.values, same.values)
        assert (scan.content[:, 1] - scan.content[:, 0] + 1 >= 0.9 * 24).all()


def test_the_pair_differs_by_a_map_that_does_not_fold() -> None:
    fixed, moving = textured_pair(24)
    lattice = Lattice(Grid.of(fixed))
    displacement = warp(lattice)
    carried = lattice.sample(lattice.grid.tensor(moving)[None], displacement)[0]
    assert torch.equal(carried, lattice.grid.tensor(fixed))
    slopes = [displacement.diff(dim=axis).abs().max() for axis in (1, 2, 3)]
    assert max(slopes) < 0.13  # one entry a row and column: det J is above 1 - 0.13³


# --- events of a run ------------------------------------------------------------------------------------------------


def news(seconds: float, level: int, iteration: int) -> Event:
    return Event(seconds, {"event": "progress", "level": level, "iteration": iteration})


def test_an_iteration_lies_between_two_events() -> None:
    first = [news(1.0, 0, 0), news(5.0, 1, 1), news(5.5, 1, 2), news(6.5, 1, 3), news(6.7, 1, 4)]
    second = [news(9.0, 2, 1), news(11.0, 2, 2), news(12.0, 0, 0)]
    assert timed_run.iteration_seconds(first + second) == pytest.approx([0.5, 2.0])
    assert timed_run.first_iteration(first) == 5.0
    assert math.isnan(timed_run.first_iteration(first[:1]))


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    cost, events = timed_run.register((tmp_path / "one.nrrd", tmp_path / "other.nrrd"), tmp_path, 1)
    assert "one.nrrd" in cost.failure
    assert [event.news["event"] for event in events] == ["error"]


# --- growth ---------------------------------------------------------------------------------------------------------


def run_of(size: int, threads: int, power: float = 1.0, **fields: Any) -> ScalingRun:
    """A run whose iterations cost as much as that power of its voxels."""
    levels = [LevelCost(s, (size // s) ** 3, 1000, 1e-7 * ((size // s) ** 3) ** power / threads, 9.0) for s in (2, 1)]
    run = ScalingRun(size, threads, "cpu", 2.0 + 1e-5 * size**3, 3.0, 400.0 + 1e-3 * size**3, None, levels)
    for name, value in fields.items():
        setattr(run, name, value)
    return run


@pytest.fixture
def recorded() -> dict[str, Any]:
    runs = [run_of(size, threads, 1.25) for size in (32, 64, 96) for threads in (1, 2)]
    runs.append(run_of(128, 1, levels=[], failure="There is not enough memory."))
    return {
        "date": "2026-01-02T03:04+00:00",
        "machine": MACHINE,
        "preset": "balanced",
        "device": "cpu",
        "settings": comparable("balanced", 4),
        "runs": [json.loads(json.dumps(vars(run), default=vars)) for run in runs],
        "startup": {"pair": "p", "preset": "fast", "help": [0.2, 0.1, 0.3], "first iteration": [3.5]},
    }


def test_the_exponent_is_the_slope_of_the_logarithms() -> None:
    voxels = [64**3, 96**3, 128**3]
    assert exponent(voxels, [2e-7 * n for n in voxels]) == pytest.approx(1.0)
    assert exponent(voxels, [2e-7 * n**1.25 for n in voxels]) == pytest.approx(1.25)
    assert math.isnan(exponent(voxels[:1], [1.0]))


def test_each_level_and_number_of_threads_has_its_own_exponent(recorded: dict[str, Any]) -> None:
    found = exponents([ScalingRun.of(one) for one in recorded["runs"]])
    assert found["an iteration, 1/2"] == pytest.approx({"1": 1.25, "2": 1.25})
    assert found["an iteration, full resolution"] == pytest.approx({"1": 1.25, "2": 1.25})
    assert found["whole process, wall"]["1"] < 1.0  # it has a constant part


def test_failed_runs_take_no_part(recorded: dict[str, Any]) -> None:
    runs = [ScalingRun.of(one) for one in recorded["runs"]]
    assert series(runs, 1, lambda run: (run.voxels, run.wall))[0] == [32**3, 64**3, 96**3]


def test_the_tables_hold_what_was_recorded(recorded: dict[str, Any]) -> None:
    text = document(recorded)
    assert "a processor, 2 cores, 8.0 GB" in text and "node_spacing 4,2,2" in text
    rows = {line.split("|")[1].strip() + line.split("|")[3]: line for line in text.splitlines() if "³ |" in line}
    cells = [cell.strip() for cell in rows["64³ 2 "].split("|")]
    assert cells[2] == "0.262 M" and cells[6:8] == [f"{100 * 64**0.75 / 2:.0f}", "2.00"]
    assert "There is not enough memory." in rows["128³ 1 "]
    assert len({line.count("|") for line in rows.values()}) == 1
    assert "| ≤ 0.5 | 0.20 | yes |" in text and "| ≤ 3 | 3.50 | no: 0.50 s over |" in text


def test_a_gpu_has_a_column_of_its_own(recorded: dict[str, Any]) -> None:
    assert "peak GPU" not in document(recorded)
    for one in recorded["runs"][:-1]:
        one["peak_gpu_mb"] = 0.5 * one["peak_mb"]
    text = document(recorded)
    assert "| peak, MB | peak GPU, MB |" in text and "| peak GPU memory | " in text


def test_the_tables_and_the_picture_go_into_a_page(
    recorded: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text(scaling.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(scaling, "PAGE", page)
    scaling.publish(recorded, tmp_path, page=True)
    assert "### Start-up" in page.read_text(encoding="utf-8")
    assert (tmp_path / "pictures" / "scaling.png").read_bytes()[:4] == PNG
    assert BEGIN.format("results") in iteration_profile.PAGE.read_text(encoding="utf-8")


def test_a_record_a_run_and_level(recorded: dict[str, Any]) -> None:
    made = records([ScalingRun.of(one) for one in recorded["runs"]])
    assert len(made) == 12
    assert made[1]["ns_a_voxel_and_iteration"] == pytest.approx(100 * (32**3) ** 0.25, abs=0.01)


def test_every_size_does_the_same_per_voxel() -> None:
    """Small images may have closer nodes than large ones; here they have not."""
    settings = Settings().replace(**comparable("balanced", 2))
    for size in (32, 72):  # the engine's limit lies between
        _, levels = planned_pair(*textured_pair(size), settings)
        assert [level.node_factors for level in levels] == [(4,) * 3, (2,) * 3, (2,) * 3]


def test_a_sweep_from_the_call_to_the_picture(tmp_path: Path) -> None:
    small = ["--sizes", "16", "24", "--threads", "1", "--iterations", "2", "--repeats", "0"]
    assert scaling.main(["--output", str(tmp_path), *small, "--preset", "fast"]) == 0
    runs = [ScalingRun.of(one) for one in json.loads((tmp_path / "scaling.json").read_text())["runs"]]
    assert [(run.size, run.failure) for run in runs] == [(16, ""), (24, "")]
    for run in runs:
        assert run.wall > 0 and run.cpu > 0 and run.peak_mb > 0
        assert [level.shrink for level in run.levels] == [2]  # a quarter of so few voxels is left out
        assert all(level.voxels == (run.size // 2) ** 3 and level.iteration > 0 for level in run.levels)
    with (tmp_path / "scaling.csv").open(encoding="utf-8") as file:
        assert [record["size"] for record in csv.DictReader(file)] == ["16", "24"]
    assert (tmp_path / "scaling.png").read_bytes()[:4] == PNG
    names = ["scaling.csv", "scaling.json", "scaling.md", "scaling.png"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names


def test_one_iteration_is_too_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scaling.main(["--output", str(tmp_path), "--iterations", "1"]) == 2
    assert "--iterations is 1." in capsys.readouterr().err


def test_the_start_is_cancelled_at_its_first_iteration(tmp_path: Path) -> None:
    files = tmp_path / "fixed.nrrd", tmp_path / "moving.nrrd"
    for image, file in zip(textured_pair(20), files, strict=True):
        sitk.WriteImage(image, str(file))
    measured = startup.measure(Pair("tiny", *files), "balanced", "cpu", 1, repeats=1)
    found = {what: seconds for what, _, seconds in startup.verdicts(measured)}
    assert found["`nodeo --help`"] == measured["help"][0] > 0
    assert found["`nodeo register` of tiny, balanced: call to first iteration"] == measured["first iteration"][0] > 0


# --- the stages of an iteration -------------------------------------------------------------------------------------


def problems(**changes: Any) -> Iterator[tuple[LevelProblem, Task]]:
    """The levels of a small pair, each after a step of those before."""
    settings = Settings().replace(**changes)
    task, levels = planned_pair(*textured_pair(24), settings)
    previous = None
    for level in levels:
        problem = LevelProblem(task, level, previous, settings, CPU)
        yield problem, task
        descent = Descent.of(problem, task)
        descent.step(StageClock(CPU), 0)
        previous = problem.displacement(descent.segment).detach()


@pytest.mark.parametrize("changes", [{}, {"solver": "rk4", "lambda_v": 0.1, "similarity": "mi", "jacobian_floor": 1.0}])
def test_the_stages_make_the_loss_and_the_gradient_of_the_whole(changes: dict[str, Any]) -> None:
    for problem, task in problems(**changes):
        descent, clock = Descent.of(problem, task), StageClock(CPU)
        descent.step(clock, 0)
        parts = descent.gradients(clock, 1)
        found = [parameter.grad for parameter in descent.segment.parameters()]
        descent.optimiser.forget_gradients()
        whole = problem.loss(descent.segment, 1)
        whole.total.backward()
        assert parts.total.item() == pytest.approx(whole.total.item(), rel=1e-6)
        assert parts.penalties.keys() == whole.penalties.keys()
        for mine, parameter in zip(found, descent.segment.parameters(), strict=True):
            assert mine is not None and parameter.grad is not None
            # summed in another order: single precision allows about 1e-6 of the largest
            assert np.abs((mine - parameter.grad).numpy()).max() <= 1e-5 * parameter.grad.abs().max().item()


def test_every_stage_of_every_level_is_there(tmp_path: Path) -> None:
    levels = profile(*textured_pair(32), Settings(), CPU, repeats=1)
    assert [level.shrink for level in levels] == [4, 2, 1]
    for number, level in enumerate(levels):
        names = [name for name in STAGES if number > 0 or name != "composition"]
        assert [stage.name for stage in level.stages] == names
        assert all(stage.forward > 0 for stage in level.stages)
        assert all(stage.backward > 0 for stage in level.stages if stage.name != "optimiser")
        floored = {stage.name for stage in level.stages if stage.floor > 0}
        assert {"velocity", "integration", "sampling", "similarity"} <= floored
        assert level.whole > 0 and all(one["seconds"] > 0 and one["points"] > 0 for one in level.primitives)
    record = {
        "date": "2026-01-02T03:04+00:00", "machine": MACHINE, "pair": "textured", "size": (32, 32, 32),
        "preset": "balanced", "settings": [], "device": "cpu", "threads": 1, "levels": levels,
    }  # fmt: skip
    iteration_profile.publish(record, tmp_path)
    again = [LevelProfile.of(one) for one in json.loads((tmp_path / "iteration_profile.json").read_text())["levels"]]
    assert again == levels
    assert (tmp_path / "iteration_profile.png").read_bytes()[:4] == PNG
    assert (tmp_path / "iteration_profile.md").read_text(encoding="utf-8").count("### ") == 3


def test_what_cannot_be_taken_apart_is_refused() -> None:
    for changes in ({"adjoint": True}, {"solver": "dopri5"}):
        with pytest.raises(InputError, match="fixed-step"):
            profile(*textured_pair(16), Settings().replace(**changes), CPU, repeats=1)


def test_costs_are_per_voxel_and_of_all_threads_together() -> None:
    stages = [Stage("sampling", 0.001, 0.002, 0.0015), Stage("penalties", 0.001, 0.0, 0.0)]
    text = stages_table(LevelProfile(1, 100_000, 50_000, stages, 0.0041, []), threads=2)
    assert "| sampling | 20.0 | 40.0 | 60.0 | 75 % | 30.0 | 2.00 |" in text
    assert "| penalties | 20.0 | 0.0 | 20.0 | 25 % | – | – |" in text
    assert "| **sum** | 40.0 | 40.0 | 80.0 | 100 % | 30.0 | 2.67 |" in text
    assert "| in one piece |  |  | 82.0 |" in text


def test_a_stage_is_not_charged_for_what_interrupts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 5.0, 7.0, 7.5, 8.0])
    monkeypatch.setattr(stage_clock.time, "perf_counter", lambda: next(ticks))
    clock = StageClock(CPU)
    with clock.stage("integration"), clock.stage("velocity"):
        pass
    with clock.stage("velocity" + BACK):
        pass
    assert clock.seconds == {"integration": 3.0, "velocity": 4.0, "velocity" + BACK: 0.5}
