"""A file that is damaged, cut short or holds no numbers is refused; nothing is made up for what it lacks."""

from __future__ import annotations

import gzip
import locale
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.errors import InputError
from nodeo.files.hushed import hushed
from nodeo.files.nifti import check_whole
from nodeo.files.reading import read_image, read_transform

ARRAY = np.random.default_rng(0).integers(1, 1000, (12, 10, 14)).astype(np.int16)


def image() -> sitk.Image:
    return sitk.GetImageFromArray(ARRAY)


def written(path: Path, compressed: bool = False) -> Path:
    """The test image in a file; the file with its pixels."""
    sitk.WriteImage(image(), str(path), useCompression=compressed)
    return max(path.parent.glob(f"{path.name.split('.')[0]}.*"), key=lambda file: file.stat().st_size)


FORMATS = ["x.nii", "x.nii.gz", "x.hdr", "x.img", "x.img.gz", "x.nrrd", "x.nhdr", "x.mha", "x.mhd", "x.gipl", "x.vtk"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("left", [0.3, 0.5, 0.99])
def test_half_a_file_is_no_image(name: str, left: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pixels = written(tmp_path / name)
    assert np.array_equal(sitk.GetArrayFromImage(read_image(tmp_path / name, "fixed image")), ARRAY)
    whole = pixels.read_bytes()
    pixels.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(InputError, match=r"^The fixed image .* cannot be read as an image"):
        read_image(tmp_path / name, "fixed image")
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif("UTF-8" not in locale.setlocale(locale.LC_CTYPE), reason="no locale that could be lost")
def test_the_locale_of_the_process_stays_what_it_is(tmp_path: Path) -> None:
    before = locale.setlocale(locale.LC_ALL)
    with hushed():
        sitk.WriteImage(image(), str(tmp_path / "x.vtk"))
    assert read_image(tmp_path / "x.vtk", "image").GetSize() == image().GetSize()
    assert locale.setlocale(locale.LC_ALL) == before


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz", "x.hdr"])
def test_of_files_that_differ_in_their_ending_the_one_that_was_named_is_read(name: str, tmp_path: Path) -> None:
    others = {"x.nii": 1, "x.nii.gz": 2, "x.hdr": 3}
    for other, more in others.items():
        folder = tmp_path / other.replace(".", "")
        folder.mkdir()
        sitk.WriteImage(image() + more, str(folder / other))
        for path in folder.iterdir():
            path.rename(tmp_path / path.name)
    assert np.array_equal(sitk.GetArrayFromImage(read_image(tmp_path / name, "image")), ARRAY + others[name])


def test_a_displacement_is_that_of_the_file_that_was_named(tmp_path: Path) -> None:
    for name, along in (("x.nii.gz", 1.0), ("x.nii", 2.0)):
        (tmp_path / along.hex()).mkdir()
        vectors = np.full((8, 9, 10, 3), along)
        sitk.WriteImage(sitk.GetImageFromArray(vectors, isVector=True), str(tmp_path / along.hex() / name))
        (tmp_path / along.hex() / name).rename(tmp_path / name)
    assert read_transform(tmp_path / "x.nii.gz").TransformPoint((3.0, 3.0, 3.0)) == (4.0, 4.0, 4.0)


@pytest.mark.parametrize("name", ["x.nii.gz", "x.img.gz", "x.nrrd", "x.mha"])
def test_a_damaged_byte_is_noticed_where_there_is_a_checksum(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pixels = written(tmp_path / name, compressed=True)
    damaged = bytearray(pixels.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    pixels.write_bytes(damaged)
    with pytest.raises(InputError, match="cannot be read as an image"):
        read_image(tmp_path / name, "image")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("left", [0.1, 0.5, 0.99])
def test_half_a_photograph_is_no_image(left: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.jpg"
    sitk.WriteImage(sitk.Cast(image()[:, :, 5], sitk.sitkUInt8), str(path))
    assert read_image(path, "image").GetSize() == (14, 10)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(InputError, match="its end is missing"):
        read_image(path, "image")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "old, new, said",
    [(b"DimSize = 14", b"DimSize = 0", "0 x 10 x 12 voxels"), (b"= x.raw", b"= LIST", "lists no files")],
)
def test_a_header_of_no_pixels_is_no_image(old: bytes, new: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mhd"
    written(path)
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(InputError, match=said):
        read_image(path, "image")


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_a_gzip_file_without_its_last_bytes_is_not_whole(cut: int, tmp_path: Path) -> None:
    path = written(tmp_path / "x.nii.gz")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(InputError, match="end too soon"):
        read_image(path, "image")


def test_gzip_files_of_several_streams_and_with_something_after_them_are_whole(tmp_path: Path) -> None:
    plain = written(tmp_path / "x.nii").read_bytes()
    path = tmp_path / "two.nii.gz"
    path.write_bytes(gzip.compress(plain[:1000]) + gzip.compress(plain[1000:]) + b"\0" * 600)
    assert np.array_equal(sitk.GetArrayFromImage(read_image(path, "image")), ARRAY)


def test_nifti_2_and_the_other_byte_order_are_measured_too(tmp_path: Path) -> None:
    path = tmp_path / "two.nii"
    for order in "<>":
        header = bytearray(544)
        struct.pack_into(f"{order}i", header, 0, 540)
        struct.pack_into(f"{order}2h8q", header, 12, 4, 16, 3, 4, 5, 6, 1, 1, 1, 1)
        struct.pack_into(f"{order}q", header, 168, 544)
        path.write_bytes(header + b"\0" * 240)
        check_whole(path)
        path.write_bytes(header + b"\0" * 239)
        with pytest.raises(Exception, match="783 of 784 bytes"):
            check_whole(path)


# --- transforms -------------------------------------------------------------------------------------------------------


def field(value: float) -> sitk.Image:
    vectors = np.zeros((8, 9, 10, 3))
    vectors[4, 4, 4, 1] = value
    return sitk.GetImageFromArray(vectors, isVector=True)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["field.nrrd", "field.h5", "composite.h5", "spline.h5", "affine.h5"])
def test_a_transform_that_is_no_number_is_refused(kind: str, value: float, tmp_path: Path) -> None:
    affine = sitk.AffineTransform(3)
    if kind == "affine.h5":
        affine.SetTranslation((0.0, value, 0.0))
    inner = sitk.DisplacementFieldTransform(field(value))
    spline = sitk.BSplineTransformInitializer(image(), [2, 2, 2])
    spline.SetParameters([value, *[0.0] * (len(spline.GetParameters()) - 1)])
    path = tmp_path / kind
    if kind == "field.nrrd":
        sitk.WriteImage(field(value), str(path))
    else:
        made = {"field.h5": inner, "composite.h5": sitk.CompositeTransform([affine, inner]), "affine.h5": affine}
        sitk.WriteTransform(made.get(kind, spline), str(path))
    with pytest.raises(InputError, match="NaN or infinite"):
        read_transform(path)


def test_half_a_transform_gets_a_sentence_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "half.h5"
    sitk.WriteTransform(sitk.DisplacementFieldTransform(field(1.0)), str(path))
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(InputError, match="neither a transform nor a displacement field"):
        read_transform(path)
    assert capfd.readouterr() == ("", "")


def test_half_a_displacement_field_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "half.nii"
    sitk.WriteImage(field(1.0), str(path))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(InputError, match="cut short"):
        read_transform(path)


def test_a_header_that_contradicts_itself_is_read_by_itks_rule_and_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = sheared_nifti(tmp_path / "x.nii", 0.3, with_a_straight_alternative=True)
    read_image(path, "image")
    assert capfd.readouterr() == ("", "")


# --- where an image lies ----------------------------------------------------------------------------------------------


def sheared_nifti(path: Path, shear: float, *, with_a_straight_alternative: bool = False) -> Path:
    written(path)
    content = bytearray(path.read_bytes())
    struct.pack_into("<hh12f", content, 252, with_a_straight_alternative, 1, *[0.0] * 12)
    struct.pack_into("<12f", content, 280, 1, shear, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
    path.write_bytes(content)
    return path


def test_a_sheared_nifti_file_is_called_sheared(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="not at right angles") as caught:
        read_image(sheared_nifti(tmp_path / "x.nii", 0.3), "moving image")
    assert "without shear" in caught.value.hint
    assert capfd.readouterr() == ("", "")


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"), [("x" * 5000, "too long"), ("x" * 300, "too long"), ("a\0b", "zero"), ("caf\udce9.nii", "UTF-8")]
)
def test_names_that_cannot_be_are_refused(name: str, words: str) -> None:
    for read in (lambda path: read_image(path, "image"), read_transform):
        with pytest.raises(InputError, match=words) as caught:
            read(name)
        str(caught.value).encode("utf-8")
