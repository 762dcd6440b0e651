"""``nodeo cohort run`` as it is typed: real pairs, real processes, and the same bits as ``nodeo register``."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import SimpleITK as sitk
from conversations import conversation, environment, nodeo
from labelled_disk import disk_pair
from nodeo.app import cli
from nodeo.engine.result import FILES

QUICK = ["--set", "levels=2", "--set", "iterations=4", "--set", "steps=1"]
ROLES = ("fixed", "moving", "fixed_labels", "moving_labels")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pairs, and a table of them and of two that cannot be registered."""
    folder = tmp_path_factory.mktemp("desk")
    lines = [f"name,{','.join(ROLES)},seed"]
    for number in range(3):
        for role, image in disk_pair(push=1.0 + 0.5 * number).images.items():
            sitk.WriteImage(image, str(folder / f"{role}{number}.nrrd"))
        lines.append(f"pair{number},{','.join(f'{role}{number}.nrrd' for role in ROLES)},{number}")
    (folder / "text.nrrd").write_text("no image")
    sitk.WriteImage(sitk.Image([8, 8], sitk.sitkFloat32), str(folder / "empty.nrrd"))
    (folder / "good.csv").write_text("\n".join(lines))
    (folder / "all.csv").write_text(
        "\n".join([*lines, "no image,fixed0.nrrd,text.nrrd", "empty,fixed0.nrrd,empty.nrrd"])
    )
    return folder


class Ran(NamedTuple):
    """What a call has said and left."""

    code: int
    events: list[dict]
    err: str


@pytest.fixture(scope="module")
def ran(desk: Path) -> Ran:
    """All of the table, with two workers."""
    options = ["--workers", "2", "--threads-per-worker", "1", *QUICK]
    with conversation("cohort", "run", "all.csv", "--output", "out", *options, folder=desk) as talk:
        talk.until("progress", done=1)
        talk.allow()
        code, err = talk.rest()
        return Ran(code, talk.events, err)


def table(folder: Path) -> dict[str, dict[str, str]]:
    """The lines of a cohort's table by their pair."""
    with (folder / "cohort.csv").open(newline="") as file:
        return {row["pair"]: row for row in csv.DictReader(file)}


def same_map(one: Path, other: Path) -> bool:
    """Whether two files hold the same transform; HDF5 writes the time into them, too."""
    maps = [sitk.CompositeTransform(sitk.ReadTransform(str(path))) for path in (one, other)]
    parts = [[part.GetNthTransform(n).GetParameters() for n in range(part.GetNumberOfTransforms())] for part in maps]
    return len(parts[0]) == len(parts[1]) and all(np.array_equal(a, b) for a, b in zip(*parts, strict=True))


