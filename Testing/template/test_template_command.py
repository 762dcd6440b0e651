"""``nodeo template`` as it is typed: the mean of what it is given, whoever comes first, and nothing is lost."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.app import cli
from nodeo.app.commands import template as command
from nodeo.errors import Cancelled
from nodeo.template import names
from phantoms import OBLIQUE, Bumps, Phantom, bumps, drawn, grid, middle, turned

ON = grid((36, 34))
BALL = Phantom(middle(ON), 13.0, blobs=50, grain=0.12)
PUSHES = (2.6, -2.6, 1.3, -1.3)  # mm; their mean is nothing
QUICK = ["--workers", "0", "--threads", "1", "--progress", "none", "--set", "start=none"]
QUICK += ["--set", "levels=2,1", "--set", "iterations=10,6", "--set", "lncc_window=5"]


def subject(push: float) -> sitk.Image:
    warp = bumps(middle(ON), push, 5.0)
    return drawn(lambda x: BALL(warp(x)), ON)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four subjects in units of their own, one of them an outlier in brightness somewhere; their labels."""
    folder = tmp_path_factory.mktemp("desk")
    for number, push in enumerate(PUSHES):
        image = (1.0 + number) * subject(push) + 30.0 * number
        if number == 2:
            image[16:19, 18:21] = 9000.0
        sitk.WriteImage(image, str(folder / f"s{number}.nii.gz"))
        sitk.WriteImage(sitk.Cast(subject(push) > 200, sitk.sitkUInt8) * 17, str(folder / f"s{number}_seg.nii.gz"))
    (folder / "text.nii.gz").write_text("no image")
    rows = [f"s{number}.nii.gz,s{number}_seg.nii.gz" for number in range(4)]
    (folder / "subjects.csv").write_text("\n".join(["moving,moving_labels", *rows, "text.nii.gz,"]))
    return folder


def call(*arguments: str | Path) -> int:
    return cli.main(["template", *map(str, arguments), *QUICK])


@pytest.fixture(scope="module")
def made(desk: Path) -> Path:
    """The template of all; one image of the table is none."""
    assert call(desk / "subjects.csv", "--output", desk / "made", "--align", "identity", "--rounds", "2") == 1
    return desk / "made"


