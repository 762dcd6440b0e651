"""``nodeo study regularizers``: four runs that differ in K and J only, a picture that shows the folds, a page."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from conversations import ENDLESS, conversation
from labelled_disk import disk_pair
from nodeo.app import cli
from nodeo.app.answer import CANCELLED
from nodeo.errors import InputError
from nodeo.report.canvas import FOLD
from nodeo.settings import Settings
from nodeo.study import regularizers
from nodeo.study.pair import StudyPair
from phantoms import Phantom, bumps, drawn, folds, grid, local_displacement, middle

pytest.importorskip("matplotlib")
QUICK = [
    "--set",
    "start=none",
    "--set",
    "levels=2",
    "--set",
    "iterations=5",
    "--set",
    "steps=1",
    "--threads",
    "1",
    "--preset",
    "fast",
]
NAMES = ["K and J", "K only", "J only", "neither"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role, image in disk_pair().images.items():
        sitk.WriteImage(image, str(tmp_path / f"{role}.nrrd"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


LABELS = ["--fixed-labels", "fixed_labels.nrrd", "--moving-labels", "moving_labels.nrrd"]
STUDY = ["study", "regularizers", "fixed.nrrd", "moving.nrrd", "--output", "out", *QUICK]


def picture(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[..., :3].astype(int)


def yellow(pixels: np.ndarray) -> int:
    """How many pixels have the colour of a fold."""
    colour = [int(FOLD[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(pixels - colour).max(-1) < 8).sum())


def test_only_k_and_j_are_changed() -> None:
    base = Settings.preset("accurate").replace(seed=3, lambda_J=5, kernel_window="6mm")
    made = regularizers.cases(base)
    assert [case.name for case in made] == NAMES
    assert [(case.settings.kernel, case.settings.lambda_J) for case in made] == [
        ("gaussian", 5.0), ("gaussian", 0.0), ("none", 5.0), ("none", 0.0),
    ]  # fmt: skip
    for case in made:
        assert case.settings.replace(kernel="gaussian", lambda_J=5) == base
    for off in ({"kernel": "none"}, {"lambda_J": 0}):
        with pytest.raises(InputError, match="to switch off"):
            regularizers.cases(base.replace(**off))


def test_a_study_of_slices(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*STUDY, *LABELS, "--progress", "none"]) == 0
    out = desk / "out"
    assert {path.name for path in out.iterdir()} == {
        "runs", "regularizers.csv", "regularizers.png", "regularizers.html",
    }  # fmt: skip
    with (out / "regularizers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == NAMES
    for row in rows:
        metrics = json.loads((out / "runs" / row["run"].replace(" ", "_") / "metrics.json").read_text())
        assert float(row["dice_after"]) == pytest.approx(metrics["dice"]["after"]["mean_dice"], rel=1e-6)
        assert float(row["smallest_det_j"]) == pytest.approx(metrics["folding"]["smallest"], rel=1e-6)
    assert len({row["similarity_after"] for row in rows}) > 1, "K makes no difference"
    page = (out / "regularizers.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//|url\(|@import|<script", page), "it reaches outside"
    assert page.count("data:image/png;base64,") == 1
    for name in NAMES:
        assert f"<td>{name}</td>" in page
    pixels = picture(out / "regularizers.png")
    assert pixels.shape[1] > 1500 and pixels.std() > 10, "the picture is blank"
    printed = capfd.readouterr()
    assert all(name in printed.out for name in NAMES) and "Written to" in printed.out
    assert printed.err == ""


def test_it_goes_on_where_it_stopped(desk: Path) -> None:
    assert cli.main([*STUDY, "--progress", "none"]) == 0
    runs = desk / "out" / "runs"
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("*") if path.is_file()}
    again = runs / "K_only" / "metrics.json"
    again.unlink()
    assert cli.main([*STUDY, "--progress", "none"]) == 0
    after = {path: path.stat().st_mtime_ns for path in runs.rglob("*") if path.is_file()}
    assert {path.parent.name for path in after if after[path] != before.get(path)} == {"K_only"}


def test_folds_are_marked_where_they_are(tmp_path: Path) -> None:
    """A displacement that folds, written as a run would have left it: as many points as an independent count finds."""
    from nodeo.study.regularizers_figure import folded_points

    on = grid((30, 28), (1.0, 1.5))
    folding = bumps(middle(on), 14.0, 4.0).transform(on)
    pair = StudyPair({"fixed": drawn(Phantom(middle(on)), on), "moving": drawn(Phantom(middle(on)), on)}, "a fold")
    identity = sitk.Transform(2, sitk.sitkIdentity)
    marked = sitk.GetArrayFromImage(folded_points(pair, folding, identity))
    assert 10 < marked.sum() < marked.size / 2
    assert marked.sum() == folds(local_displacement(folding, on), on.GetSpacing())
    shift = sitk.TranslationTransform(2, (3.0, -2.0))
    moved = folded_points(pair, sitk.CompositeTransform([shift, folding]), shift)
    assert (sitk.GetArrayFromImage(moved) == marked).mean() > 0.99, "an initial transform changes nothing about it"


def test_the_picture_shows_the_folds_of_a_run(desk: Path) -> None:
    """One run is exchanged for a folding one: only then, and only in its column, is the folds' colour seen."""
    assert cli.main([*STUDY, "--progress", "none"]) == 0
    without = picture(desk / "out" / "regularizers.png")
    fixed = sitk.ReadImage("fixed.nrrd")
    sitk.WriteTransform(
        sitk.CompositeTransform([bumps(middle(fixed), 14.0, 4.0).transform(fixed)]),
        str(desk / "out" / "runs" / "neither" / "transform.h5"),
    )
    assert cli.main([*STUDY, "--progress", "none"]) == 0
    pixels = picture(desk / "out" / "regularizers.png")
    column = int(0.785 * pixels.shape[1])
    maps = slice(pixels.shape[0] // 2, pixels.shape[0] * 5 // 6)
    assert yellow(pixels[maps, column:]) > yellow(without[maps, column:]) + 300
    assert yellow(pixels[maps, :column]) == yellow(without[maps, :column])


def test_a_volume_is_shown_in_three_planes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on = grid((18, 20, 16))
    ball, warp = Phantom(middle(on), 7.0, blobs=30, grain=0.15), bumps(middle(on), 2.0, 5.0)
    sitk.WriteImage(drawn(lambda x: ball(warp(x)), on), str(tmp_path / "fixed.nrrd"))
    sitk.WriteImage(drawn(ball, on), str(tmp_path / "moving.nrrd"))
    monkeypatch.chdir(tmp_path)
    assert cli.main([*STUDY, "--progress", "none"]) == 0
    whole = picture(tmp_path / "out" / "regularizers.png")
    sliced = ["--slice", "coronal:9", "--output", "flat"]
    assert cli.main([*STUDY, *sliced, "--progress", "none"]) == 0
    flat = picture(tmp_path / "flat" / "regularizers.png")
    assert whole.shape[1] == flat.shape[1] and whole.shape[0] > 1.7 * flat.shape[0]
    assert "coronal slice 9 of 20" in (tmp_path / "flat" / "regularizers.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fixed.nrrd"], "Only one image was named"),
        (["fixed.nrrd", "gone.nrrd"], "does not exist"),
        (["fixed.nrrd", "moving.nrrd", "--slice", "axial"], "is flat"),
        (["fixed.nrrd", "moving.nrrd", "--set", "kernel=none"], "no K to switch off"),
        (["fixed.nrrd", "moving.nrrd", "--fixed-labels", "fixed_labels.nrrd"], "Fixed labels alone"),
        (["--fixed-labels", "fixed_labels.nrrd"], "without images"),
        (["colour.png", "colour.png"], "3 values per voxel"),
        (["fixed.nrrd", "moving.nrrd", "--output", "full"], "is not empty"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_is_written(
    arguments: list[str], sentence: str, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    colour = sitk.Compose(*[sitk.Image((16, 16), sitk.sitkUInt8) + shade for shade in (10, 20, 30)])
    sitk.WriteImage(colour, str(desk / "colour.png"))
    (desk / "full").mkdir()
    (desk / "full" / "thesis.txt").write_text("precious")
    code = cli.main(["study", "regularizers", "--output", "out", "--preset", "fast", *arguments])
    assert code == cli.BAD_INPUT
    assert sentence in capfd.readouterr().err
    assert not (desk / "out").exists()
    assert [path.name for path in (desk / "full").iterdir()] == ["thesis.txt"]


def test_a_host_hears_of_all_runs_and_gets_the_table(desk: Path) -> None:
    with conversation(*STUDY, *LABELS, folder=desk) as talk:
        result = talk.until("result")
        code, errors = talk.rest()
    assert (code, errors) == (0, "")
    assert talk.events[-1] is result
    assert [run["run"] for run in result["metrics"]["runs"]] == NAMES
    assert all(run["error"] is None and run["dice_after"] > 0.5 for run in result["metrics"]["runs"])
    fractions = [event["fraction"] for event in talk.events[:-1]]
    assert fractions == sorted(fractions) and fractions[0] == 0
    assert [name for name in NAMES if any(f" {name}: " in event["stage"] for event in talk.events[:-1])] == NAMES


def test_a_host_can_cancel_and_goes_on_later(desk: Path) -> None:
    endless = ["--set", "levels=2", "--set", "steps=1", "--set", "tolerance=0", "--threads", "1"]
    line = ["study", "sweep", "fixed.nrrd", "moving.nrrd", "--output", "out", *endless]
    with conversation(*line, "--vary", "iterations=3;1000000", folder=desk) as talk:
        talk.until("progress", iteration=50)
        talk.say("cancel\n")
        code, _ = talk.rest()
    assert code == CANCELLED
    assert talk.events[-1]["event"] == "cancelled"
    assert "1 of 2 runs are finished and kept" in talk.events[-1]["message"]
    assert [path.name for path in (desk / "out" / "runs").iterdir()] == ["iterations=3"]
    assert [path.name for path in (desk / "out").iterdir()] == ["runs"]


def test_cancelled_in_the_first_run_nothing_is_left(desk: Path) -> None:
    line = ["study", "regularizers", "fixed.nrrd", "moving.nrrd", "--output", "out", *ENDLESS, "--preset", "fast"]
    with conversation(*line, folder=desk) as talk:
        talk.until("progress", iteration=3)
        talk.say("cancel\n")
        code, _ = talk.rest()
    assert code == CANCELLED
    assert talk.events[-1] == {"event": "cancelled"}
    assert not (desk / "out").exists()


def test_matplotlib_is_asked_for_before_any_work(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None)
    assert cli.main(STUDY) == cli.BAD_INPUT
    assert "needs matplotlib, which is not installed" in capfd.readouterr().err
    assert not (desk / "out").exists()