def test_what_works_is_done_and_what_does_not_says_why(desk: Path, ran: Ran) -> None:
    assert ran.code == 1, ran.err
    assert "distributed" not in ran.err  # Dask is not heard
    rows = table(desk / "out")
    assert {name: row["status"] for name, row in rows.items()} == {
        **{f"pair{n}": "done" for n in range(3)}, "no image": "failed", "empty": "failed",
    }  # fmt: skip
    assert "text.nrrd cannot be read as an image" in rows["no image"]["error"]
    assert "is constant" in rows["empty"]["error"]
    for number in range(3):
        row = {key: float(text) for key, text in rows[f"pair{number}"].items() if text and "similarity" in key}
        assert row["similarity_after"] < row["similarity_before"]
        assert 0.5 < float(rows[f"pair{number}"]["dice_17_Left_Hippocampus"]) <= 1
    page = (desk / "out" / "cohort.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 3 and "no image" in page
    assert not (desk / "out" / "no image").exists()  # whole or not at all
    events = ran.events
    assert events[-1]["event"] == "result" and events[-1]["metrics"]["done"] == 3
    assert [event["fraction"] for event in events[:-1]] == sorted(event["fraction"] for event in events[:-1])
    assert (events[-2]["pairs"], events[-2]["done"], events[-2]["failed"]) == (5, 3, 2)


@pytest.mark.exact
@pytest.mark.usefixtures("ran")
def test_the_bits_are_those_of_register(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [desk / f"{role}1.nrrd" for role in ROLES]
    labels = ["--fixed-labels", str(files[2]), "--moving-labels", str(files[3])]
    out = ["--output", str(desk / "alone"), "--threads", "1", "--seed", "1", "--progress", "none"]
    assert cli.main(["register", str(files[0]), str(files[1]), *labels, *out, *QUICK]) == 0, capsys.readouterr().err
    alone, among = desk / "alone", desk / "out" / "pair1"
    for name in ("displacement.nrrd", "warped.nrrd", "jacobian.nrrd", "warped_labels.nrrd", "settings.json"):
        assert (alone / name).read_bytes() == (among / name).read_bytes(), name
    assert same_map(alone / "transform.h5", among / "transform.h5")
    assert same_map(alone / "inverse.h5", among / "inverse.h5")
    assert {path.name for path in among.iterdir()} - {path.name for path in alone.iterdir()} == {
        "cohort.json", "thumbnail.jpg",
    }  # fmt: skip
    assert {path.name for path in alone.iterdir()} <= set(FILES)


def test_further_images_count_as_those_of_register_and_are_looked_at_again(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second image of the pair is that of another pair, compared by mse, in a mask."""
    mask = sitk.Cast(sitk.ReadImage(str(desk / "fixed_labels2.nrrd")) > 0, sitk.sitkUInt8)
    sitk.WriteImage(mask, str(desk / "mask.nrrd"))
    further = {"fixed_2": "fixed2.nrrd", "moving_2": "moving2.nrrd"}
    further |= {"similarity_2": "mse", "weight_2": "0.7", "fixed_mask_2": "mask.nrrd"}

    def call(name: str = "more.csv", **changed: str) -> int:
        cells = {"name": "one", "fixed": "fixed0.nrrd", "moving": "moving0.nrrd", **further, **changed}
        (desk / name).write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n")
        options = ["--workers", "0", "--threads", "1", "--progress", "none", *QUICK]
        return cli.main(["cohort", "run", str(desk / name), "--output", str(desk / "more"), *options])

    assert call() == 0, capsys.readouterr().err
    files = [str(desk / f"{name}.nrrd") for name in ("fixed0", "moving0")]
    channel = ["--channel", str(desk / "fixed2.nrrd"), str(desk / "moving2.nrrd"), "similarity=mse", "weight=0.7"]
    channel += [f"fixed_mask={desk / 'mask.nrrd'}", "--threads", "1", "--progress", "none"]
    assert cli.main(["register", *files, "--output", str(desk / "more alone"), *channel, *QUICK]) == 0
    alone, among = desk / "more alone", desk / "more" / "one"
    for name in ("displacement.nrrd", "warped.nrrd", "jacobian.nrrd", "settings.json"):
        assert (alone / name).read_bytes() == (among / name).read_bytes(), name
    metrics = json.loads((among / "metrics.json").read_text(encoding="utf-8"))
    assert set(metrics["similarity"]["channels"]) == {"image", "image2"}
    assert metrics["inputs"]["channel 2 moving"] == str(desk / "moving2.nrrd")

    written = (among / "displacement.nrrd").stat().st_mtime_ns
    assert call() == 0 and (among / "displacement.nrrd").stat().st_mtime_ns == written  # there already
    assert call(weight_2="0.70") == 0  # the same number
    for changed in ({"weight_2": "0.6"}, {"similarity_2": "mind"}, {"moving_2": "fixed1.nrrd"}, {"name_2": "t2"}):
        assert call(**changed) == 2 and "of other files or settings" in capsys.readouterr().err
    sitk.WriteImage(mask * 0 + 1, str(desk / "mask.nrrd"))
    assert call() == 2 and "of other files or settings" in capsys.readouterr().err


@pytest.mark.usefixtures("ran")
def test_who_has_nothing_to_do_does_not_wait_for_pytorch_or_dask(desk: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (desk / "out").rglob("*.h5")}
    call = ["cohort", "run", "good.csv", "--output", "out", *QUICK]
    code = f"import sys; from nodeo.app import cli; assert cli.main({call}) == 0; "
    code += "sys.exit(bool({'torch', 'distributed'} & set(sys.modules)))"
    again = subprocess.run(
        [sys.executable, "-c", code], cwd=desk, env=environment(), capture_output=True, text=True, timeout=120
    )
    assert again.returncode == 0, again.stderr
    assert "3 pairs: 3 done" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in (desk / "out").rglob("*.h5")} == before


@pytest.mark.exact
def test_shares_of_a_job_array_and_names_of_bids(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["subject;session;moving"] + [f"0{number};a;moving{number}.nrrd" for number in (1, 2)]
    (desk / "subjects.csv").write_text("\n".join(lines))
    call = ["cohort", "run", str(desk / "subjects.csv"), "--fixed", str(desk / "fixed0.nrrd"), "--space", "Disk"]
    call += ["--output", str(desk / "shares"), "--progress", "none", "--threads", "1", *QUICK]
    for share in ("1", "0"):
        assert cli.main([*call, "--index", share, "--of", "2"]) == 0, capsys.readouterr().err
        assert not (desk / "shares" / "cohort.csv").exists()
    assert cli.main([*call, "--collect"]) == 0
    assert [row["status"] for row in table(desk / "shares").values()] == ["done", "done"]
    anat = desk / "shares" / "sub-01" / "ses-a" / "anat"
    stem = "sub-01_ses-a"
    assert {path.name for path in anat.iterdir()} == {
        f"{stem}_from-image_to-Disk_mode-image_xfm.h5",
        f"{stem}_from-Disk_to-image_mode-image_xfm.h5",
        f"{stem}_from-image_to-Disk_mode-image_desc-displacement_xfm.nrrd",
        f"{stem}_space-Disk_image.nii.gz",
        f"{stem}_space-Disk_desc-jacobian_image.nii.gz",
        *(f"{stem}_desc-nodeo_{name}" for name in ("metrics.json", "settings.json", "cohort.json", "thumbnail.jpg")),
    }
    fixed, moving = (sitk.ReadImage(str(desk / f"{name}.nrrd")) for name in ("fixed0", "moving1"))
    there = sitk.ReadTransform(str(anat / f"{stem}_from-image_to-Disk_mode-image_xfm.h5"))
    warped = sitk.GetArrayFromImage(sitk.ReadImage(str(anat / f"{stem}_space-Disk_image.nii.gz")))
    background = float(sitk.GetArrayViewFromImage(moving).min())
    again = sitk.GetArrayFromImage(sitk.Resample(moving, fixed, there, sitk.sitkLinear, background))
    np.testing.assert_allclose(warped, again, atol=1e-3)  # of 1000, written in single precision
    assert (desk / "shares" / "dataset_description.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "one table or one BIDS folder"),
        (["good.csv", "--bids", "."], "one table or one BIDS folder"),
        (["--bids", "."], "without a template"),
        (["good.csv", "--index", "0"], "belong together"),
        (["good.csv", "--index", "3", "--of", "3"], "must be 0 to 2"),
        (["good.csv", "--index", "0", "--of", "0"], "--of is 0. It must be at least 1."),
        (["good.csv", "--scheduler", "tcp://x", "--workers", "2"], "exclude each other"),
        (["good.csv", "--workers", "-1"], "--workers is -1"),
        (["good.csv", "--set", "lambda_J=-1"], "lambda_J is -1"),
        (["gone.csv"], "gone.csv cannot be read"),
        (["all.csv", "--scheduler", "nowhere"], "No scheduler of Dask answers at nowhere"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    desk: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    assert cli.main(["cohort", "run", *arguments, "--output", "refused", "--progress", "none"]) == 2
    assert told in capsys.readouterr().err
    assert not (desk / "refused").exists()


def test_a_dry_run_says_what_would_be_done_and_does_nothing(desk: Path) -> None:
    said = nodeo("cohort", "run", "all.csv", "--output", "dry", "--dry-run", folder=desk)
    assert said.returncode == 0 and said.stdout.startswith("5 pairs: 0 there already, 0 changed, 5 to do")
    assert not (desk / "dry").exists()