def rounds(folder: Path) -> list[dict[str, str]]:
    with (folder / "rounds.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def values(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(float)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_it_is_the_mean_of_all_and_sharper_each_round(made: Path) -> None:
    truth = sitk.GetArrayFromImage(drawn(BALL, ON))
    assert likeness(values(made / "template.nii.gz"), truth) > 0.995
    assert min(likeness(sitk.GetArrayFromImage(subject(push)), truth) for push in PUSHES) < 0.98
    table = rounds(made)
    assert [row["round"] for row in table] == ["0", "1", "2", "end"]
    sharp, apart = ([float(row[key]) for row in table] for key in ("sharpness", "mean_square"))
    assert sharp[0] < sharp[1] < sharp[2] and apart[0] > apart[1] > apart[2]
    assert float(table[-1]["mean_displacement_voxels"]) < 0.1
    assert float(table[-1]["largest_mean_displacement_voxels"]) < 0.1
    found = json.loads((made / "metrics.json").read_text())
    assert (found["pairs"], found["done"], len(found["rounds"])) == (5, 4, 4)
    (failed,) = found["not_done"]
    assert failed["pair"] == "text" and "cannot be read as an image" in failed["error"]


def test_it_shines_as_its_images_do_and_the_broken_spot_is_gone(made: Path, desk: Path) -> None:
    inside = sitk.GetArrayFromImage(drawn(BALL, ON)) > 200
    own = [np.median(values(desk / f"s{number}.nii.gz")[inside]) for number in range(4)]
    found = values(made / "template.nii.gz")
    assert own[1] < np.median(found[inside]) < own[2]
    times = found / np.maximum(sitk.GetArrayFromImage(drawn(BALL, ON)), 1)
    assert times[18:21, 16:19].mean() < 1.15 * np.median(times[inside])  # a mean would be half as bright again


def test_each_subject_has_its_way_there_and_back(made: Path, desk: Path) -> None:
    template = sitk.ReadImage(str(made / "template.nii.gz"))
    for number in range(4):
        folder = made / "subjects" / f"s{number}"
        image = sitk.ReadImage(str(desk / f"s{number}.nii.gz"))
        there, back = (sitk.ReadTransform(str(folder / name)) for name in ("transform.h5", "inverse.h5"))
        again = sitk.Resample(image, template, there, sitk.sitkLinear, float(values(desk / f"s{number}.nii.gz").min()))
        np.testing.assert_allclose(values(folder / "warped.nrrd"), sitk.GetArrayFromImage(again), atol=1e-2)
        for point in ((13.0, 18.0), (20.3, 12.8), (24.0, 21.0)):
            assert np.linalg.norm(np.subtract(back.TransformPoint(there.TransformPoint(point)), point)) < 0.05
        measured = json.loads((folder / "metrics.json").read_text())
        assert measured["folding"]["voxels"] == measured["inverse_folding"]["voxels"] == 0
        assert measured["inverse_consistency_mm"]["mean"] < 0.05
    labels = values(made / "template_labels.nii.gz")
    assert set(np.unique(labels)) == {0, 17}
    warped = values(made / "subjects" / "s0" / "warped_labels.nrrd")
    assert 2 * ((labels > 0) & (warped > 0)).sum() / ((labels > 0).sum() + (warped > 0).sum()) > 0.95
    with (made / "subjects" / "cohort.csv").open(newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["done"] * 4 + ["failed"]


def test_the_page_needs_nothing_else_and_has_a_picture_a_round(made: Path) -> None:
    text = (made / "template.html").read_text()
    assert not re.search(r'(src|href)="(https?:|//)', text)
    assert text.count("data:image/png;base64,") == 3 and text.count("<polyline") == 5
    assert "text: The moving image" in text
    assert (made / "subjects" / "cohort.html").is_file()


def test_nobody_comes_first(desk: Path, made: Path, tmp_path: Path) -> None:
    for number, name in enumerate("dcba"):  # other names, in another order
        shutil.copy(desk / f"s{number}.nii.gz", tmp_path / f"{name}.nii.gz")
    paths = sorted(tmp_path.glob("*.nii.gz"))
    assert call(*paths, "--output", tmp_path / "other", "--align", "identity", "--rounds", "2") == 0
    one, other = (values(folder / "template.nii.gz") for folder in (made, tmp_path / "other"))
    np.testing.assert_allclose(one, other, atol=1e-3 * one.max())  # sums in another order, in single precision


def no_work(*_: object) -> None:
    raise AssertionError("there is nothing to do")


def test_a_second_call_has_nothing_to_do_and_more_rounds_go_on(
    desk: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "made"
    shutil.copytree(made, copy)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*.h5")}
    arguments = [desk / "subjects.csv", "--output", copy, "--align", "identity", "--rounds"]
    with monkeypatch.context() as patch:
        patch.setattr(command, "_do", no_work)
        patch.setattr(command, "crew", no_work)  # nobody is hired to do nothing
        assert call(*arguments, "2") == 1
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*.h5")} == before
    assert rounds(copy) == rounds(made)
    assert not [path for path in (copy / names.ROUNDS).rglob("*") if path.name.startswith(("transform", "shape"))]
    shutil.rmtree(copy / "subjects" / "s1")  # what it was made from has gone, too: the last round is done again
    assert call(*arguments, "2") == 1
    np.testing.assert_array_equal(values(copy / "template.nii.gz"), values(made / "template.nii.gz"))
    assert (copy / "subjects" / "s1" / "transform.h5").is_file()
    with monkeypatch.context() as patch:
        patch.setattr(command, "_do", stopping(command._do, calls=1))
        assert call(*arguments, "3") == 130
    assert not (copy / names.ROUNDS / "3" / names.ROUND).exists() and (copy / "template.nii.gz").is_file()
    assert call(*arguments, "3") == 1
    assert [row["round"] for row in rounds(copy)] == ["0", "1", "2", "3", "end"]
    assert rounds(copy)[:2] == rounds(made)[:2]


def stopping(do: Callable[..., None], calls: int) -> Callable[..., None]:
    """Like ``do``, until the user has had enough."""
    left = [calls]

    def wrapped(*arguments: object) -> None:
        do(*arguments)
        left[0] -= 1
        if left[0] == 0:
            raise Cancelled

    return wrapped


def test_other_images_or_settings_are_refused_until_they_may_replace(
    desk: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "made"
    shutil.copytree(made, copy)
    images = [desk / f"s{number}.nii.gz" for number in range(3)]
    assert call(*images, "--output", copy, "--align", "identity") == 2
    assert "holds a template of other images or settings" in capsys.readouterr().err
    assert (copy / "template.nii.gz").read_bytes() == (made / "template.nii.gz").read_bytes()
    assert call(*images, "--output", copy, "--align", "identity", "--rounds", "1", "--overwrite") == 0
    assert {path.name for path in (copy / "subjects").iterdir() if path.is_dir()} == {"s0", "s1", "s2", ".cohort"}
    assert not (copy / "template_labels.nii.gz").exists()


def test_from_an_image_on_its_grid_and_poses_do_not_matter(desk: Path, tmp_path: Path) -> None:
    turn = sitk.Euler2DTransform(middle(ON), 0.3, (4.0, -3.0))
    paths = []
    for number, push in enumerate((1.6, -1.6)):
        paths.append(tmp_path / f"t{number}.nrrd")
        sitk.WriteImage(turned(subject(push), turn) if number else subject(push), str(paths[-1]))
    start = sitk.Resample(drawn(BALL, ON), grid((30, 30), origin=(3.0, 2.0)))
    sitk.WriteImage(start, str(tmp_path / "start.nrrd"))
    (tmp_path / "two.csv").write_text("subject;session;moving\n1;a;t0.nrrd\n2;a;t1.nrrd\n")
    out = tmp_path / "out"
    assert call(tmp_path / "two.csv", "--output", out, "--initial", tmp_path / "start.nrrd", "--rounds", "1") == 0
    found = sitk.ReadImage(str(out / "template.nii.gz"))
    assert found.GetSize() == (30, 30) and found.GetOrigin() == (3.0, 2.0)
    assert likeness(sitk.GetArrayFromImage(found), sitk.GetArrayFromImage(start)) > 0.98
    anat = out / "subjects" / "sub-2" / "ses-a" / "anat"
    assert (anat / "sub-2_ses-a_from-image_to-template_mode-image_xfm.h5").is_file()
    assert (out / "subjects" / "dataset_description.json").is_file()


@pytest.mark.parametrize("size", [(22, 20, 18), (30, 28, 1)])
def test_volumes_and_slices_stored_as_volumes(size: tuple[int, ...], tmp_path: Path) -> None:
    on = grid(size, (1.0, 1.0, 2.0) if size[2] == 1 else None, direction=OBLIQUE)
    ball = Phantom(middle(on), 8.0 if size[2] > 1 else 11.0, blobs=30, grain=0.2)
    flat = np.asarray([on.GetDirection()[2::3]]) if size[2] == 1 else np.zeros((1, 3))  # across a slice nothing moves
    for number, push in enumerate((1.0, -1.0)):
        warp = bumps(middle(on), push, 5.0)

        def moved(x: np.ndarray, warp: Bumps = warp) -> np.ndarray:
            away = warp(x) - x
            return x + away - (away @ flat.T) @ flat

        image = drawn(lambda x, moved=moved: ball(moved(x)), on)
        sitk.WriteImage(image, str(tmp_path / f"v{number}.nrrd"))
    paths = sorted(tmp_path.glob("v*.nrrd"))
    out = tmp_path / "out"
    assert call(*paths, "--output", out, "--rounds", "1", "--align", "identity") == 0
    template = sitk.ReadImage(str(out / "template.nii.gz"))
    assert template.GetSize() == size
    np.testing.assert_allclose(template.GetDirection(), on.GetDirection(), atol=1e-5)
    assert likeness(sitk.GetArrayFromImage(template), sitk.GetArrayFromImage(drawn(ball, on))) > 0.99
    assert float(rounds(out)[-1]["mean_displacement_voxels"]) < 0.05
    out = out.rename(tmp_path / "moved")
    assert cli.main(["morphometry", str(out), "--output", str(out / "group"), "--progress", "none"]) == 0
    assert sitk.ReadImage(str(out / "group" / "log_jacobian.nii.gz")).GetSize() == (*size, 2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["s0.nii.gz"], "There are 1 images"),
        (["s0.nii.gz", "s0.nii.gz"], "The name 's0' is that of"),
        (["s0.nii.gz", "gone.nii.gz"], "gone.nii.gz does not exist"),
        (["s0.nii.gz", "s1.nii.gz", "--rounds", "0"], "--rounds is 0"),
        (["s0.nii.gz", "s1.nii.gz", "--initial", "gone.nii.gz"], "The initial image gone.nii.gz does not exist"),
        (["s0.nii.gz", "text.nii.gz"], "Of 2 images 1 can be registered, and an average needs at least 2. text: The"),
        (["s0.nii.gz", "volume.nii.gz"], "an average needs at least 2. volume: The fixed image is 2-D"),
        (["s0.nii.gz", "s1.nii.gz", "--initial", "volume.nii.gz"], "s0: The fixed image is 3-D"),
        (["s0.nii.gz", "s1.nii.gz", "--initial", "."], "The initial image . is a folder. Name a file in it."),
        (["s0.nii.gz", "."], "is a folder. Name a file in it."),
        (["s0.nii.gz", "s1.nii.gz", "--workers", "-1"], "--workers is -1. It must be at least 1, or 0"),
        (["s0.nii.gz", "s1.nii.gz", "--device", "cuda:99"], "s0: "),
        (["labels.csv"], "(1) s1: The moving label map holds"),
        (["labels.csv"], "(2) s2: The moving labels are 3-D and the image 2-D."),
        (["wrong.csv"], "A template knows no column 'fixed'"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    desk: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    (desk / "wrong.csv").write_text("moving,fixed\ns0.nii.gz,s1.nii.gz\ns1.nii.gz,s0.nii.gz\n")
    volume = sitk.JoinSeries([sitk.ReadImage("s0.nii.gz")] * 8)
    sitk.WriteImage(volume, "volume.nii.gz")
    (desk / "labels.csv").write_text(
        "moving,moving_labels\ns0.nii.gz,s0_seg.nii.gz\ns1.nii.gz,s1.nii.gz\ns2.nii.gz,volume.nii.gz\n"
    )
    assert cli.main(["template", "--output", "new/refused", *QUICK, *arguments]) == 2
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1 and "fixed does not exist" not in said
    assert not (desk / "new").exists()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.chdir(desk)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refuse)
        assert call("s0.nii.gz", "s1.nii.gz", "--output", "refused") == 2
    said = capsys.readouterr().err
    assert "refused cannot be written: Read-only file system." in said and said.count("\n") == 1
    assert not (desk / "refused").exists()


def test_a_disk_that_fills_up_is_told_of_and_the_next_call_goes_on(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("Exception thrown in SimpleITK ImageFileWriter_Execute")

    arguments = [desk / "s0.nii.gz", desk / "s1.nii.gz", "--output", tmp_path / "out", "--rounds", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(sitk, "WriteImage", refuse)
        assert call(*arguments, "--align", "identity") == 2
    said = capsys.readouterr().err
    assert "out cannot be written: writing failed." in said and said.count("\n") == 1
    assert (tmp_path / "out" / names.ROUNDS / "0" / "s0" / "transform.h5").is_file()
    assert call(*arguments, "--align", "identity") == 0


def test_a_disk_that_fills_up_in_the_midst_leaves_nobody_out(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write, out = sitk.WriteTransform, tmp_path / "out"

    def refuse(where: Path, transform: sitk.Transform, path: str) -> None:
        if path.startswith(str(where)) and ".s1." in path:
            raise RuntimeError("Exception thrown in SimpleITK WriteTransform")
        write(transform, path)

    arguments = [*(desk / f"s{number}.nii.gz" for number in range(3)), "--output", out, "--rounds", "1"]
    for where in (out / names.ROUNDS / "1", out / names.SUBJECTS):
        with monkeypatch.context() as patch:
            patch.setattr(sitk, "WriteTransform", partial(refuse, where))
            assert call(*arguments, "--align", "identity") == 2
        said = capsys.readouterr().err
        assert "s1: The results could not be written" in said and said.count("\n") == 1
    assert call(*arguments, "--align", "identity") == 0
    assert [row["subjects"] for row in rounds(out)] == ["3"] * 3
