"""Carrying images, label maps and points from one image to the other, and transforms to other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from conversations import nodeo
from nodeo.app import cli
from nodeo.field.point_inverse import moved, moved_back
from nodeo.files.points import PointList, read_points, write_points
from phantoms import OBLIQUE, Phantom, as_slice, bumps, drawn, grid, mapped, middle

ON = grid((30, 28, 26), (1.0, 1.2, 0.9), (3.0, -5.0, 7.0), OBLIQUE)
CENTRE = np.asarray(middle(ON))
SLICE = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, -1.0, 0.0)  # coronal, as NIfTI files often are
WARP = bumps(middle(ON), 3.0, 5.0)
START = sitk.Euler3DTransform(middle(ON), 0.1, -0.05, 0.2, (2.0, -1.0, 3.0))
POINTS = CENTRE + np.array([[4.0, 3.0, 2.0], [-5.0, 1.0, -3.0], [0.0, -4.0, 1.0]])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A transform A(x + u(x)) as a registration leaves it, its inverse beside it, an image, labels and points."""
    monkeypatch.chdir(tmp_path)
    transform = sitk.CompositeTransform([START, WARP.transform(ON)])
    sitk.WriteTransform(transform, "transform.h5")
    ball = Phantom(middle(ON), 9.0, blobs=40)
    sitk.WriteImage(drawn(ball, ON), "image.nrrd")
    labels = drawn(lambda x: np.linalg.norm(x - CENTRE, axis=-1) < 7.0, ON)
    sitk.WriteImage(sitk.Cast(labels, sitk.sitkUInt8), "labels.nrrd")
    write_points("points.mrk.json", PointList(moved(transform, POINTS), ("a", "b", "c")))
    return tmp_path


def geometry(image: sitk.Image) -> tuple:
    return image.GetSize(), image.GetOrigin(), image.GetSpacing(), image.GetDirection()


def run(*arguments: str) -> None:
    assert cli.main(list(arguments)) == cli.OK


def refused(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == cli.BAD_INPUT
    return capfd.readouterr().err


def test_several_things_at_once_and_points_by_the_inverse(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    things = ["image.nrrd", "points.mrk.json", "--labels", "labels.nrrd"]
    run("apply", "transform.h5", *things, "--reference", "image.nrrd", "--output", "out")
    transform = sitk.ReadTransform("transform.h5")
    for name, how in (("image.nrrd", sitk.sitkLinear), ("labels.nrrd", sitk.sitkNearestNeighbor)):
        image = sitk.ReadImage(name)
        expected = sitk.Resample(image, image, transform, how, 0.0)
        assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(f"out/{name}")), sitk.GetArrayFromImage(expected))
    carried = read_points("out/points.mrk.json", "points")
    assert carried.positions == pytest.approx(POINTS, abs=1e-3) and carried.labels == ("a", "b", "c")
    assert "3 points, from the moving image to the fixed one, by the inverse" in capfd.readouterr().out


def test_files_and_options_come_in_any_order(desk: Path) -> None:
    sitk.WriteImage(sitk.ReadImage("image.nrrd"), "-image.nrrd")
    orders = {
        "first": ["transform.h5", "image.nrrd", "--reference", "image.nrrd", "--output", "first.nrrd"],
        "between": ["transform.h5", "--reference", "image.nrrd", "image.nrrd", "--output", "between.nrrd"],
        "last": ["--reference", "image.nrrd", "--output", "last.nrrd", "transform.h5", "--", "-image.nrrd"],
        "after": ["transform.h5", "--reference", "image.nrrd", "--output", "after.nrrd", "--", "-image.nrrd"],
    }
    for order in orders.values():
        run("apply", *order)
    first, *others = (sitk.GetArrayFromImage(sitk.ReadImage(f"{name}.nrrd")) for name in orders)
    assert all(np.array_equal(first, other) for other in others)
    run("evaluate", "labels.nrrd", "--structures", "1", "labels.nrrd")


def test_a_file_of_one_frame_is_carried_as_it_is_registered(desk: Path) -> None:
    frame = sitk.JoinSeries([sitk.ReadImage("image.nrrd")])
    sitk.WriteImage(frame, "frame.nrrd")
    run("apply", "transform.h5", "frame.nrrd", "--reference", "frame.nrrd", "--output", "carried.nrrd")
    run("apply", "transform.h5", "image.nrrd", "--reference", "image.nrrd", "--output", "plain.nrrd")
    carried, plain = (sitk.GetArrayFromImage(sitk.ReadImage(name)) for name in ("carried.nrrd", "plain.nrrd"))
    assert np.array_equal(carried, plain)
    run("convert", "transform.h5", "--reference", "frame.nrrd", "--output", "warp.nrrd")
    assert sitk.ReadImage("warp.nrrd").GetSize() == ON.GetSize()


