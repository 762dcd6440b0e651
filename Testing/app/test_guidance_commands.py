"""What a person knows beside the images, from the command line: files in, figures out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.app import cli
from nodeo.files.points import PointList, write_points
from nodeo.report.key_figures import key_figures
from nodeo.report.page import page
from phantoms import Phantom, bumps, drawn, grid, middle

ON = grid((40, 36))
CENTRE = np.asarray(middle(ON))
WARP = bumps(middle(ON), 3.0, 5.0)
QUICK = ["--set", "levels=2,1", "--set", "iterations=8,4", "--threads", "1", "--progress", "none", "--overwrite"]
POINTS = CENTRE + np.array([[5.0, 4.0], [-5.0, -4.0], [0.0, 2.0], [-3.0, 5.0]])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair of phantoms, and points of both: the moving ones in another order, as Slicer keeps them."""
    folder = tmp_path_factory.mktemp("desk")
    ball = Phantom(middle(ON), 14.0)
    sitk.WriteImage(drawn(lambda x: ball(WARP(x)), ON), str(folder / "fixed.nrrd"))
    sitk.WriteImage(drawn(ball, ON), str(folder / "moving.nrrd"))
    halves = drawn(lambda x: np.where(np.linalg.norm(x - CENTRE, axis=-1) < 9.0, 1 + (x[..., 0] > CENTRE[0]), 0), ON)
    warped = sitk.Resample(halves, WARP.transform(ON), sitk.sitkNearestNeighbor)
    for name, labels in (("fixed", warped), ("moving", halves)):
        sitk.WriteImage(sitk.Cast(labels, sitk.sitkUInt8), str(folder / f"{name}_labels.nrrd"))
    write_points(folder / "fixed.csv", PointList(POINTS, ("a", "b", "c", "d")))
    write_points(folder / "moving.mrk.json", PointList(WARP(POINTS)[::-1], ("d", "c", "b", "a")))
    return folder


def run(desk: Path, *more: str) -> dict:
    pair = ["register", str(desk / "fixed.nrrd"), str(desk / "moving.nrrd"), "--output", str(desk / "out"), *QUICK]
    assert cli.main([*pair, *more]) == cli.OK
    return json.loads((desk / "out" / "metrics.json").read_text(encoding="utf-8"))


def test_points_are_paired_and_measured(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = ["--fixed-points", str(desk / "fixed.csv"), "--moving-points", str(desk / "moving.mrk.json")]
    metrics = run(desk, *files)
    points = metrics["points"]
    before = np.linalg.norm(WARP(POINTS) - POINTS, axis=1)
    assert [pair["before_mm"] for pair in points["pairs"]] == pytest.approx(before, abs=1e-3)
    assert [pair["name"] for pair in points["pairs"]] == ["a", "b", "c", "d"]
    assert points["after"]["mean_mm"] < 0.5 * points["before"]["mean_mm"]
    assert metrics["inputs"]["fixed_points"] == files[1]
    said = capfd.readouterr().out
    assert f"-> {points['after']['mean_mm']:.2f} mm mean" in said and "at 4 points that guided" in said

    html = page("title", metrics, {}, b"")
    assert "Target registration error by point" in html and f"<td>{points['pairs'][3]['after_mm']:.3f}</td>" in html
    labels = [figure.label for figure in key_figures(metrics)]
    assert "Target error at guiding points, mean" in labels

    assert run(desk, *files, "--points-for", "measure")["points"]["guided"] is False


def test_points_of_one_image_get_a_sentence(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pair = ["register", str(desk / "fixed.nrrd"), str(desk / "moving.nrrd"), "--output", str(desk / "out"), *QUICK]
    assert cli.main([*pair, "--fixed-points", str(desk / "fixed.csv")]) == cli.BAD_INPUT
    assert "points of one image only: --moving-points is missing" in capfd.readouterr().err


def test_labels_guide_and_say_so(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = ["--fixed-labels", str(desk / "fixed_labels.nrrd"), "--moving-labels", str(desk / "moving_labels.nrrd")]
    measured = run(desk, *files)
    assert measured["dice"]["guided"] is False and "structures" not in measured["similarity"]["channels"]
    both = run(desk, *files, "--labels-for", "both")
    assert both["dice"]["guided"] is True and both["similarity"]["channels"]["structures"]["weight"] == 0.5
    assert both["dice"]["after"]["mean_dice"] > measured["dice"]["after"]["mean_dice"]
    volumes = both["volume_change"]["structures"]
    assert set(volumes) == {"1", "2"} and volumes["1"]["fixed_cm2"] == pytest.approx(1.27, abs=0.2)  # half of π 9² mm²
    assert "of structures that guided" in capfd.readouterr().out
    assert "Mean Dice, guiding structures" in [figure.label for figure in key_figures(both)]
    assert "dice" not in run(desk, *files, "--labels-for", "guide")


def test_further_images_guide(desk: Path) -> None:
    images = [str(desk / "fixed.nrrd"), str(desk / "moving.nrrd")]
    more = ["similarity=mse", "weight=0.5", f"fixed_mask={desk / 'fixed_labels.nrrd'}", "name=t2"]
    metrics = run(desk, "--channel", *images, *more, "--channel", *images)
    assert {name: (c["name"], c["weight"]) for name, c in metrics["similarity"]["channels"].items()} == {
        "image": ("lncc", 1.0),
        "t2": ("mse", 0.5),
        "image3": ("lncc", 1.0),
    }
    assert metrics["inputs"]["channel 2 fixed"] == images[0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--channel", "fixed.nrrd"], "names one image only"),
        (["--channel", "fixed.nrrd", "moving.nrrd", "mi"], "has 'mi' after its two images"),
        (["--channel", "fixed.nrrd", "moving.nrrd", "weight=much"], "The weight of a channel is 'much'"),
        (["--channel", "fixed.nrrd", "none.nrrd"], "The moving image of channel 2 none.nrrd does not exist"),
        (["--labels-for", "guide"], "The labels are to guide, and not both are given"),
    ],
)
def test_what_cannot_guide_gets_a_sentence(
    more: list[str], message: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk)
    assert cli.main(["register", "fixed.nrrd", "moving.nrrd", "--output", "out", *QUICK, *more]) == cli.BAD_INPUT
    assert message in capfd.readouterr().err
