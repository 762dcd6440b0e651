"""What cannot be registered gets one sentence that says why and one that says what to do; nothing is left behind."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo.app import process
from nodeo.app.cli import main
from nodeo.app.commands import register as register_command
from nodeo.engine.registration import register
from nodeo.errors import InputError
from nodeo.settings import Settings
from phantoms import Phantom, as_slice, bumps, drawn, grid, middle

TINY = Settings(start="none", levels=(2,), iterations=(2,), steps=(1,), threads=1)
SIZE = (24, 22, 20)


def phantom(size: tuple[int, ...] = SIZE, warp: float = 0.0) -> sitk.Image:
    """A ball with texture, its axes of one voxel left out of the account."""
    on = grid(size)
    ball, moved = Phantom(middle(on), 9.0, blobs=20), bumps(middle(on), warp)
    return drawn(lambda x: ball(moved(x)), on)


def changed(value: float) -> sitk.Image:
    image = phantom()
    image[5, 6, 7] = value
    return image


def box(*, of: sitk.Image, origin: tuple[float, ...] | None = None) -> sitk.Image:
    """A mask that is 1 in the middle of a grid."""
    array = np.zeros(sitk.GetArrayViewFromImage(of).shape, np.uint8)
    array[tuple(slice(n // 4, 3 * n // 4 + 1) for n in array.shape)] = 1
    mask = sitk.GetImageFromArray(array)
    mask.CopyInformation(of)
    if origin is not None:
        mask.SetOrigin(origin)
    return mask


def far_away() -> sitk.Image:
    image = phantom()
    image.SetOrigin((500.0, 0.0, 0.0))
    return image


def turned(*direction: float) -> sitk.Image:
    image = phantom()
    image.SetDirection(direction)
    return image


def spaced(spacing: float) -> sitk.Image:
    image = phantom()
    image.SetSpacing((spacing, 1.0, 1.0))
    return image


def slab(axis: int, n: int) -> sitk.Image:
    """Too thin along one axis."""
    size = list(SIZE)
    size[axis] = n
    image = sitk.GetImageFromArray(np.random.default_rng(0).uniform(0, 9, size[::-1]).astype(np.float32))
    return image


# Each: the pair and its masks, what the message says, what the hint says.
IMAGES: dict[str, tuple[Callable[[], dict], str, str]] = {
    "4-D": (lambda: {"fixed": sitk.Image([16, 16, 16, 3], sitk.sitkFloat32)}, "4 dimensions", "Extract one"),
    "vector pixels": (
        lambda: {"moving": sitk.Compose(phantom(), phantom())},
        "2 values per voxel",
        "grey values",
    ),
    "NaN": (lambda: {"fixed": changed(float("nan"))}, "fixed image holds NaN or infinite", "by 0"),
    "infinity": (lambda: {"moving": changed(float("inf"))}, "moving image holds NaN or infinite", "by 0"),
    "minus infinity": (lambda: {"moving": changed(float("-inf"))}, "moving image holds NaN or infinite", "by 0"),
    "constant": (lambda: {"fixed": phantom() * 0 + 7}, "constant: every voxel is 7", "right volume"),
    "constant and empty": (lambda: {"moving": sitk.Image(SIZE, sitk.sitkInt16)}, "every voxel is 0", "right volume"),
    **{
        f"{n} voxels along {'xyz'[axis]}": (
            lambda axis=axis, n=n: {"moving": slab(axis, n)},
            f"moving image has only {n} voxels along axis {'xyz'[axis]}",
            "at least 8",
        )
        for axis, n in [(0, 2), (1, 5), (2, 7)]
    },
    "one long axis only": (lambda: {"fixed": slab(0, 1)[:, :1, :]}, r"has size \(1, 1, 20\)", "two axes"),
    "no overlap": (lambda: {"moving": far_away()}, "do not overlap", "initial transform (auto"),
    "2-D with 3-D": (lambda: {"fixed": phantom()[:, :, 10]}, "2-D and the moving image 3-D", "same dimension"),
    "slice with volume": (lambda: {"moving": as_slice(phantom()[:, :, 10])}, r"\(24, 22, 1\)", "single slice"),
    "empty mask": (lambda: {"fixed_mask": sitk.Image(SIZE, sitk.sitkUInt8)}, "fixed mask is empty", "leave it out"),
    "mask outside": (
        lambda: {"moving_mask": box(of=phantom(), origin=(300.0, 0.0, 0.0))},
        "moving mask lies outside",
        "same volume",
    ),
    "flat mask": (lambda: {"fixed_mask": box(of=phantom()[:, :, 10])}, "fixed mask is not a scalar 3-D image", ""),
    "complex pixels": (
        lambda: {"moving": sitk.RealAndImaginaryToComplex(phantom(), phantom())},
        "moving image holds complex values",
        "grey values",
    ),
    "sheared": (lambda: {"fixed": turned(1, 0.3, 0, 0, 1, 0, 0, 0, 1)}, "fixed image is sheared", "without shear"),
    "no directions": (lambda: {"moving": turned(*[float("nan")] * 9)}, "moving image has the direction nan", "header"),
    "tiny voxels": (lambda: {"moving": spaced(1e-30)}, r"moving image has a spacing of 1e-30 1 1 mm", "1e-09 to 1e"),
    "huge voxels": (lambda: {"fixed": spaced(1e30)}, r"fixed image has a spacing of 1e\+30 1 1 mm", "1e-09 to 1e"),
    "voxels of no size": (lambda: {"fixed": spaced(float("nan"))}, "fixed image has a spacing of nan", "header"),
    "at the end of the world": (
        lambda: {"fixed": box(of=phantom(), origin=(1e300, 0.0, 0.0))},
        r"origin at 1e\+300 0 0 mm",
        "header",
    ),
    "mask of complex values": (
        lambda: {"fixed_mask": sitk.RealAndImaginaryToComplex(phantom(), phantom())},
        "fixed mask is not a scalar 3-D image",
        "",
    ),
    "mask of vectors": (
        lambda: {"fixed_mask": sitk.Compose(box(of=phantom()), box(of=phantom()))},
        "fixed mask is not a scalar 3-D image",
        "",
    ),
}
every_bad_image = pytest.mark.parametrize(("make", "message", "hint"), IMAGES.values(), ids=IMAGES.keys())


@every_bad_image
def test_a_bad_image_gets_a_sentence(make: Callable[[], dict], message: str, hint: str) -> None:
    images = {"fixed": phantom(), "moving": phantom(), **make()}
    with pytest.raises(InputError, match=message) as caught:
        register(images.pop("fixed"), images.pop("moving"), TINY, **images)
    assert hint in caught.value.hint
    assert caught.value.message.endswith(".") and "\n" not in str(caught.value)


def test_masks_that_have_nothing_in_common_get_a_sentence() -> None:
    left = sitk.Image(SIZE, sitk.sitkUInt8)
    left[:8, :, :] = 1
    right = sitk.Image(SIZE, sitk.sitkUInt8)
    right[16:, :, :] = 1
    with pytest.raises(InputError, match="mask"):
        register(phantom(), phantom(), TINY, fixed_mask=left, moving_mask=right)


def test_an_initial_transform_that_cannot_be_inverted_gets_a_sentence() -> None:
    singular = sitk.AffineTransform(3)
    singular.Scale((1.0, 1.0, 0.0))
    with pytest.raises(InputError):
        register(phantom(), phantom(), TINY, initial_transform=singular)


@pytest.mark.parametrize("scales", [(0.0, 0.0, 0.0), (1e-9, 1.0, 1.0), (1e-3, 1e6, 1e6)])
def test_what_is_flat_in_proportion_is_flat(scales: tuple[float, ...]) -> None:
    flat = sitk.AffineTransform(3)
    flat.SetMatrix(np.diag(scales).ravel().tolist())
    with pytest.raises(InputError, match="cannot be inverted"):
        register(phantom(), phantom(), TINY, initial_transform=flat)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_an_image_in_other_units_is_not_flat(scale: float) -> None:
    start, moving = sitk.AffineTransform(3), phantom()
    start.Scale((scale,) * 3)
    moving.SetSpacing([scale * step for step in moving.GetSpacing()])
    moving.SetOrigin([scale * where for where in moving.GetOrigin()])
    found = register(phantom(warp=2.0), moving, TINY, initial_transform=start)
    assert found.metrics["folding"]["voxels"] == 0


def test_an_initial_transform_of_another_dimension_gets_a_sentence() -> None:
    with pytest.raises(InputError, match=r"initial transform is 2-D, the images are 3-D"):
        register(phantom(), phantom(), TINY, initial_transform=sitk.Euler2DTransform())


@pytest.mark.parametrize("how", ["rigid", "center"])
def test_two_slices_that_are_not_parallel_get_a_sentence(how: str) -> None:
    tilted = sitk.Euler3DTransform((0, 0, 0), 0.5, 0.0, 0.0).GetMatrix()
    fixed, moving = as_slice(phantom()[:, :, 10]), as_slice(phantom()[:, :, 10], tilted)
    with pytest.raises(InputError, match="not parallel"):
        register(fixed, moving, TINY.replace(initial=how))


# --- what looks odd and is welcome ------------------------------------------------------------------------------------


def test_a_mask_on_another_grid_is_resampled() -> None:
    fixed, moving = phantom(warp=2.0), phantom()
    mask = box(of=fixed)
    coarse = sitk.Resample(mask, [12, 11, 10], sitk.Transform(), sitk.sitkNearestNeighbor, (0.5,) * 3, (2.0,) * 3)
    found = register(fixed, moving, TINY, fixed_mask=coarse, moving_mask=coarse)
    assert found.metrics["folding"]["voxels"] == 0


def test_a_mask_of_any_number_type_counts_where_it_is_not_zero() -> None:
    fixed, moving = phantom(warp=2.0), phantom()
    one, other = (
        register(fixed, moving, TINY, fixed_mask=mask)
        for mask in (box(of=fixed), sitk.Cast(box(of=fixed), sitk.sitkFloat64) * -3.5)
    )
    assert np.array_equal(sitk.GetArrayFromImage(one.warped), sitk.GetArrayFromImage(other.warped))


def test_a_mask_far_from_the_content_is_no_accident() -> None:
    mask = sitk.Image(SIZE, sitk.sitkUInt8)
    mask[0:5, 0:5, 0:5] = 1
    found = register(phantom(warp=2.0), phantom(), TINY, fixed_mask=mask)
    assert np.isfinite(sitk.GetArrayFromImage(found.displacement)).all()


def test_a_fourth_dimension_of_one_voxel_is_dropped() -> None:
    image = sitk.JoinSeries([phantom()])
    assert image.GetDimension() == 4
    assert register(image, phantom(), TINY).warped.GetSize() == SIZE


def test_a_moving_image_with_a_fourth_dimension_of_one_voxel_is_registered() -> None:
    assert register(phantom(), sitk.JoinSeries([phantom()]), TINY).warped.GetSize() == SIZE


def test_a_fourth_dimension_of_one_voxel_does_not_bother_the_initial_transform() -> None:
    start = sitk.TranslationTransform(3, (1.0, 0.0, 0.0))
    image = sitk.JoinSeries([phantom()])
    assert register(image, phantom(), TINY, initial_transform=start).warped.GetSize() == SIZE


def test_a_mask_may_have_the_fourth_dimension_of_its_image() -> None:
    image, mask = sitk.JoinSeries([phantom()]), sitk.JoinSeries([box(of=phantom())])
    assert register(image, phantom(), TINY, fixed_mask=mask).warped.GetSize() == SIZE


@pytest.mark.parametrize("size", [(8, 8), (8, 8, 8), (8, 40), (9, 8, 30)])
def test_the_smallest_images_are_registered(size: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).uniform(0, 100, size[::-1]).astype(np.float32)
    image = sitk.GetImageFromArray(values)
    found = register(image, image, Settings(iterations=(2,), threads=1))
    assert found.warped.GetSize() == size


@pytest.mark.parametrize("pixel", [sitk.sitkUInt8, sitk.sitkInt16, sitk.sitkUInt16, sitk.sitkInt32, sitk.sitkFloat64])
def test_every_scalar_pixel_type_is_kept(pixel: int) -> None:
    image = sitk.Cast(phantom() / 10, pixel)
    assert register(image, image, TINY).warped.GetPixelID() == pixel


def test_an_image_that_is_nearly_all_background_is_registered() -> None:
    image = sitk.Image(SIZE, sitk.sitkUInt8)
    image[10, 10, 10] = 200
    assert register(image, image, TINY).metrics["folding"]["voxels"] == 0


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda: Settings.preset("blanced"), "no preset 'blanced'", "'balanced'"),
        (lambda: TINY.assign("lamda_s=1"), "no setting 'lamda_s'", "'lambda_s'"),
        (lambda: TINY.assign("similarity=lcc"), "similarity is 'lcc'", "'lncc'"),
        (lambda: TINY.assign("kernel=gausian"), "kernel is 'gausian'", "'gaussian'"),
        (lambda: TINY.assign("solver=dopri"), "solver is 'dopri'", "dopri"),
        (lambda: TINY.assign("iterations=many"), "iterations is 'many'", "list of numbers"),
        (lambda: TINY.assign("learning_rate=0"), "learning_rate is 0", "larger than 0"),
        (lambda: TINY.assign("lambda_J=-1"), "lambda_J is -1", "at least 0"),
        (lambda: TINY.assign("seed"), "not of the form key=value", "lambda_s=0.5"),
    ],
)
def test_a_bad_setting_gets_the_nearest_right_one(make: Callable[[], Settings], message: str, hint: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert hint in caught.value.hint


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:7"])
def test_a_gpu_that_is_not_there_gets_a_sentence(device: str) -> None:
    with pytest.raises(InputError, match=f"'{device}' was asked for") as caught:
        register(phantom(), phantom(), TINY.replace(device=device))
    assert "--device cpu" in caught.value.hint


def test_a_device_nobody_knows_gets_a_sentence() -> None:
    with pytest.raises(InputError, match="no device 'gpu'") as caught:
        register(phantom(), phantom(), TINY.replace(device="gpu"))
    assert "cuda:N" in caught.value.hint


# --- the same from the command line -----------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good pair in it, as the current directory; the process's allocator is left alone."""
    monkeypatch.setattr(process, "make_ready", lambda: None)
    monkeypatch.chdir(tmp_path)
    sitk.WriteImage(phantom(warp=2.0), "fixed.nrrd")
    sitk.WriteImage(phantom(), "moving.nrrd")
    sitk.WriteImage(box(of=phantom()), "labels.nrrd")
    return tmp_path


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every file with its content, hidden ones and folders too."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
        for path in sorted(folder.rglob("*"))
    }


