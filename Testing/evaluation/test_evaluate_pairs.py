"""``nodeo evaluate`` of one pair or many: means over pairs with known answers, names that do not lie, box plots."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.app import cli
from nodeo.errors import InputError
from nodeo.evaluation.label_pairs import evaluate_pairs, read_pairs, summary_table
from nodeo.evaluation.structures import SEG24_NAMES, choose, names_of


def labels(code: int, start: int, end: int) -> sitk.Image:
    """A 12³ label map with a slab of ``code`` from x = ``start`` up to ``end``, and voxels of 53 in a corner."""
    array = np.zeros((12, 12, 12), np.uint8)
    array[2:10, 2:10, start:end] = code
    array[:2, :2, :2] = 53
    return sitk.GetImageFromArray(array)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pairs: in the first the slabs of 17 overlap by half (Dice .5), in the second wholly (Dice 1)."""
    sitk.WriteImage(labels(17, 2, 6), str(tmp_path / "fixed.nrrd"))
    sitk.WriteImage(labels(17, 4, 8), str(tmp_path / "shifted.nrrd"))
    sitk.WriteTransform(sitk.TranslationTransform(3, (2.0, 0.0, 0.0)), str(tmp_path / "shift.tfm"))
    (tmp_path / "pairs.csv").write_text(
        "name,fixed_labels,other_labels\nhalf,fixed.nrrd,shifted.nrrd\nwhole,fixed.nrrd,fixed.nrrd\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_mean_and_the_spread_are_over_the_pairs(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "--pairs", "pairs.csv", "--output", "scores.csv", "--progress", "none"]) == 0
    printed = capfd.readouterr().out
    assert re.search(r"17 +Left-Hippocampus +2 +0\.750 ± 0\.250", printed)
    assert re.search(r"53 +Right-Hippocampus +2 +1\.000 ± 0\.000 +0\.00 ± 0\.00", printed)
    assert re.search(r"means of the pairs +2 +0\.875 ± 0\.125", printed)  # of .75 and 1
    assert re.search(r"^half +2 +0\.750 ± 0\.250", printed, re.MULTILINE)
    with (desk / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["pair"], row["code"], row["structure"], float(row["dice"])) for row in rows] == [
        ("half", "17", "Left-Hippocampus", 0.5),
        ("half", "53", "Right-Hippocampus", 1.0),
        ("whole", "17", "Left-Hippocampus", 1.0),
        ("whole", "53", "Right-Hippocampus", 1.0),
    ]
    assert float(rows[0]["hd95_mm"]) == pytest.approx(2.0)
    assert [path.name for path in desk.iterdir() if path.name.startswith(".")] == []


def test_paths_start_at_the_csv_file_and_a_pair_may_have_a_transform(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "more.csv").write_text("fixed_labels, other_labels, transform\nfixed.nrrd, shifted.nrrd, shift.tfm\n\n")
    monkeypatch.chdir(desk.parent)
    (pair,) = read_pairs(desk / "more.csv")
    assert pair.name == "pair 1" and pair.transform == desk / "shift.tfm"
    assert evaluate_pairs([pair], "17")["pair 1"].dice == {17: 1.0}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_list_is_a_table_as_spreadsheets_write_them(separator: str, desk: Path) -> None:
    lines = [("name", "fixed_labels", "other_labels"), ('"half; of it"', "fixed.nrrd", "shifted.nrrd")]
    text = "\ufeff" + "".join(separator.join(cells) + "\r\n" for cells in lines)
    (desk / "table.csv").write_text(text, encoding="utf-8", newline="")
    (pair,) = read_pairs(desk / "table.csv")
    assert pair.name == "half; of it" and evaluate_pairs([pair], "17")[pair.name].dice == {17: 0.5}


