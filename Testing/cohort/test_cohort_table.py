"""What a cohort is asked for: tables as people's programs write them, BIDS folders, and every mistake at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nodeo import InputError, Settings
from nodeo.cohort import bids, names
from nodeo.cohort.pair import Pair, check_columns, check_fit, pairs_of
from nodeo.cohort.shares import Shares, chosen_gpus, shared_out
from nodeo.files.table import Mistakes, read_rows


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with files that nobody looks into."""
    for name in ("a.nii.gz", "b.nii.gz", "c.nii.gz", "template.nii.gz", "start.h5"):
        (tmp_path / "images" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "images" / name).write_bytes(b"x")
    return tmp_path


def chosen(varied: dict[str, str]) -> Settings:
    varied = dict(varied)
    return Settings.preset(varied.pop("preset", "balanced")).replace(**varied)


def pairs(desk: Path, text: str | bytes, **shared: Path) -> list[Pair]:
    """The pairs of a table."""
    table = desk / "pairs.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    mistakes = Mistakes("The table")
    columns, rows = read_rows(table, mistakes)
    check_columns(columns, mistakes)
    made = pairs_of(rows, desk / "out", chosen, shared, "", mistakes)
    mistakes.check()
    return made


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(("mark", "end"), [("", "\n"), ("\ufeff", "\r\n")])
def test_a_table_is_read_as_spreadsheets_write_it(desk: Path, separator: str, mark: str, end: str) -> None:
    lines = [
        ["name", "fixed", "moving", "iterations", "preset", ""],
        ["one", "images/a.nii.gz", "images/b.nii.gz", '"4,3,2"', "", ""],
        ["", "", "", "", "", ""],
        ["two", str(desk / "images" / "a.nii.gz"), "images/c.nii.gz", "", "fast", ""],
    ]
    one, two = pairs(desk, mark + end.join(map(separator.join, lines)) + end)
    assert one.files == {role: str(desk / "images" / f"{n}.nii.gz") for role, n in (("fixed", "a"), ("moving", "b"))}
    assert (one.name, one.folder, one.settings.iterations) == ("one", desk / "out" / "one", (4, 3, 2))
    assert (two.name, two.settings) == ("two", Settings.preset("fast"))
    assert two.files["fixed"] == one.files["fixed"]


def test_all_onto_one_template_with_names_from_the_files(desk: Path) -> None:
    made = pairs(desk, "moving\nimages/a.nii.gz\nimages/b.nii.gz\n", fixed=desk / "images" / "template.nii.gz")
    assert [pair.name for pair in made] == ["a", "b"]
    assert {pair.files["fixed"] for pair in made} == {str(desk / "images" / "template.nii.gz")}


def test_an_initial_transform_is_a_word_or_a_file(desk: Path) -> None:
    one, two = pairs(desk, "moving,fixed,initial\nimages/a.nii.gz,images/b.nii.gz,affine\n"
                     "images/b.nii.gz,images/a.nii.gz,images/start.h5\n")  # fmt: skip
    assert one.settings.initial == "affine" and "initial" not in one.files
    assert two.settings.initial == two.files["initial"] == str(desk / "images" / "start.h5")


def test_every_mistake_is_told_at_once(desk: Path) -> None:
    table = (
        "name,fixed,moving,lambda_j,lambda_df,preset\n"
        "one,images/a.nii.gz,images/b.nii.gz,,,\n"
        "two,images/gone.nii.gz,images/b.nii.gz,,,\n"
        "One,images/a.nii.gz,images/b.nii.gz,,,\n"
        "a/b,images/a.nii.gz,images/b.nii.gz,,,\n"
        "five,images/a.nii.gz,images/b.nii.gz,,-1,\n"
        "six,images/a.nii.gz,,,,quick\n"
        "seven,images/a.nii.gz,images/b.nii.gz,,,,too much\n"
    )
    with pytest.raises(InputError) as refused:
        pairs(desk, table)
    for told in (
        "The table has 8 mistakes",
        "line 1: There is no column 'lambda_j'. Did you mean 'lambda_J'?",
        "line 3: The fixed",
        "gone.nii.gz does not exist",
        "line 4: The name 'One' is that of line 2, too.",
        "line 5: The name 'a/b' is none for a folder.",
        "line 6: lambda_df is -1. It must be at least 0.",
        "line 7: It names no moving image.",
        "line 7: There is no preset 'quick'.",
        "line 8: It has 7 fields for 6 columns.",
    ):
        assert told in str(refused.value)


