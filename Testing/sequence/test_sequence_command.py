"""``nodeo sequence`` as it is typed: its files, all of them or none."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from conversations import conversation
from nodeo.app import cli
from nodeo.files.points import PointList, write_points
from nodeo.sequence.reading import read_series
from series_phantom import SeriesPhantom, growing_ball

QUICK = ["--preset", "fast", "--set", "levels=2", "--set", "iterations=12", "--threads", "1", "--progress", "none"]


@pytest.fixture(scope="module")
def ball() -> SeriesPhantom:
    return growing_ball((40, 36), (0.0, 0.4, 0.8))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, ball: SeriesPhantom) -> Path:
    """A series in one file and in three, points and labels of its first frame, and what it was registered to."""
    folder = tmp_path_factory.mktemp("desk")
    thin = [sitk.Cast(sitk.JoinSeries([frame]), sitk.sitkInt16) for frame in ball.frames]
    sitk.WriteImage(sitk.JoinSeries(thin, 0.0, 40.0), str(folder / "series.nii.gz"))
    for number, frame in enumerate(ball.frames):
        sitk.WriteImage(frame, str(folder / f"frame{number}.nrrd"))
    labels = sitk.Cast(sitk.JoinSeries([ball.frames[0] > 50]), sitk.sitkUInt8) * 3
    sitk.WriteImage(labels, str(folder / "labels.nrrd"))
    write_points(
        folder / "points.csv", PointList(np.array([[-16.0, -18.0, 0.0], [-20.0, -14.0, 0.0]]) * -1, ("a", "b,c"))
    )
    carried = ["--points", str(folder / "points.csv"), "--labels", str(folder / "labels.nrrd"), "--report"]
    assert cli.main(["sequence", str(folder / "series.nii.gz"), "--output", str(folder / "out"), *carried, *QUICK]) == 0
    return folder


def listed(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_all_files_are_there_and_no_other(desk: Path) -> None:
    each = {f"{folder}/{number:03d}.h5" for folder in ("transforms", "inverses") for number in range(3)}
    assert listed(desk / "out") == each | {
        "warped.seq.nrrd", "jacobian.seq.nrrd", "motion.seq.nrrd", "labels.seq.nrrd", "points.csv", "metrics.json",
        "report.html", "motion.gif",
    }  # fmt: skip


def test_what_was_read_is_known_afterwards(desk: Path) -> None:
    metrics = json.loads((desk / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["mode"] == "frames" and metrics["reference"] == 0
    assert [frame["time"] for frame in metrics["frames"]] == [0.0, 40.0, 80.0]
    assert metrics["frames"][2]["motion_mean_mm"] > metrics["frames"][1]["motion_mean_mm"] > 0.3
    assert metrics["inputs"]["series"] == [str(desk / "series.nii.gz")]


def test_the_written_transform_makes_the_written_frame(desk: Path) -> None:
    series, warped = read_series([desk / "series.nii.gz"]), read_series([desk / "out" / "warped.seq.nrrd"])
    assert warped.times == (0.0, 40.0, 80.0)
    transform = sitk.ReadTransform(str(desk / "out" / "transforms" / "002.h5"))
    again = sitk.Resample(series.frame(2), series.frame(0), transform, sitk.sitkLinear, 0.0)
    assert np.array_equal(sitk.GetArrayFromImage(again), sitk.GetArrayFromImage(warped.frame(2)))
    first = sitk.GetArrayFromImage(warped.frame(0))
    assert np.array_equal(first, sitk.GetArrayFromImage(series.frame(0)))  # the reference itself


def test_points_are_tracked_and_labels_carried(desk: Path, ball: SeriesPhantom) -> None:
    with (desk / "out" / "points.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["frame"], row["label"]) for row in rows] == [(str(n), w) for n in range(3) for w in ("a", "b,c")]
    for row in rows:
        place = np.array([float(row["x"]), float(row["y"])])
        start = np.array([16.0, 18.0] if row["label"] == "a" else [20.0, 14.0])
        assert np.linalg.norm(ball.maps[int(row["frame"])](place) - start) < 0.8
    labels, series = read_series([desk / "out" / "labels.seq.nrrd"]), read_series([desk / "series.nii.gz"])
    carried, true = (sitk.GetArrayFromImage(s) for s in (labels.frame(2), series.frame(2) > 50))
    assert set(np.unique(carried)) == {0, 3}
    assert 2 * (carried.astype(bool) & true.astype(bool)).sum() / (carried.astype(bool).sum() + true.sum()) > 0.95


def test_structures_are_measured_in_every_frame(desk: Path, ball: SeriesPhantom) -> None:
    """By what the maps of the phantom do to the volume; the page has a line a frame."""
    metrics = json.loads((desk / "out" / "metrics.json").read_text(encoding="utf-8"))
    found = [frame["structures_ml"] for frame in metrics["frames"]]
    assert [list(row) for row in found] == [["3"]] * 3
    for row, frame in zip(found, ball.frames, strict=True):
        true = (sitk.GetArrayViewFromImage(frame) > 50).sum() / 1000  # voxels of 1 mm
        assert row["3"] == pytest.approx(true, rel=0.05)  # a few iterations at half resolution
    assert found[2]["3"] > 1.08 * found[0]["3"]
    page = (desk / "out" / "report.html").read_text(encoding="utf-8")
    assert "in each frame, ml" in page and f"<td>{found[2]['3']:.4g}</td>" in page


def test_a_file_a_frame_both_ways(desk: Path, tmp_path: Path) -> None:
    frames = [str(desk / f"frame{number}.nrrd") for number in range(3)]
    options = ["--reference", "1", "--separate", "--times", "0,3,4"]
    assert cli.main(["sequence", *frames, "--output", str(tmp_path / "out"), *options, *QUICK]) == 0
    each = {"transforms": "h5", "inverses": "h5", "warped": "nrrd", "jacobian": "nrrd"}
    wanted = {f"{folder}/{number:03d}.{ending}" for folder, ending in each.items() for number in range(3)}
    assert listed(tmp_path / "out") == wanted | {"metrics.json"}
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert [frame["time"] for frame in metrics["frames"]] == [0.0, 3.0, 4.0]


def test_an_earlier_result_is_replaced_whole_and_what_is_not_its_own_stays(desk: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    frames = [str(desk / f"frame{number}.nrrd") for number in range(3)]
    assert cli.main(["sequence", *frames, "--output", str(out), "--separate", *QUICK]) == 0
    (out / "notes.txt").write_text("mine")
    (out / "transforms" / "mine.txt").write_text("mine")
    assert cli.main(["sequence", *frames[:2], "--output", str(out), *QUICK]) == 2  # not without --overwrite
    assert (out / "warped" / "002.nrrd").exists()
    assert cli.main(["sequence", *frames[:2], "--output", str(out), "--overwrite", *QUICK]) == 0
    each = {f"{folder}/{number:03d}.h5" for folder in ("transforms", "inverses") for number in range(2)}
    own = {"warped.seq.nrrd", "jacobian.seq.nrrd", "motion.seq.nrrd", "metrics.json"}
    assert listed(out) == each | own | {"notes.txt", "transforms/mine.txt"}
    assert not (out / "warped").exists()


def test_points_keep_the_times_of_a_clock(desk: Path, tmp_path: Path) -> None:
    frames = [str(desk / f"frame{number}.nrrd") for number in range(2)]
    options = ["--times", "1764153600.25,1764153600.5", "--points", str(desk / "points.csv")]
    assert cli.main(["sequence", *frames, "--output", str(tmp_path / "out"), *options, *QUICK]) == 0
    with (tmp_path / "out" / "points.csv").open(encoding="utf-8", newline="") as file:
        assert [float(row["time"]) for row in csv.DictReader(file)] == [1764153600.25] * 2 + [1764153600.5] * 2


def test_an_empty_folder_that_cannot_be_moved_is_filled(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The current one; a disk of its own, such as a volume of a container, is another."""
    frames = [str(desk / f"frame{number}.nrrd") for number in range(2)]
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sequence", *frames, "--output", ".", *QUICK]) == 0, capsys.readouterr().err
    assert "metrics.json" in listed(tmp_path) and not list(tmp_path.glob(".*"))
    assert cli.main(["sequence", *frames, "--output", ".", *QUICK]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_a_file_with_the_name_of_a_folder_of_results_is_not_lost(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "transforms").write_text("mine")
    frames = [str(desk / f"frame{number}.nrrd") for number in range(2)]
    assert cli.main(["sequence", *frames, "--output", str(tmp_path), "--overwrite", *QUICK]) == 2
    assert "transforms is there already, and no folder" in capsys.readouterr().err
    assert listed(tmp_path) == {"transforms"} and (tmp_path / "transforms").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of a file")
def test_a_disk_without_room_for_the_report_is_told_in_a_sentence(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import resource

    sizes = {path.name: path.stat().st_size for path in (desk / "out").rglob("*") if path.is_file()}
    room = max(size for name, size in sizes.items() if name not in ("report.html", "motion.gif")) + 1000
    assert room < sizes["report.html"]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        arguments = ["sequence", str(desk / "series.nii.gz"), "--output", str(tmp_path / "out"), "--report", *QUICK]
        assert cli.main(arguments) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    said = capsys.readouterr().err
    assert "The results could not be written to" in said and said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_cancelled_it_leaves_nothing(desk: Path) -> None:
    long = ["--set", "iterations=500", "--set", "tolerance=0"]
    arguments = ["sequence", "series.nii.gz", "--output", "new/gone", *QUICK[:-1], "json", *long]
    with conversation(*arguments, folder=desk) as talk:
        news = talk.until("progress", frame=2)
        assert news["done"] == 1 and news["of"] == 2
        talk.say("cancel\n")
        code, _ = talk.rest()
    assert code == 130
    assert talk.events[-1]["event"] == "cancelled"
    assert not (desk / "new").exists()
    assert not [path for path in desk.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frame0.nrrd"], "is one image of 2 dimensions"),
        (["series.nii.gz", "--reference", "three"], "--reference is 'three'"),
        (["series.nii.gz", "--reference", "3"], "frame 3, and there are 3"),
        (["series.nii.gz", "--times", "0,1"], "3 frames and 2 times"),
        (["series.nii.gz", "--times", "0,b,1"], "--times is '0,b,1'"),
        (["series.nii.gz", "--times", "0,2,1"], "Frame 2 has the time 1"),
        (["series.nii.gz", "--times", "0,1,inf"], "Frame 2 has the time inf. Give each frame a finite number."),
        (
            ["frame0.nrrd", "frame1.nrrd", "--labels", "labels.nrrd"],
            "The labels are 3-D and the reference is 2-D. Name",
        ),
        (["series.nii.gz", "--labels", "far.nrrd"], "The labels hold nothing where the reference is. Check"),
        (["series.nii.gz", "--device", "cuda:99"], "nodeo: The"),  # and not of a frame
        (["series.nii.gz", "--initial", "none.h5"], "nodeo: The transform none.h5 does not exist. Check the path."),
        (["frame0.nrrd", "none.nrrd"], "frame 1 none.nrrd does not exist"),
        (["frame0.nrrd", "series.nii.gz"], "frame 1 series.nii.gz has 4 dimensions"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    desk: Path, monkeypatch, capsys: pytest.CaptureFixture[str], arguments, words
) -> None:
    monkeypatch.chdir(desk)
    far = sitk.ReadImage("labels.nrrd")
    far.SetOrigin((500.0, 0.0, 0.0))
    sitk.WriteImage(far, "far.nrrd")
    assert cli.main(["sequence", *arguments, "--output", "bad", *QUICK]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert not (desk / "bad").exists()
