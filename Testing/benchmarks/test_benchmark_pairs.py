"""The benchmark's pairs: named ones, anyone's own, and the inputs that all methods get."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from methods import METHODS
from nodeo.errors import InputError
from nodeo.evaluation.labels import evaluate
from pair_files import chosen, read
from pairs import DEFAULT, GROUPS, HARD, NAMED, SHARED, Cut, Pair
from phantoms import as_slice, grid
from plan import BY_KIND, ENOUGH_SECONDS, Forecast, Job, in_order, jobs
from prepared import LEAST_VOXELS, Prepared, prepare


def write(image: sitk.Image, path: Path) -> Path:
    sitk.WriteImage(image, str(path))
    return path


def filled(values: np.ndarray, like: sitk.Image | None = None) -> sitk.Image:
    image = sitk.GetImageFromArray(values)
    if like is not None:
        image.CopyInformation(like)
    return image


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder with two volumes and their labels: 0 above, 1 below the middle, a speck of 2."""
    on = grid((12, 10, 14), spacing=(1.0, 2.0, 1.5))
    labels = np.zeros((14, 10, 12), np.uint8)
    labels[7:] = 1
    labels[0, 0, :3] = 2
    for name in ("one", "other"):
        write(filled(np.random.default_rng(1).random(labels.shape, np.float32), on), tmp_path / f"{name}.nrrd")
        write(filled(labels, on), tmp_path / f"{name}_labels.nrrd")
    return tmp_path


def pair_of(folder: Path, **options) -> Pair:
    names = ("one", "other", "one_labels", "other_labels")
    return Pair("pair", *(folder / f"{name}.nrrd" for name in names), **options)


def test_every_named_pair_has_a_name_of_its_own_and_a_plan() -> None:
    names = [pair.name for pair in (*DEFAULT, *HARD)]
    assert len(set(names)) == len(names)
    assert all(pair.kind in BY_KIND for pair in NAMED.values())
    assert len(GROUPS["hippocampus"]) == 6 and len(GROUPS["slices"]) == 14


def test_both_directions_of_a_pair_are_one_case() -> None:
    there, back = (next(pair for pair in DEFAULT if pair.name == name) for name in GROUPS["hippocampus"][:2])
    assert (back.fixed, back.moving_labels) == (there.moving, there.fixed_labels)
    assert back.case == there.name


def test_the_hard_pairs_start_in_two_ways() -> None:
    own, same = NAMED["lung_ct_breath"], NAMED["lung_ct_breath_same"]
    assert own.case == same.case and own.points == same.points
    assert (own.initial, own.settings) == ("own", ("initial=auto", "similarity=auto"))
    assert (same.initial, same.settings) == ("auto", ("similarity=auto",))
    assert NAMED["liver_mr4d_s18"].settings[0] == "initial=identity" and set(GROUPS["hard"]) <= set(NAMED)
    assert not set(GROUPS["hard"]) & {pair.name for pair in DEFAULT}  # they take too long for that


@pytest.mark.skipif(not (SHARED / "hard").is_dir(), reason="the hard pairs are not beside this checkout")
def test_the_hard_pairs_are_those_that_are_there() -> None:
    assert all(pair.present for pair in HARD)
    assert {pair.fixed.parent.name for pair in HARD} == {path.name for path in (SHARED / "hard").iterdir()}


def test_the_sample_pair_is_always_there() -> None:
    assert [pair.name for pair in chosen(["sample"])] == ["sample"]


def test_a_csv_file_names_pairs_relative_to_itself(images: Path) -> None:
    path = images / "mine.csv"
    path.write_text(
        "name,fixed,moving,fixed_labels,moving_labels,initial,structures\n"
        'my pair,one.nrrd,other.nrrd,one_labels.nrrd,other_labels.nrrd,affine,"1,2"\n'
        ",one.nrrd,other.nrrd,,,,\n",
        encoding="utf-8",
    )
    first, second = chosen([str(path)])
    assert (first.name, first.initial, first.structures) == ("my_pair", "affine", {"1,2": "1,2"})
    assert first.fixed == images / "one.nrrd"
    assert (second.name, second.fixed_labels, second.initial) == ("mine_2", None, "identity")