def register_line(*more: str, fixed: str = "fixed.nrrd", moving: str = "moving.nrrd") -> list[str]:
    quick = [f"--set={name}" for name in ("start=none", "levels=2", "iterations=2", "steps=1")]
    return ["register", fixed, moving, "--output", "out", "--progress", "none", "--threads", "1", *quick, *more]


def refusal(arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """The one line on standard error; checks the exit code and that nothing has been written."""
    before = tree(folder)
    code = main(arguments)
    said = capfd.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.startswith("nodeo: ") and said.err.count("\n") == 1, said.err
    assert tree(folder) == before
    return said.err


SAMPLE = ["4-D", "vector pixels", "NaN", "constant", "2 voxels along x", "no overlap", "2-D with 3-D"]
SAMPLE += ["slice with volume", "empty mask", "mask outside", "flat mask"]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_bad_file_ends_with_one_line(name: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make, message, hint = IMAGES[name]
    arguments = register_line()
    for role, image in make().items():
        sitk.WriteImage(image, f"bad_{role}.nrrd")
        if role in ("fixed", "moving"):
            arguments[("fixed", "moving").index(role) + 1] = f"bad_{role}.nrrd"
        else:
            arguments += [f"--{role.replace('_', '-')}", f"bad_{role}.nrrd"]
    line = refusal(arguments, desk, capfd)
    assert message.replace("\\", "") in line and hint in line


def test_a_missing_file(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = refusal(register_line(fixed="nowhere.nrrd"), desk, capfd)
    assert "The fixed image nowhere.nrrd does not exist" in line and "Check the path" in line
    line = refusal(register_line("--moving-mask", "nowhere.nii"), desk, capfd)
    assert "moving mask nowhere.nii does not exist" in line and "Check the path" in line


@pytest.mark.parametrize("name", ["note.txt", "note.nrrd", "note.nii.gz", "note.png", "note"])
def test_a_text_file_is_no_image(name: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk / name).write_text("not an image\n")
    assert "cannot be read as an image" in refusal(register_line(moving=name), desk, capfd)


def test_a_file_cut_short_is_no_image(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = (desk / "moving.nrrd").read_bytes()
    (desk / "half.nrrd").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read as an image" in refusal(register_line(moving="half.nrrd"), desk, capfd)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk / "moving.nrrd").chmod(0)
    assert "cannot be read" in refusal(register_line(), desk, capfd)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--preset", "blanced"], ["no preset 'blanced'", "'balanced'"]),
        (["--set", "lamda_s=1"], ["no setting 'lamda_s'", "'lambda_s'"]),
        (["--set", "kernel=gausian"], ["kernel is 'gausian'", "'gaussian'"]),
        (["--set", "seed"], ["not of the form key=value"]),
        (["--settings", "nowhere.json"], ["nowhere.json cannot be read"]),
        (["--settings", "fixed.nrrd"], ["is not JSON"]),
        (["--initial", "nowhere.tfm"], ["nowhere.tfm does not exist"]),
        (["--initial", "fixed.nrrd"], ["neither a transform nor a displacement field"]),
        (["--device", "gpu"], ["no device 'gpu'"]),
        (["--fixed-labels", "labels.nrrd"], ["--moving-labels too"]),
        (["--threads", "-1"], ["threads is -1"]),
        (["--initial", "no\nwhere.tfm"], ["no\\nwhere.tfm does not exist"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and value[0].startswith("--") else "",
)
def test_a_bad_option(more: list[str], words: list[str], desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = refusal(register_line(*more), desk, capfd)
    assert all(word in line for word in words), line


@pytest.mark.parametrize("option", ["--settings", "--fixed-mask", "--output"])
def test_an_empty_name_is_not_the_current_folder(option: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(register_line(option, ""))
    assert stop.value.code == 2 and "it is empty" in capfd.readouterr().err


@pytest.mark.parametrize("option", ["--settings", "--fixed-mask", "--initial", "--output"])
@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9"), "x" * 5000])
def test_names_that_cannot_be(option: str, name: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    refusal(register_line(option, name), desk, capfd)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names are text")
def test_an_image_whose_name_is_not_utf_8(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"caf\xe9.nrrd")
    try:
        (desk / "moving.nrrd").rename(desk / name)
    except OSError:
        pytest.skip("this disk takes UTF-8 only")
    assert "moving image, caf\ufffd.nrrd, is not UTF-8" in refusal(register_line(moving=name), desk, capfd)


@pytest.mark.parametrize(
    "content",
    [
        "[1, 2]",
        "[" * 100_000 + "]" * 100_000,
        '{"seed": ' + "9" * 400 + "}",
        '{"lamda_s": 1}',
        '{"levels": "x"}',
        "{",
        '"text"',
    ],
)
def test_a_bad_settings_file(content: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk / "mine.json").write_text(content)
    refusal(register_line("--settings", "mine.json"), desk, capfd)


@pytest.mark.parametrize("arguments", [[], ["register"], ["register", "a", "b"], ["deform"], ["register", "--what"]])
def test_a_line_that_cannot_be_parsed_exits_with_2(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: nodeo" in capfd.readouterr().err


# --- labels -----------------------------------------------------------------------------------------------------------


def bad_labels(kind: str) -> sitk.Image:
    labels = box(of=phantom())
    return {
        "fractions": sitk.Cast(labels, sitk.sitkFloat32) * 0.5,
        "negative": sitk.Cast(labels, sitk.sitkInt16) * -3,
        "huge": sitk.Cast(labels, sitk.sitkInt32) * 100_000,
        "vectors": sitk.Compose(labels, labels),
        "flat": labels[:, :, 10],
        "none in common": labels * 3,
    }[kind]


KINDS = ["fractions", "negative", "huge", "vectors", "flat", "none in common"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["fixed", "moving"])
def test_labels_of_the_wrong_kind(kind: str, which: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sitk.WriteImage(bad_labels(kind), "bad.nrrd")
    files = {"fixed": "labels.nrrd", "moving": "labels.nrrd", which: "bad.nrrd"}
    refusal(register_line("--fixed-labels", files["fixed"], "--moving-labels", files["moving"]), desk, capfd)


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_the_wrong_kind_are_refused_before_the_work(
    kind: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    real = register_command.register_images
    monkeypatch.setattr(register_command, "register_images", lambda *a, **k: started.append(1) or real(*a, **k))
    sitk.WriteImage(bad_labels(kind), "bad.nrrd")
    main(register_line("--fixed-labels", "labels.nrrd", "--moving-labels", "bad.nrrd"))
    assert not started


@pytest.mark.parametrize("kind", ["fractions", "vectors", "flat"])
def test_moving_labels_alone_have_to_be_labels(kind: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sitk.WriteImage(bad_labels(kind), "bad.nrrd")
    refusal(register_line("--moving-labels", "bad.nrrd"), desk, capfd)


# --- where the results go ---------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_empty(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk / "out").mkdir()
    (desk / "out" / "thesis.txt").write_text("precious")
    line = refusal(register_line(), desk, capfd)
    assert "is not empty" in line and "--overwrite" in line


def test_an_output_that_is_a_file(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk / "out").write_text("precious")
    line = refusal(register_line("--overwrite"), desk, capfd)
    assert "is a file" in line and "Name a folder" in line


def test_an_output_inside_a_file(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = register_line()
    arguments[arguments.index("out")] = "fixed.nrrd/deep/out"
    refusal(arguments, desk, capfd)


@pytest.mark.parametrize("role", ["fixed", "moving", "--moving-labels", "--fixed-mask", "--initial", "--settings"])
def test_an_input_in_the_output_folder_is_not_replaced(
    role: str, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (desk / "out").mkdir()
    read = desk / "out" / ("settings.json" if role == "--settings" else "warped.nrrd")
    read.write_text("{}")
    if role.startswith("--"):
        line = register_line("--overwrite", role, str(read))
    else:
        line = register_line("--overwrite", **{role: "out/../out/warped.nrrd"})
    assert "is an input, and the result would replace it" in refusal(line, desk, capfd)


def test_an_input_of_another_name_stays_in_the_output_folder(desk: Path) -> None:
    (desk / "out").mkdir()
    (desk / "moving.nrrd").rename(desk / "out" / "mine.nrrd")
    before = (desk / "out" / "mine.nrrd").read_bytes()
    for _ in range(2):
        assert main(register_line("--overwrite", moving="out/mine.nrrd")) == 0
        assert (desk / "out" / "mine.nrrd").read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("existing", [True, False])
def test_a_folder_that_may_not_be_written(existing: bool, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = desk / "locked" / "out" if existing else desk / "locked"
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    try:
        arguments = register_line()
        arguments[arguments.index("out")] = "locked/out"
        assert "cannot be written" in refusal(arguments, desk, capfd)
    finally:
        folder.chmod(0o755)


def full_disk(*arguments, **options) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken_writer(*arguments, **options) -> None:
    raise RuntimeError("Exception thrown in SimpleITK ImageFileWriter_Execute: Write: Error writing\nall lines")


@pytest.mark.parametrize("broken", [full_disk, broken_writer])
@pytest.mark.parametrize("how", ["new", "deep", "overwrite", "late"])
def test_a_full_disk_leaves_nothing_behind(
    how: str, broken: Callable, desk: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = register_line("--overwrite", "--fixed-labels", "labels.nrrd", "--moving-labels", "labels.nrrd")
    if how == "deep":
        arguments[arguments.index("out")] = "a/b/out"
    if how == "overwrite":
        (desk / "out").mkdir()
        (desk / "out" / "warped.nrrd").write_text("the result of last week")
    if how == "late":  # the last file of all
        monkeypatch.setattr(json, "dumps", broken)
    else:
        monkeypatch.setattr(sitk, "WriteImage", broken)
    line = refusal(arguments, desk, capfd)
    assert "could not be written" in line and "Free some space" in line
    if broken is full_disk:
        assert os.strerror(errno.ENOSPC) in line


def test_apply_on_a_full_disk_leaves_nothing_behind(
    desk: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sitk.WriteTransform(sitk.TranslationTransform(3, (1.0, 0.0, 0.0)), "shift.tfm")
    (desk / "warped.nrrd").write_text("the result of last week")
    monkeypatch.setattr(sitk, "WriteImage", full_disk)
    arguments = ["apply", "shift.tfm", "moving.nrrd", "--reference", "fixed.nrrd", "--output", "warped.nrrd"]
    assert "could not be written" in refusal(arguments, desk, capfd)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["apply", "nowhere.h5", "moving.nrrd", "--reference", "fixed.nrrd", "--output", "w.nrrd"], "does not exist"),
        (["apply", "shift.tfm", "nowhere.nrrd", "--reference", "fixed.nrrd", "--output", "w.nrrd"], "does not exist"),
        (["apply", "shift.tfm", "moving.nrrd", "--reference", "fixed.nrrd", "--output", "w.unknown"], "could not be"),
        (["apply", "flat.tfm", "moving.nrrd", "--reference", "fixed.nrrd", "--output", "w.nrrd"], "same dimension"),
        (["evaluate", "labels.nrrd", "nowhere.nrrd"], "other labels nowhere.nrrd does not exist"),
        (["evaluate", "labels.nrrd", "labels.nrrd", "--structures", "brain"], "neither a known set"),
        (["evaluate", "labels.nrrd", "fixed.nrrd"], "not a whole number"),
    ],
)
def test_apply_and_evaluate_refuse_too(
    arguments: list[str], words: str, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sitk.WriteTransform(sitk.TranslationTransform(3, (1.0, 0.0, 0.0)), "shift.tfm")
    sitk.WriteTransform(sitk.TranslationTransform(2, (1.0, 0.0)), "flat.tfm")
    assert words in refusal(arguments, desk, capfd)


# --- apply and evaluate -----------------------------------------------------------------------------------------------


@pytest.fixture
def shifted(desk: Path) -> Path:
    """The desk, with a transform on it."""
    sitk.WriteTransform(sitk.TranslationTransform(3, (1.0, 0.0, 0.0)), "shift.tfm")
    return desk


def apply_line(image: str, output: str, *more: str, transform: str = "shift.tfm") -> list[str]:
    return ["apply", transform, image, "--reference", "fixed.nrrd", "--output", output, *more]


@pytest.mark.parametrize("name", ["x.mhd", "x.nhdr", "x.img", "x.hdr", "x.mha", "x.nii.gz", "x.nii"])
@pytest.mark.parametrize("more", [[], ["--labels"]])
def test_a_format_of_two_files_gets_both_under_their_names(name: str, more: list[str], shifted: Path) -> None:
    before = set(shifted.iterdir())
    for _ in range(2):
        assert main(apply_line("labels.nrrd", f"new/{name}", *more)) == 0
    written = sitk.ReadImage(f"new/{name}")
    expected = np.roll(sitk.GetArrayFromImage(sitk.ReadImage("labels.nrrd")), -1, axis=2)
    assert np.array_equal(sitk.GetArrayFromImage(written), expected)
    assert all(path.stem.split(".")[0] == "x" for path in (shifted / "new").iterdir())
    assert set(shifted.iterdir()) - before == {shifted / "new"}


def test_the_second_file_of_a_format_replaces_nothing_else(shifted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (shifted / "x.raw").write_text("precious")
    assert "x.raw is there already" in refusal(apply_line("moving.nrrd", "x.mhd"), shifted, capfd)


@pytest.mark.parametrize("which", ["moving.nrrd", "fixed.nrrd", "shift.tfm"])
def test_apply_does_not_write_over_what_it_reads(which: str, shifted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "is an input" in refusal(apply_line("moving.nrrd", f"./{which}"), shifted, capfd)


@pytest.mark.parametrize("which", ["labels.nrrd", "other.nrrd", "shift.tfm"])
def test_evaluate_does_not_write_over_what_it_reads(
    which: str, shifted: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sitk.WriteImage(sitk.ReadImage("labels.nrrd"), "other.nrrd")
    line = ["evaluate", "labels.nrrd", "other.nrrd", "--transform", "shift.tfm", "--output", which]
    assert "is an input" in refusal(line, shifted, capfd)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (lambda: changed(float("nan")), "image holds NaN or infinite"),
        (lambda: changed(float("inf")), "image holds NaN or infinite"),
        (lambda: sitk.RealAndImaginaryToComplex(phantom(), phantom()), "image holds complex values"),
        (lambda: spaced(1e-30), "image has a spacing of 1e-30"),
    ],
)
def test_apply_refuses_what_is_no_number(
    image: Callable[[], sitk.Image], words: str, shifted: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sitk.WriteImage(image(), "bad.nrrd")
    assert words in refusal(apply_line("bad.nrrd", "w.nrrd"), shifted, capfd)


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_displacement_field_of_no_numbers_is_refused_everywhere(
    value: float, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    vectors = np.zeros((20, 22, 24, 3), np.float32)
    vectors[10, 10, 10, 0] = value
    sitk.WriteImage(sitk.GetImageFromArray(vectors, isVector=True), "bad.nrrd")
    (desk / "pairs.csv").write_text("fixed_labels,other_labels,transform\nlabels.nrrd,labels.nrrd,bad.nrrd\n")
    for line in (
        register_line("--initial", "bad.nrrd"),
        apply_line("moving.nrrd", "w.nrrd", transform="bad.nrrd"),
        ["evaluate", "labels.nrrd", "labels.nrrd", "--transform", "bad.nrrd"],
        ["evaluate", "--pairs", "pairs.csv", "--progress", "none"],
    ):
        assert "transform bad.nrrd holds NaN or infinite values" in refusal(line, desk, capfd)


def test_a_path_of_five_thousand_bytes_in_a_list_of_pairs(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk / "pairs.csv").write_text(f"fixed_labels,other_labels\n{'x' * 5000},labels.nrrd\n")
    assert "fixed_labels of pair 1 is too long" in refusal(["evaluate", "--pairs", "pairs.csv"], desk, capfd)
    (desk / "pairs.csv").write_text("fixed_labels,other_labels\na\0b,labels.nrrd\n")
    refusal(["evaluate", "--pairs", "pairs.csv"], desk, capfd)


@pytest.mark.parametrize("pixel", [np.int64, np.uint64])
def test_labels_of_64_bits_keep_every_bit(pixel: type, shifted: Path) -> None:
    labels = np.arange(np.prod(SIZE), dtype=pixel).reshape(SIZE[::-1]) + pixel(2**62 + 1)
    if pixel is np.int64:
        labels[:5] *= -1
    image = sitk.GetImageFromArray(labels)
    image.CopyInformation(sitk.ReadImage("fixed.nrrd"))
    sitk.WriteImage(image, "codes.nrrd")
    assert main(apply_line("codes.nrrd", "w.nrrd", "--labels")) == 0
    warped = sitk.GetArrayFromImage(sitk.ReadImage("w.nrrd"))
    assert warped.dtype == pixel
    assert np.array_equal(warped[:, :, :-1], labels[:, :, 1:]) and not warped[:, :, -1].any()
