"""Local volumes of a cohort: in the order of its table, above 0 where the subject is larger, with structures in ml."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.app import cli
from nodeo.template.morphometry import content_mask, smoothed
from phantoms import Phantom, drawn, grid, middle

ON = grid((36, 34))
GROWTH = (1.0, 1.12, 0.9)  # how much larger each subject is, as a length
QUICK = ["--workers", "0", "--threads", "1", "--progress", "none", "--set", "start=none"]
QUICK += ["--set", "levels=2", "--set", "iterations=6"]


def ball(growth: float) -> sitk.Image:
    centre = np.asarray(middle(ON))
    return drawn(lambda x: Phantom(middle(ON), 11.0, blobs=40, grain=0.15)(centre + (x - centre) / growth), ON)


def labels(growth: float) -> sitk.Image:
    radius = 7.0 * growth
    disk = drawn(lambda x: np.linalg.norm(x - np.asarray(middle(ON)), axis=-1) < radius, ON)
    return sitk.Cast(disk, sitk.sitkUInt8) * 17


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three subjects, and one that cannot be read, on a fixed image as large as the first; BIDS names for one."""
    folder = tmp_path_factory.mktemp("cohort")
    sitk.WriteImage(ball(1.0), str(folder / "fixed.nrrd"))
    sitk.WriteImage(labels(1.0), str(folder / "labels.nrrd"))
    (folder / "text.nrrd").write_text("no image")
    for number, growth in enumerate(GROWTH):
        sitk.WriteImage(ball(growth), str(folder / f"s{number}.nrrd"))
    table = "name,subject,moving\nlarger,,s1.nrrd\nbroken,,text.nrrd\nsame,,s0.nrrd\n,3,s2.nrrd\n"
    (folder / "table.csv").write_text(table)
    call = ["cohort", "run", str(folder / "table.csv"), "--fixed", str(folder / "fixed.nrrd"), "--initial", "affine"]
    assert cli.main([*call, "--output", str(folder / "out"), *QUICK]) == 1
    return folder


def morphometry(cohort: Path, output: Path, *options: str) -> tuple[sitk.Image, list[dict[str, str]]]:
    call = ["morphometry", str(cohort / "out"), "--output", str(output), "--progress", "none", *options]
    assert cli.main(call) == 0
    with (output / "morphometry.csv").open(newline="") as file:
        return sitk.ReadImage(str(output / "log_jacobian.nii.gz")), list(csv.DictReader(file))


def test_with_its_affine_part_a_larger_subject_is_above_zero(cohort: Path, tmp_path: Path) -> None:
    image, rows = morphometry(cohort, tmp_path, "--with-affine", "--labels", str(cohort / "labels.nrrd"))
    assert image.GetSize() == (36, 34, 1, 3)
    assert [row["pair"] for row in rows] == ["larger", "same", "sub-3"]
    assert [row["volume"] for row in rows] == ["0", "1", "2"]
    for row, growth in zip(rows, (1.12, 1.0, 0.9), strict=True):
        assert float(row["affine_factor"]) == pytest.approx(growth**2, rel=0.04)
        assert float(row["mean_log_det_j"]) == pytest.approx(2 * math.log(growth), abs=0.05)
        assert float(row["cm2_17_Left_Hippocampus"]) == pytest.approx(math.pi * (0.7 * growth) ** 2, rel=0.05)
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "mask.nii.gz"))) > 0
    assert 0.6 * math.pi * 11**2 < mask.sum() < math.pi * 11**2
    stack = sitk.GetArrayFromImage(image)[:, 0]
    for number, row in enumerate(rows):
        assert float(stack[number][mask].mean()) == pytest.approx(float(row["mean_log_det_j"]), abs=1e-5)
    jacobian = sitk.GetArrayFromImage(sitk.ReadImage(str(cohort / "out" / "larger" / "jacobian.nrrd")))
    np.testing.assert_allclose(stack[0], np.log(jacobian), atol=1e-6)
    about = json.loads((tmp_path / "morphometry.json").read_text())
    assert about["left_out"] == ["broken"] and about["affine_part"] == "in"
    assert about["template_cm2"]["17"] == pytest.approx(math.pi * 0.7**2, rel=0.05)