def test_further_images_have_columns_of_their_own(desk: Path) -> None:
    one, two = pairs(
        desk,
        "name,fixed,moving,fixed_2,moving_2,similarity_2,weight_2,moving_mask_2,fixed_10,moving_10,name_10\n"
        "one,images/a.nii.gz,images/b.nii.gz,images/c.nii.gz,images/a.nii.gz,mind,0.5,images/b.nii.gz,"
        "images/a.nii.gz,images/c.nii.gz,fa\n"
        "two,images/a.nii.gz,images/b.nii.gz,,,,,,images/a.nii.gz,images/c.nii.gz,\n",
    )
    a, b, c = (str(desk / "images" / f"{name}.nii.gz") for name in "abc")
    assert {role: one.files[role] for role in ("fixed_2", "moving_2", "moving_mask_2")} == {
        "fixed_2": c, "moving_2": a, "moving_mask_2": b,
    }  # fmt: skip
    assert [channel.words(one.files) for channel in one.channels] == [
        [c, a, "weight=0.5", "name=image2", "similarity=mind", f"moving_mask={b}"],
        [a, c, "weight=1.0", "name=fa"],
    ]
    assert [channel.words(two.files) for channel in two.channels] == [[a, c, "weight=1.0", "name=image10"]]


def test_every_mistake_of_further_images_is_told_at_once(desk: Path) -> None:
    ours = "images/a.nii.gz,images/b.nii.gz"
    table = (
        "name,fixed,moving,fixed_2,moving_2,similarity_2,weight_2,name_2,fixd_2,fixed_1,fixed_3,moving_3,name_3\n"
        f"one,{ours},images/a.nii.gz,,ncc,,,,,,,\n"
        f"two,{ours},images/a.nii.gz,images/gone.nii.gz,,-1,,,,,,\n"
        f"three,{ours},{ours},,much,,,,,,\n"
        f"four,{ours},,,,0.5,,,,,,\n"
        f"five,{ours},{ours},,,t2,,,{ours},t2\n"
        f"six,{ours},{ours},,,image,,,,,\n"
    )
    with pytest.raises(InputError) as refused:
        pairs(desk, table)
    for told in (
        "has 10 mistakes",
        "line 1: There is no column 'fixd_2'. Did you mean 'fixed_2'?",
        "line 1: There is no column 'fixed_1'.",
        "line 2: It names fixed_2 and no moving_2.",
        "line 2: The similarity of image2 is 'ncc'. Choose one of lncc,",
        f"line 3: The moving image 2 {desk / 'images' / 'gone.nii.gz'} does not exist.",
        "line 3: The weight of image2 is -1.0. It may be 0 to 1e+09.",
        "line 4: The weight of image2 is 'much'. Give a number",
        "line 5: It names weight_2 and no fixed_2 and no moving_2.",
        "line 6: Two channels are called t2.",
        "line 7: Two channels are called image.",
    ):
        assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        (b"name,moving\n\xff\xfe", "not in UTF-8"),
        ('name,moving\n"a,b\n', "is no table"),
        ("moving,moving\nimages/a.nii.gz,x\n", "The column 'moving' is there twice"),
        (
            "moving,fixed,name,subject\nimages/a.nii.gz,images/b.nii.gz,,01\nimages/a.nii.gz,images/b.nii.gz,sub-01,\n",
            "line 3: The name 'sub-01' is that of line 2, too",
        ),
        (
            "moving,fixed,name,subject,session\nimages/a.nii.gz,images/b.nii.gz,,01,1\n"
            "images/a.nii.gz,images/b.nii.gz,sub-01,,\n",
            "line 3: The folder of line 2 would lie in that of the name 'sub-01'",
        ),
        ("moving,fixed,session\nimages/a.nii.gz,images/b.nii.gz,1\n", "a session and no subject"),
        ("moving,fixed,subject\nimages/a.nii.gz,images/b.nii.gz,0_1\n", "letters and digits only"),
        ("moving,fixed,fixed_labels\nimages/a.nii.gz,images/b.nii.gz,images/c.nii.gz\n", "alone measure nothing"),
    ],
)
def test_what_is_no_table_of_pairs_is_refused(desk: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        pairs(desk, text)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a\\b", "a:b", "end.", "x" * 121, "cohort.csv", "Cohort.html"])
def test_names_that_are_none_for_a_folder(name: str) -> None:
    with pytest.raises(InputError, match="none for a folder"):
        check_fit(name)


# --- BIDS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    for name in (
        "sub-01/anat/sub-01_T1w.nii.gz",
        "sub-01/anat/sub-01_T2w.nii.gz",
        "sub-01/anat/sub-01_run-2_T1w.nii.gz",
        "sub-02/ses-a/anat/sub-02_ses-a_T1w.nii",
        "sub-02/ses-b/anat/sub-02_ses-b_T1w.nii.gz",
        "derivatives/x/sub-01/anat/sub-01_T1w.nii.gz",
    ):
        path = tmp_path / "bids" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "tpl-MNI152_T1w.nii.gz").write_bytes(b"x")
    return tmp_path / "bids"