def test_a_json_file_does_as_well(images: Path) -> None:
    path = images / "mine.json"
    path.write_text(json.dumps([{"fixed": "one.nrrd", "moving": "other.nrrd", "name": "a"}]), encoding="utf-8")
    assert [pair.name for pair in read(path)] == ["a"]


def test_a_record_may_have_landmarks_and_settings(images: Path) -> None:
    path = images / "mine.csv"
    path.write_text(
        "fixed,moving,fixed_points,moving_points,initial,settings\n"
        "one.nrrd,other.nrrd,a.csv,b.csv,own,similarity=mi start=none\n",
        encoding="utf-8",
    )
    (pair,) = read(path)
    assert pair.points == {"points": (images / "a.csv", images / "b.csv")} and not pair.present
    assert pair.settings == ("initial=auto", "similarity=mi", "start=none")
    command = METHODS["balanced"].command(Prepared(pair, images, (), ()), images, Path("python"), "cpu", 1)
    assert command[-6:] == ["--set", "initial=auto", "--set", "similarity=mi", "--set", "start=none"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fixed\none.nrrd\n", "has no 'moving'"),
        ("fixed,moving,mask\none.nrrd,other.nrrd,x\n", "does not know 'mask'"),
        ("fixed,moving,fixed_labels\none.nrrd,other.nrrd,one_labels.nrrd\n", "labels of one image only"),
        ("fixed,moving,fixed_points\none.nrrd,other.nrrd,one.csv\n", "points of one image only"),
        ("fixed,moving,initial\none.nrrd,other.nrrd,rigid\n", "starts from 'rigid'"),
        ("fixed,moving,name\none.nrrd,other.nrrd,a\none.nrrd,other.nrrd,a\n", "Two pairs"),
    ],
)
def test_a_wrong_list_is_refused_with_a_sentence(images: Path, text: str, message: str) -> None:
    path = images / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read(path)


def test_a_pair_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="no pair 'nowhere'"):
        chosen(["nowhere"])


def test_volumes_keep_their_grids_and_lose_their_pixel_types(images: Path) -> None:
    ready = prepare(pair_of(images), images / "ready")
    assert (ready.size, ready.spacing) == ((12, 10, 14), (1.0, 2.0, 1.5))
    assert ready.image("moving").GetPixelID() == sitk.sitkFloat32
    assert ready.image("fixed_labels").GetPixelID() == sitk.sitkUInt16


def test_a_slice_is_a_2d_image_with_its_large_structures(images: Path) -> None:
    ready = prepare(pair_of(images, cut=Cut(axis=1, index=0)), images / "ready")
    labels = ready.image("fixed_labels")
    assert (ready.size, ready.spacing) == ((12, 14), (1.0, 1.5))
    assert labels.GetDirection() == (1.0, 0.0, 0.0, 1.0)
    kept = np.unique(sitk.GetArrayFromImage(labels))
    assert LEAST_VOXELS > 3 and kept.tolist() == [0, 1]


def test_a_volume_of_one_slice_is_a_2d_image_whatever_its_direction(tmp_path: Path) -> None:
    flat = filled(np.random.default_rng(2).random((10, 12), np.float32))
    coronal = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, -1.0, 0.0)
    for name in ("one", "other"):
        write(as_slice(flat, coronal), tmp_path / f"{name}.nrrd")
    there = as_slice(flat, coronal).TransformIndexToPhysicalPoint((7, 4, 0))
    (tmp_path / "points.csv").write_text(f"x,y,z\n{','.join(map(str, there))}\n", encoding="utf-8")
    points = {"set": (tmp_path / "points.csv",) * 2}
    ready = prepare(Pair("pair", tmp_path / "one.nrrd", tmp_path / "other.nrrd", points=points), tmp_path / "ready")
    assert (ready.image("fixed").GetDimension(), ready.size) == (2, (12, 10))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(ready.image("fixed")), sitk.GetArrayFromImage(flat))
    fixed, moving = ready.points["set"]
    np.testing.assert_allclose(ready.image("fixed").TransformIndexToPhysicalPoint((7, 4)), fixed[0], atol=1e-9)
    np.testing.assert_allclose(moving, fixed)


