"""What studies share: slices that stay in place, runs that are kept, failures that end nothing but themselves."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
from labelled_disk import disk_pair
from nodeo.errors import Cancelled, InputError
from nodeo.progress import Progress
from nodeo.settings import Settings
from nodeo.study import runs
from nodeo.study.measures import csv_text, text_table, value
from nodeo.study.runs import Case, run_cases
from nodeo.study.slices import parse_slice, take_slices
from phantoms import Phantom, drawn, grid, middle

QUICK = Settings().replace(levels=2, iterations=4, steps=1, threads=1)


def case(name: str, **changes: object) -> Case:
    return Case(name, name, QUICK.replace(**changes), {"case": name})


class News:
    """A callback that remembers, and stops the run when it is told to."""

    def __init__(self, stop_at: str = "") -> None:
        self.heard: list[Progress] = []
        self.stop_at = stop_at

    def __call__(self, news: Progress) -> None:
        self.heard.append(news)
        if self.stop_at and self.stop_at in news.stage:
            raise Cancelled


# --- runs -------------------------------------------------------------------------------------------------------------


def test_a_run_that_is_there_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair, news = disk_pair(), News()
    first = run_cases([case("one"), case("two", lambda_s=1)], pair, tmp_path, news)
    assert [outcome.kept for outcome in first] == [False, False]
    fractions = [heard.fraction for heard in news.heard]
    assert fractions == sorted(fractions) and fractions[0] < 0.1 and fractions[-1] > 0.9
    assert news.heard[-1].stage.startswith("2/2 two: ")
    assert {path.name for path in (tmp_path / "runs" / "one").iterdir()} == {"settings.json", "metrics.json"}
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was run again")

    monkeypatch.setattr(runs, "register", refuse)
    again = run_cases([case("one"), case("two", lambda_s=1)], pair, tmp_path, News())
    assert [outcome.kept for outcome in again] == [True, True]
    assert [value(a, "dice_after") for a in again] == [value(b, "dice_after") for b in first]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")} == written


@pytest.mark.parametrize("what", ["settings", "images", "half"])
def test_a_run_of_something_else_is_run_again(what: str, tmp_path: Path) -> None:
    run_cases([case("one")], disk_pair(), tmp_path, News())
    pair, again = disk_pair(), case("one")
    if what == "settings":
        again = case("one", lambda_df=0.1)
    elif what == "images":
        pair = disk_pair(push=1.0)
    else:
        (tmp_path / "runs" / "one" / "metrics.json").unlink()
    (outcome,) = run_cases([again], pair, tmp_path, News())
    assert not outcome.kept
    assert json.loads((tmp_path / "runs" / "one" / "settings.json").read_text()) == again.settings.as_dict()
    assert json.loads((tmp_path / "runs" / "one" / "metrics.json").read_text())["study"]["inputs"] == pair.digest


def test_a_failed_run_is_named_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = runs.register

    def moody(*arguments: object, **options: object) -> object:
        if arguments[2].lambda_s == 9:  # type: ignore[attr-defined]
            raise FloatingPointError("the velocity is not a number")
        return honest(*arguments, **options)

    monkeypatch.setattr(runs, "register", moody)
    cases = [case("good"), case("bad", lambda_s=9), case("last")]
    outcomes = run_cases(cases, disk_pair(), tmp_path, News())
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert "failed: bad: the velocity is not a number" in text_table(outcomes).splitlines()
    rows = list(csv.DictReader(io.StringIO(csv_text(outcomes))))
    assert [row["error"] for row in rows] == ["", "the velocity is not a number", ""]
    assert rows[1]["dice_after"] == "" and float(rows[0]["dice_after"]) == pytest.approx(
        value(outcomes[0], "dice_after")
    )
    assert not (tmp_path / "runs" / "bad").exists()
    monkeypatch.setattr(runs, "register", honest)
    assert [outcome.kept for outcome in run_cases(cases, disk_pair(), tmp_path, News())] == [True, False, True]


def test_when_every_run_fails_the_first_reason_is_given(tmp_path: Path) -> None:
    cases = [case("one", initial="gone.tfm"), case("two", initial="lost.tfm")]
    with pytest.raises(InputError, match=r"gone\.tfm"):
        run_cases(cases, disk_pair(), tmp_path, News())
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_study_keeps_what_is_finished(tmp_path: Path) -> None:
    with pytest.raises(Cancelled, match="1 of 3 runs are finished and kept"):
        run_cases(
            [case("one"), case("two"), case("three")], disk_pair(), tmp_path, News(stop_at="2/3 two: Registering")
        )
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["one"]


def test_numbers_are_those_of_the_run(tmp_path: Path) -> None:
    (outcome,) = run_cases([case("one")], disk_pair(), tmp_path, News())
    metrics = json.loads((tmp_path / "runs" / "one" / "metrics.json").read_text())
    (row,) = csv.DictReader(io.StringIO(csv_text([outcome])))
    assert float(row["similarity_after"]) == pytest.approx(metrics["similarity"]["after"], rel=1e-6)
    assert float(row["dice_before"]) == pytest.approx(metrics["dice"]["before"]["mean_dice"], rel=1e-6)
    assert float(row["folded_points"]) == metrics["folding"]["voxels"]
    assert float(row["seconds"]) == metrics["seconds"]["total"]
    assert len(metrics["history"]) == 4


def test_without_labels_there_is_no_dice(tmp_path: Path) -> None:
    outcomes = run_cases([case("one")], disk_pair(labelled=False), tmp_path, News())
    assert "Dice" not in text_table(outcomes)
    assert next(csv.DictReader(io.StringIO(csv_text(outcomes))))["dice_after"] == ""


# --- slices -----------------------------------------------------------------------------------------------------------


def test_parse_slice() -> None:
    assert (parse_slice("axial")[0].name, parse_slice("axial")[1]) == ("Axial", None)
    assert (parse_slice("Coronal:12")[0].name, parse_slice("Coronal:12")[1]) == ("Coronal", 12)
    for text in ("", "axial:", "axial:0", "axial:1.5", "oblique", "axial:-3"):
        with pytest.raises(InputError, match=f"The slice is '{text}'"):
            parse_slice(text)


@pytest.mark.parametrize("view", ["axial", "coronal", "sagittal"])
def test_slices_of_volumes_stored_otherwise_show_the_same_place(view: str) -> None:
    """A formula in the world, on two grids of other orders, flips and origins: both slices are that of the formula."""
    fixed = grid((20, 22, 24), (1.0, 1.2, 0.9), (3.0, -5.0, 7.0))
    ball = Phantom(middle(fixed), 9.0, blobs=40)
    moving = phantoms.reoriented(
        drawn(ball, grid((26, 27, 28), origin=(1.0, -6.2, 5.1))), (2, 0, 1), (True, False, True)
    )
    images, name = take_slices({"fixed": drawn(ball, fixed), "moving": moving}, *parse_slice(f"{view}:9"))
    axis = {"axial": 2, "coronal": 1, "sagittal": 0}[view]
    assert name == f"{view} slice 9 of {fixed.GetSize()[axis]}"
    planes = []
    for image in images.values():
        assert sorted(image.GetSize())[0] == 1
        planes.append(phantoms.world_points(image)[..., axis])
    assert np.ptp(np.concatenate([plane.ravel() for plane in planes])) < 1e-9, "they do not lie in one plane"
    expected = fixed.GetOrigin()[axis] + 8 * fixed.GetSpacing()[axis]
    assert planes[0].ravel()[0] == pytest.approx(expected)
    values = sitk.GetArrayFromImage(images["fixed"])
    np.testing.assert_allclose(values, ball(phantoms.world_points(images["fixed"])), rtol=1e-5, atol=1e-3)
    true = ball(phantoms.world_points(images["moving"]))  # up to half a voxel away
    assert np.corrcoef(sitk.GetArrayFromImage(images["moving"]).ravel(), true.ravel())[0, 1] > 0.95


def test_slices_that_cannot_be_had_are_refused() -> None:
    volume = drawn(Phantom((9.5, 9.5, 9.5), 8.0), grid((20, 20, 20)))
    far = sitk.Image(volume)
    far.SetOrigin((0.0, 0.0, 50.0))
    tilted = phantoms.turned(volume, sitk.Euler3DTransform((9.5, 9.5, 9.5), 0.2, 0.0, 0.0))
    axial = parse_slice("axial")
    with pytest.raises(InputError, match="no axial slice 21") as caught:
        take_slices({"fixed": volume}, *parse_slice("axial:21"))
    assert "20" in caught.value.hint
    with pytest.raises(InputError, match="moving volume does not reach"):
        take_slices({"fixed": volume, "moving": far}, *axial)
    with pytest.raises(InputError, match="moving labels volume is tilted"):
        take_slices({"fixed": volume, "moving_labels": tilted}, *axial)
    with pytest.raises(InputError, match="is flat"):
        take_slices({"fixed": volume[:, :, 3:4]}, *axial)


# --- what must not be mistaken for what is there ----------------------------------------------------------------------


def test_a_run_with_other_settings_is_not_replaced_unasked(tmp_path: Path) -> None:
    pair, news = disk_pair(), News()
    run_cases([case("one")], pair, tmp_path, news)
    other = [case("one", lambda_J=5.0)]
    with pytest.raises(InputError, match="holds the run 'one' with other settings"):
        runs.check_study_folder(tmp_path, other, overwrite=False)
    runs.check_study_folder(tmp_path, other, overwrite=True)
    runs.check_study_folder(tmp_path, [case("one"), case("two")], overwrite=False)


def test_a_folder_with_anything_called_runs_is_not_taken_for_a_study(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        runs.check_study_folder(tmp_path, [case("one")], overwrite=False)


def test_another_initial_transform_under_the_same_name_is_another_run(tmp_path: Path) -> None:
    file = tmp_path / "initial.tfm"
    before = []
    for shift in (0.0, 1.0):
        sitk.WriteTransform(sitk.TranslationTransform(2, (shift, 0.0)), str(file))
        outcome = run_cases([case("one", initial=str(file))], disk_pair(), tmp_path / "study", News())[0]
        assert not outcome.kept
        before.append(outcome.metrics["similarity"]["before"])
    assert before[0] != before[1]