def test_a_structure_that_a_pair_lacks_is_counted_where_it_is(desk: Path) -> None:
    sitk.WriteImage(labels(18, 2, 6), str(desk / "other.nrrd"))
    (desk / "pairs.csv").write_text("fixed_labels,other_labels\nfixed.nrrd,fixed.nrrd\nother.nrrd,other.nrrd\n")
    text = summary_table(evaluate_pairs(read_pairs(desk / "pairs.csv"), "all"))
    assert [line.split()[:3] for line in text.splitlines()[1:4]] == [
        ["17", "Left-Hippocampus", "1"],
        ["18", "Left-Amygdala", "1"],
        ["53", "Right-Hippocampus", "2"],
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fixed_labels\nfixed.nrrd\n", "no column 'other_labels'"),
        ("fixed_labels,other_labels,transfrom\nfixed.nrrd,fixed.nrrd,\n", "a column 'transfrom' that is not known"),
        ("fixed_labels,other_labels\n", "holds no pairs"),
        ("fixed_labels,other_labels\nfixed.nrrd,gone.nrrd\n", r"Pair 1 of .*gone\.nrrd does not exist"),
        ("fixed_labels,other_labels\nfixed.nrrd,\n", "Pair 1 of .* has no other_labels"),
        ("fixed_labels,other_labels\nfixed.nrrd,fixed.nrrd,left over\n", "line 2: It has 3 fields for 2 columns"),
        ("fixed_labels,other_labels,name\n" + 2 * "fixed.nrrd,fixed.nrrd,same\n", "Two pairs of .* are called 'same'"),
    ],
)
def test_a_list_that_cannot_be_used_gets_a_sentence(text: str, sentence: str, desk: Path) -> None:
    (desk / "bad.csv").write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_pairs(desk / "bad.csv")


def test_a_pair_that_cannot_be_compared_is_named_and_nothing_is_written(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sitk.WriteImage(labels(99, 2, 6) * 0 + 99, str(desk / "strange.nrrd"))
    with (desk / "pairs.csv").open("a") as file:
        file.write("odd one,fixed.nrrd,strange.nrrd\n")
    assert cli.main(["evaluate", "--pairs", "pairs.csv", "--output", "scores.csv", "--progress", "none"]) == 2
    assert "odd one: The two label maps have none of the structures" in capfd.readouterr().err
    assert not (desk / "scores.csv").exists()


@pytest.mark.parametrize("arguments", [[], ["fixed.nrrd"], ["fixed.nrrd", "fixed.nrrd", "--pairs", "pairs.csv"]])
def test_two_label_maps_or_a_list(arguments: list[str], desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", *arguments]) == 2
    assert "Name" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--plot", "boxes.pdf"], "no name of a PNG file"),
        (["--output", "pairs.csv"], "is the list of pairs"),
    ],
)
def test_a_file_that_is_not_meant_is_not_written(
    arguments: list[str], sentence: str, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = (desk / "pairs.csv").read_text()
    assert cli.main(["evaluate", "--pairs", "pairs.csv", *arguments, "--progress", "none"]) == 2
    assert sentence in capfd.readouterr().err
    assert (desk / "pairs.csv").read_text() == before and not (desk / "boxes.pdf").exists()


@pytest.mark.parametrize("many", [True, False])
def test_box_plots_are_drawn(many: bool, desk: Path) -> None:
    pytest.importorskip("matplotlib")
    what = ["--pairs", "pairs.csv"] if many else ["fixed.nrrd", "shifted.nrrd"]
    assert cli.main(["evaluate", *what, "--plot", "boxes.png", "--progress", "none"]) == 0
    picture = sitk.GetArrayFromImage(sitk.ReadImage(str(desk / "boxes.png")))
    assert picture.shape[1] > 1000
    assert picture[..., :3].std() > 10, "the picture is blank"


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_are_given_only_where_the_protocol_is_known() -> None:
    assert names_of([2, 3], "all", [0, 1, 2, 3]) == {2: "label 2", 3: "label 3"}, "1 is none of FreeSurfer's"
    assert names_of([2, 1005], "all", [2, 1005, 2005])[1005] == "ctx-lh-cuneus"
    assert names_of([2], "oasis28", [1, 2])[2] == "Left-Cerebral-White-Matter", "FreeSurfer's codes were asked for"
    assert names_of([2], "seg24", [1, 2])[2] == "Left-Cerebral-Cortex"


def test_seg24() -> None:
    assert len(SEG24_NAMES) == 24
    assert (SEG24_NAMES[1], SEG24_NAMES[24]) == ("Left-Cerebral-White-Matter", "Right-choroid-plexus")
    assert choose("seg24", [0, 3, 24, 41]) == (3, 24)


@pytest.mark.data
def test_seg24_is_what_the_slice_s_own_volume_says(shared: Path) -> None:
    """The slice was cut from the volume, its labels were numbered anew."""
    small = sitk.GetArrayFromImage(sitk.ReadImage(str(shared / "slices2d" / "oasis_fixed_labels.nii.gz"))).squeeze()
    big = sitk.GetArrayFromImage(sitk.ReadImage(str(shared / "oasis_pair" / "fixed_labels.nii.gz")))[109]
    for code in set(np.unique(small)) - {0}:
        (there,) = np.unique(big[small == code])
        assert names_of([int(there)], "all", [int(there)])[int(there)] == SEG24_NAMES[int(code)]