def test_without_it_all_are_alike(cohort: Path, tmp_path: Path) -> None:
    image, rows = morphometry(cohort, tmp_path)
    assert all(abs(float(row["mean_log_det_j"])) < 0.06 for row in rows)
    whole, _ = morphometry(cohort, tmp_path / "whole", "--with-affine")
    apart = sitk.GetArrayFromImage(whole) - sitk.GetArrayFromImage(image)
    for difference, row in zip(apart, rows, strict=True):
        np.testing.assert_allclose(difference, math.log(float(row["affine_factor"])), atol=1e-5)
    assert not any("17" in column for column in rows[0])


def test_it_is_smoothed_by_a_width_in_mm(cohort: Path, tmp_path: Path) -> None:
    rough, _ = morphometry(cohort, tmp_path / "rough")
    smooth, _ = morphometry(cohort, tmp_path / "smooth", "--smooth", "6")
    one, other = (sitk.GetArrayFromImage(image) for image in (rough, smooth))
    assert other.std() < 0.9 * one.std()
    assert other.mean() == pytest.approx(one.mean(), abs=0.01)
    dot = np.zeros((61, 61), np.float32)
    dot[30, 30] = 1.0
    image = sitk.GetImageFromArray(dot)
    image.SetSpacing((2.0, 1.0))
    spread = sitk.GetArrayFromImage(smoothed(image, 12.0))
    for row, half in ((spread[30] / spread[30, 30], 3), (spread[:, 30] / spread[30, 30], 6)):  # 6 mm away
        assert row[30 + half] == pytest.approx(0.5, abs=0.03)


def test_holes_are_filled_in_a_slice_however_it_is_stored() -> None:
    def ring(x: np.ndarray) -> np.ndarray:
        away = np.linalg.norm(x[..., :2] - np.asarray(middle(ON)), axis=-1)
        return (100.0 + x[..., 0]) * ((away < 12) & (away > 5))

    flat = content_mask(drawn(ring, ON))
    thick = content_mask(sitk.JoinSeries([drawn(ring, ON)]))
    assert sitk.GetArrayFromImage(flat).sum() == pytest.approx(math.pi * 12**2, rel=0.03)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(thick)[0], sitk.GetArrayFromImage(flat))


@pytest.mark.parametrize(
    ("cohort_folder", "options", "told"),
    [
        (".", [], "is no finished cohort"),
        ("out", ["--smooth", "-1"], "--smooth is -1"),
        ("out", ["--labels", "fixed.nrrd"], "is not a whole number"),
        ("out", ["--labels", "gone.nrrd"], "gone.nrrd does not exist"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    cohort: Path,
    cohort_folder: str,
    options: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(cohort)
    assert cli.main(["morphometry", cohort_folder, "--output", "refused", "--progress", "none", *options]) == 2
    assert told in capsys.readouterr().err
    assert not (cohort / "refused").exists()


def test_a_cohort_onto_several_images_has_no_common_space(cohort: Path, tmp_path: Path) -> None:
    sitk.WriteImage(sitk.Resample(ball(1.0), grid((30, 30))), str(cohort / "another.nrrd"))
    table = "name,fixed,moving\na,fixed.nrrd,s0.nrrd\nb,another.nrrd,s1.nrrd\n"
    (cohort / "two.csv").write_text(table)
    call = ["cohort", "run", str(cohort / "two.csv"), "--output", str(tmp_path / "out"), *QUICK]
    assert cli.main(call) == 0
    call = ["morphometry", str(tmp_path / "out"), "--output", str(tmp_path / "none"), "--progress", "none"]
    assert cli.main(call) == 2
    assert not (tmp_path / "none").exists()