def test_a_bids_folder_gives_a_pair_an_image_with_names_of_derivatives(dataset: Path) -> None:
    mistakes = Mistakes("The folder")
    out = dataset.parent / "out"
    shared = {"fixed": dataset.parent / "tpl-MNI152_T1w.nii.gz"}
    made = pairs_of(bids.find_rows(dataset, "T1w"), out, chosen, shared, "", mistakes)
    mistakes.check()
    assert sorted(str(pair.folder.relative_to(out)) for pair in made) == [
        "sub-01/anat",
        "sub-01/run-2/anat",
        "sub-02/ses-a/anat",
        "sub-02/ses-b/anat",
    ]
    by_name = {pair.name: pair for pair in made}
    assert by_name["sub-01"].name_of("transform.h5") == "sub-01_from-T1w_to-MNI152_mode-image_xfm.h5"
    assert by_name["sub-01_run-2"].name_of("inverse.h5") == "sub-01_run-2_from-MNI152_to-T1w_mode-image_xfm.h5"
    assert by_name["sub-02_ses-a"].name_of("warped.nrrd") == "sub-02_ses-a_space-MNI152_T1w.nii.gz"
    assert (by_name["sub-02_ses-b"].subject, by_name["sub-02_ses-b"].session) == ("02", "b")


def test_a_bids_folder_without_such_images_is_refused(dataset: Path) -> None:
    with pytest.raises(InputError, match="holds no image"):
        bids.find_rows(dataset, "FLAIR")
    with pytest.raises(InputError, match="does not exist"):
        bids.find_rows(dataset / "gone", "T1w")
    (dataset / "sub-01" / "anat" / "sub-01__T1w.nii.gz").write_bytes(b"x")
    with pytest.raises(InputError, match="no name of BIDS"):
        bids.find_rows(dataset, "T1w")


def test_the_results_describe_themselves_once(dataset: Path) -> None:
    files = {"fixed": str(dataset / "tpl.nii"), "moving": str(dataset / "sub-01_T1w.nii")}
    place = names.of_subject("01", "", "", files["moving"])
    pair = Pair("sub-01", dataset.parent, files, Settings(), place.files("T1w", "X"), "01")
    bids.describe(dataset.parent, dataset, [pair])
    path = dataset.parent / names.DESCRIPTION
    says = json.loads(path.read_text())
    assert says["DatasetType"] == "derivative" and says["SourceDatasets"] == [{"URL": dataset.as_uri()}]
    path.write_text("mine")
    bids.describe(dataset.parent, None, [pair])
    assert path.read_text() == "mine"
    about = json.loads((dataset.parent / "space-X_T1w.json").read_text())
    assert about == {"SpatialReference": (dataset / "tpl.nii").as_uri(), "SkullStripped": False}
    assert "*_xfm.h5" in (dataset.parent / ".bidsignore").read_text().split()


@pytest.mark.parametrize(
    ("fixed", "space"), [("a/tpl-X2_res-1_T1w.nii.gz", "X2"), ("mni 152.nii", "mni152"), ("ö.nrrd", "fixed")]
)
def test_the_space_is_named_after_the_template(fixed: str, space: str) -> None:
    assert names.space_of(fixed) == space


# --- shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        ({}, Shares(8, 2)),
        ({"memory": 9e9}, Shares(3, 5)),
        ({"workers": 3}, Shares(3, 5)),
        ({"threads": 8}, Shares(2, 8)),
        ({"workers": 2, "threads": 1}, Shares(2, 1)),
        ({"pairs": 4}, Shares(4, 4)),
        ({"cores": 1}, Shares(1, 1)),
        ({"gpus": ("0", "3")}, Shares(2, 8, ("0", "3"))),
        ({"gpus": ("0", "3"), "workers": 4}, Shares(4, 4, ("0", "3", "0", "3"))),
    ],
)
def test_cores_are_shared_out_and_not_more_than_there_are(asked: dict, share: Shares) -> None:
    known = {"pairs": 100, "workers": None, "threads": None, "gpus": (), "cores": 16, "memory": 1e12}
    assert shared_out(**{**known, **asked}) == share


def test_gpus_are_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    assert chosen_gpus("0, 2", wanted=True) == ("0", "2")
    assert chosen_gpus(None, wanted=False) == ()
    with pytest.raises(InputError, match="Name each GPU once"):
        chosen_gpus("0,0", wanted=True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert chosen_gpus(None, wanted=True) == ()
    with pytest.raises(InputError, match="sees no CUDA GPU"):
        chosen_gpus("all", wanted=True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert chosen_gpus("all", wanted=True) == ("0", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,6")
    assert chosen_gpus(None, wanted=True) == ("5", "6")