def test_a_folder_may_have_a_dot_in_its_name(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = ["apply", "transform.h5", "image.nrrd", "points.mrk.json", "--reference", "image.nrrd", "--output"]
    run(*line, "smooth_1.5mm")
    assert {path.name for path in (desk / "smooth_1.5mm").iterdir()} == {"image.nrrd", "points.mrk.json"}
    assert "one to write" in refused(capfd, *line, "out.nii.gz")


def test_nothing_is_written_before_all_is_read(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    things = ["image.nrrd", "points.mrk.json", "nowhere.csv"]
    said = refused(capfd, "apply", "transform.h5", *things, "--reference", "image.nrrd", "--output", "out")
    assert "The points nowhere.csv do not exist" in said and not (desk / "out").exists()


@pytest.mark.parametrize("output, there", [("out", []), ("made", ["old.txt"])])
def test_where_one_cannot_be_carried_none_is_written(
    desk: Path, capfd: pytest.CaptureFixture[str], output: str, there: list[str]
) -> None:
    (desk / "made").mkdir()
    (desk / "made/old.txt").write_text("mine")
    places = sitk.GetArrayFromImage(sitk.PhysicalPointSource(sitk.sitkVectorFloat64, *geometry(ON)))
    squeeze = sitk.GetImageFromArray(CENTRE - places, isVector=True)  # all of it to one point
    squeeze.CopyInformation(ON)
    sitk.WriteImage(squeeze, "squeeze.nrrd")
    things = ["image.nrrd", "points.mrk.json", "--reference", "image.nrrd"]
    assert "comes from nowhere" in refused(capfd, "apply", "squeeze.nrrd", *things, "--output", output)
    assert [path.name for path in (desk / output).glob("*")] == there


def test_there_and_back_again(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run("apply", "transform.h5", "points.mrk.json", "--output", "there.csv")
    run("apply", "transform.h5", "there.csv", "--backwards", "--output", "back.fcsv")
    assert "from the fixed image to the moving one, by the transform" in capfd.readouterr().out
    again, first = (read_points(name, "points").positions for name in ("back.fcsv", "points.mrk.json"))
    assert again == pytest.approx(first, abs=1e-3)


def test_an_image_goes_back_by_the_inverse_beside_the_transform(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = ["apply", "transform.h5", "image.nrrd", "--reference", "image.nrrd", "--backwards", "--output", "back.nrrd"]
    assert "The way back of this transform is not known" in refused(capfd, *line)
    sitk.WriteTransform(START.GetInverse(), "inverse.h5")
    run(*line)
    image = sitk.ReadImage("image.nrrd")
    expected = sitk.Resample(image, image, START.GetInverse(), sitk.sitkLinear, 0.0)
    assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage("back.nrrd")), sitk.GetArrayFromImage(expected))


def test_a_linear_transform_knows_its_way_back(desk: Path) -> None:
    sitk.WriteTransform(START, "start.tfm")
    run("apply", "start.tfm", "points.mrk.json", "--output", "points.csv")
    expected = moved(START.GetInverse(), read_points("points.mrk.json", "points").positions)
    assert read_points("points.csv", "points").positions == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("apply transform.h5 --output out", "There is nothing to carry"),
        ("apply transform.h5 image.nrrd --output out.nrrd", "An image needs a grid"),
        ("apply transform.h5 image.nrrd points.mrk.json --reference image.nrrd --output out.nrrd", "Name a folder"),
        ("apply transform.h5 points.mrk.json --output out.nrrd", "Points go to .csv"),
        ("apply transform.h5 image.nrrd --reference image.nrrd --output out.csv", "cannot be written as out.csv"),
        ("apply transform.h5 --labels points.mrk.json --output out.csv", "Points were named as label maps"),
        ("apply transform.h5 points.mrk.json --inverse none.h5 --output out.csv", "none.h5 does not exist"),
        ("apply transform.h5 image.nrrd ./image.nrrd --reference image.nrrd --output out", "the same name"),
        ("convert transform.h5 --reference image.nrrd --output w.nrrd --affine a.nrrd", "no name of an affine"),
        ("convert transform.h5 --reference image.nrrd --output w.mat --affine w.mat", "have one name"),
        ("convert transform.h5 --reference image.nrrd --output image.nrrd", "is an input"),
        ("convert transform.h5 --reference image.nrrd --output warp.unknown", "could not be written"),
    ],
)
def test_what_cannot_be_carried_gets_a_sentence(
    line: str, message: str, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(capfd, *line.split())


def test_a_point_that_comes_from_nowhere_is_named(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shift = np.where(np.indices((20, 20))[1] > 9, -8.0, 0.0)  # ends with the image: a gap opens there
    torn = sitk.GetImageFromArray(np.stack([shift, np.zeros_like(shift)], -1), isVector=True)
    sitk.WriteImage(torn, "torn.nrrd")
    write_points("flat.csv", PointList(np.array([[15.0, 5.0]]), ("gap",)))
    said = refused(capfd, "apply", "torn.nrrd", "flat.csv", "--output", "out.csv")
    assert "The point gap comes from nowhere" in said


def test_newton_finds_where_points_come_from() -> None:
    transform = sitk.CompositeTransform([START, bumps(middle(ON), 5.0, 5.0).transform(ON)])
    cloud = CENTRE + np.random.default_rng(0).uniform(-8.0, 8.0, (30, 3))
    found, missed = moved_back(transform, moved(transform, cloud))
    assert missed.max() < 1e-4 and found == pytest.approx(cloud, abs=1e-3)


# --- for other programs -----------------------------------------------------------------------------------------------


def same(one: sitk.Transform, other: sitk.Transform) -> None:
    # float32 vectors of a few mm
    assert mapped(one, ON) == pytest.approx(mapped(other, ON), abs=1e-4)


@pytest.mark.parametrize("name", ["warp.nii.gz", "warp.nrrd", "warp.h5"])
def test_the_whole_as_one_displacement(name: str, desk: Path) -> None:
    run("convert", "transform.h5", "--reference", "image.nrrd", "--output", name)
    if name.endswith(".h5"):
        read = sitk.ReadTransform(name)
    else:
        read = sitk.DisplacementFieldTransform(sitk.ReadImage(name, sitk.sitkVectorFloat64))
    same(read, sitk.ReadTransform("transform.h5"))


def test_a_single_slice_needs_a_format_that_keeps_its_third_axis(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one = as_slice(drawn(Phantom((10.0, 10.0), 5.0, blobs=4), grid((20, 20))), SLICE, 2.0)
    sitk.WriteImage(one, "slice.nrrd")
    line = ["convert", "transform.h5", "--reference", "slice.nrrd", "--output"]
    for name in ("warp.nii.gz", "warp.NII"):
        assert "single slice" in refused(capfd, *line, name) and not Path(name).exists()
    run(*line, "warp.nrrd")
    read = sitk.DisplacementFieldTransform(sitk.ReadImage("warp.nrrd", sitk.sitkVectorFloat64))
    assert mapped(read, one) == pytest.approx(mapped(sitk.ReadTransform("transform.h5"), one), abs=1e-4)


def test_ants_reads_a_vector_image_of_five_dimensions(desk: Path) -> None:
    run(*["convert", "transform.h5", "--reference", "image.nrrd", "--output", "warp.nii.gz"])
    image = sitk.ReadImage("warp.nii.gz")
    assert image.GetPixelID() == sitk.sitkVectorFloat32
    assert (image.GetMetaData("dim[0]"), image.GetMetaData("dim[5]")) == ("5", "3")
    assert image.GetMetaData("intent_code") == "1007"  # NIFTI_INTENT_VECTOR


def test_no_displacement_is_left_whose_affine_part_cannot_be_written(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.Image(12, 10, sitk.sitkUInt8), tmp_path / "flat.nrrd")
    sitk.WriteTransform(sitk.Euler2DTransform((1.0, 2.0), 0.1), tmp_path / "flat.h5")
    line = ["convert", "flat.h5", "--reference", "flat.nrrd", "--output", "rest.nrrd", "--affine"]
    said = nodeo(*line, "affine.xfm", folder=tmp_path)  # in a process of its own: MINC's library changes the locale
    assert said.returncode == cli.BAD_INPUT and "could not be written to affine.xfm" in said.stderr  # it has no slices
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flat.h5", "flat.nrrd"]
    assert nodeo(*line, "affine.txt", folder=tmp_path).returncode == cli.OK
    assert (tmp_path / "rest.nrrd").exists() and (tmp_path / "affine.txt").exists()


@pytest.mark.parametrize("name", ["warp.tif", "warp.vtk", "warp.gipl"])
def test_a_format_that_forgets_where_things_lie_is_not_used_without_a_word(
    name: str, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = refused(capfd, "convert", "transform.h5", "--reference", "image.nrrd", "--output", name)
    assert name in said and not (desk / name).exists()
    run("apply", "transform.h5", "image.nrrd", "--reference", "image.nrrd", "--output", name)
    assert "does not keep where the image lies" in capfd.readouterr().out and (desk / name).exists()
    run("apply", "transform.h5", "image.nrrd", "--reference", "image.nrrd", "--output", "image.nii.gz")
    assert "does not keep" not in capfd.readouterr().out


@pytest.mark.parametrize("affine", ["affine.mat", "affine.txt", "affine.tfm"])
def test_the_affine_part_apart(affine: str, desk: Path) -> None:
    run("convert", "transform.h5", "--reference", "image.nrrd", "--output", "warp.nii.gz", "--affine", affine)
    first = sitk.DisplacementFieldTransform(sitk.ReadImage("warp.nii.gz", sitk.sitkVectorFloat64))
    then = sitk.ReadTransform(affine)
    same(sitk.CompositeTransform([then, first]), sitk.ReadTransform("transform.h5"))
    same(then, START)
    same(first, WARP.transform(ON))