def test_an_affine_start_is_made_once_for_all(tmp_path: Path) -> None:
    y, x = np.mgrid[:48, :40].astype(np.float32)
    blob = np.exp(-((x - 18) ** 2 / 60 + (y - 22) ** 2 / 120)) + 0.5 * np.exp(-((x - 26) ** 2 + (y - 30) ** 2) / 20)
    fixed, moving = filled(blob), filled(blob)
    moving.SetOrigin((9.0, -6.0))
    for name, image in (("one", fixed), ("other", moving)):
        write(image, tmp_path / f"{name}.nrrd")
        labels = image > 0.4
        write(labels, tmp_path / f"{name}_labels.nrrd")
    ready = prepare(pair_of(tmp_path, initial="affine"), tmp_path / "ready")
    assert ready.image("moving").GetOrigin() == (0.0, 0.0)
    assert ready.image("moving_labels").GetOrigin() == moving.GetOrigin()  # the truth stays where it is
    labels = ready.image("fixed_labels"), ready.image("moving_labels")
    here = sitk.Transform(2, sitk.sitkIdentity)
    assert evaluate(*labels, "all", ready.whole(here)).mean_dice > evaluate(*labels).mean_dice + 0.3
    own = prepare(pair_of(tmp_path, initial="own"), tmp_path / "ready")  # made anew: the start is gone
    assert own.image("moving").GetOrigin() == moving.GetOrigin() and own.whole(here) is here


def test_landmarks_that_are_none_are_refused(images: Path) -> None:
    (images / "words.csv").write_text("x,y,z\none,two,three\n", encoding="utf-8")
    points = {"set": (images / "words.csv",) * 2}
    with pytest.raises(InputError, match=r"landmarks .*words\.csv cannot be read"):
        prepare(pair_of(images, points=points), images / "ready")


def ready(kind: str, size: tuple[int, ...] = (160, 192, 224)) -> Prepared:
    return Prepared(Pair("pair", Path(), Path(), kind=kind), Path(), size, (1.0,) * len(size))


def test_the_plan_repeats_only_what_the_bars_time() -> None:
    often = {job.method.name: job.repeats for job in jobs(ready("main"), None, ["cpu"], None)}
    assert often["balanced"] == often["greedy"] == 3
    assert often["ants-synonly"] == often["demons"] == 1
    assert "fireants" not in often and "paper" not in often


def test_what_was_asked_for_goes_before_the_plan() -> None:
    made = jobs(ready("main"), ["balanced", "demons"], ["cpu", "cuda"], 2)
    places = [(job.method.name, job.device, job.repeats) for job in made]
    assert places == [("balanced", "cpu", 2), ("balanced", "cuda", 2), ("demons", "cpu", 2)]


def test_a_pair_of_ones_own_is_treated_by_its_size() -> None:
    small = {job.method.name for job in jobs(ready("", (40, 40, 40)), None, ["cpu"], None)}
    assert small == set(BY_KIND["small"])
    assert {job.method.name for job in jobs(ready(""), None, ["cpu"], None)} == set(BY_KIND["brain"])


def test_what_the_bars_need_comes_first() -> None:
    assert in_order(list(reversed(DEFAULT)))[0].name == "oasis_pair"


def test_the_time_left_learns_from_what_was_seen() -> None:
    forecast = Forecast()
    job, other = (Job(ready("main"), METHODS[name], "cpu", 1) for name in ("greedy", "demons"))
    first, guess = forecast.of(job), forecast.of(other)
    forecast.saw(job, 3 * first)
    assert forecast.of(job) == pytest.approx(3 * first)
    assert forecast.of(other) > 2 * guess
    assert ENOUGH_SECONDS > 0
