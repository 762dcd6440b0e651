"""A series from every form that it comes in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.errors import InputError
from nodeo.geometry.grid import Grid
from nodeo.sequence.reading import read_series
from nodeo.sequence.stack import Stack

SIZE, COUNT = (9, 10, 11), 4
SPACING, ORIGIN = (1.5, 2.0, 3.0), (1.0, -2.0, 3.0)
LISTED = "axis 0 index type:=numeric\naxis 0 index values:=0 0.5 1 2\n"


def frame(number: int, dimension: int = 3) -> sitk.Image:
    """Values that tell every voxel of every frame from every other."""
    shape = SIZE[:dimension][::-1]
    image = sitk.GetImageFromArray(np.arange(np.prod(shape), dtype=np.int16).reshape(shape) + 5000 * number)
    image.SetSpacing(SPACING[:dimension])
    image.SetOrigin(ORIGIN[:dimension])
    return image


def nrrd(path: Path, first: bool, kind: str, dimension: int = 3, extra: str = "") -> Path:
    """A NRRD whose axis of time is the first or the last, as other programs write it."""
    arrays = [sitk.GetArrayFromImage(frame(number, dimension)) for number in range(COUNT)]
    values = np.stack(arrays, -1 if first else 0)
    axes = [f"({','.join(str(s if a == b else 0) for b in range(dimension))})" for a, s in enumerate(SPACING)]
    axes, sizes = axes[:dimension], list(map(str, SIZE[:dimension]))
    kinds = ["domain"] * dimension
    for row, value in ((axes, "none"), (sizes, str(COUNT)), (kinds, kind)):
        row.insert(0 if first else dimension, value)
    space = "space: left-posterior-superior" if dimension == 3 else "space dimension: 2"
    header = (
        f"NRRD0004\ntype: short\ndimension: {dimension + 1}\n{space}\nsizes: {' '.join(sizes)}\n"
        f"space directions: {' '.join(axes)}\nkinds: {' '.join(kinds)}\nendian: little\nencoding: raw\n"
        f"space origin: ({','.join(map(str, ORIGIN[:dimension]))})\n{extra}\n"
    )
    path.write_bytes(header.encode() + values.tobytes())
    return path


def apart(path: Path, first: bool, end: bytes = b"") -> Path:
    """The same, its data in a file beside the header."""
    header, _, data = nrrd(path, first, "time").read_bytes().partition(b"\n\n")
    path.write_bytes(header + b"\ndata file: my data.raw\n" + end)
    (path.parent / "my data.raw").write_bytes(data)
    return path


def of_windows(path: Path, first: bool) -> Path:
    """The same, with the ends of line that Windows has."""
    header, blank, data = nrrd(path, first, "time").read_bytes().partition(b"\n\n")
    path.write_bytes((header + blank).replace(b"\n", b"\r\n") + data)
    return path


def nifti(path: Path, step: float) -> Path:
    series = sitk.JoinSeries([frame(number) for number in range(COUNT)], 0.0, step)
    sitk.WriteImage(series, str(path))
    return path


def files(folder: Path) -> list[Path]:
    paths = [folder / f"frame{number}.mha" for number in range(COUNT)]
    for number, path in enumerate(paths):
        sitk.WriteImage(frame(number), str(path))
    return paths


def own(path: Path) -> Path:
    stack = Stack(Grid.of(frame(0)), COUNT, np.dtype(np.int16))
    for number in range(COUNT):
        stack.put(number, frame(number))
    stack.write(path, (0.0, 0.5, 1.0, 2.0), "s")
    return path


@pytest.mark.parametrize(
    ("made", "dimension", "times", "unit"),
    [
        (lambda at: nifti(at / "a.nii.gz", 2.5), 3, (0.0, 2.5, 5.0, 7.5), ""),
        (lambda at: nrrd(at / "a.seq.nrrd", True, "list", extra=LISTED), 3, (0.0, 0.5, 1.0, 2.0), ""),
        (lambda at: nrrd(at / "a.nrrd", False, "list"), 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: nrrd(at / "a.nrrd", True, "time"), 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: nrrd(at / "a.nrrd", False, "time"), 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: nrrd(at / "a.nrrd", True, "list", 2, LISTED), 2, (0.0, 0.5, 1.0, 2.0), ""),
        (lambda at: nrrd(at / "a.nrrd", False, "list", 2), 2, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: own(at / "a.seq.nrrd"), 3, (0.0, 0.5, 1.0, 2.0), "s"),
        (files, 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: apart(at / "a.nhdr", True), 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: apart(at / "a.nhdr", False, b"\n"), 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: of_windows(at / "a.nrrd", True), 3, (0.0, 1.0, 2.0, 3.0), ""),
        (lambda at: of_windows(at / "a.nrrd", False), 3, (0.0, 1.0, 2.0, 3.0), ""),
    ],
    ids=[
        "4-D NIfTI", "seq.nrrd", "list last", "time first", "time last", "2-D", "2-D last", "our own", "files",
        "header apart", "header apart, last", "of Windows", "of Windows, last",
    ],
)  # fmt: skip
def test_every_frame_is_itself_in_every_form(tmp_path: Path, made, dimension, times, unit) -> None:
    paths = made(tmp_path)
    series = read_series(paths if isinstance(paths, list) else [paths])
    assert series.times == pytest.approx(times)
    if unit:
        assert series.unit == unit
    for number in (2, 0, 3):
        found, true = series.frame(number), frame(number, dimension)
        assert np.array_equal(sitk.GetArrayViewFromImage(found), sitk.GetArrayViewFromImage(true))
        assert Grid.of(found).agrees(Grid.of(true))


@pytest.mark.parametrize(("code", "unit"), [(8, "s"), (16, "ms"), (24, "us"), (0, "")])
def test_times_are_in_the_unit_of_the_header(tmp_path: Path, code: int, unit: str) -> None:
    data = bytearray(nifti(tmp_path / "a.nii", 40.0).read_bytes())
    data[123] = 2 | code  # xyzt_units: mm, and what time is counted in
    struct.pack_into("<f", data, 136, 5.0)  # toffset
    (tmp_path / "a.nii").write_bytes(data)
    series = read_series([tmp_path / "a.nii"])
    assert series.times == (5.0, 45.0, 85.0, 125.0) and series.unit == unit


@pytest.mark.parametrize(("step", "first"), [(0.1, 0.0), (0.0009765625, 1e6), (1e-6, 0.0)])
def test_times_are_as_many_as_the_frames_whatever_their_size(tmp_path: Path, step: float, first: float) -> None:
    data = bytearray(nifti(tmp_path / "a.nii", 1.0).read_bytes())
    data[123] = 2 | 8
    struct.pack_into("<f", data, 76 + 4 * 4, step)  # pixdim[4]
    struct.pack_into("<f", data, 136, first)
    (tmp_path / "a.nii").write_bytes(data)
    times = read_series(tmp_path / "a.nii").times
    assert times == pytest.approx([first + step * n for n in range(COUNT)], abs=1e-3 * step)
    assert step != 0.1 or times == (0.0, 0.1, 0.2, 0.3)


def test_times_by_the_clock_are_kept_to_their_last_digit(tmp_path: Path) -> None:
    stack = Stack(Grid.of(frame(0)), 2, np.dtype(np.int16))
    for number in range(2):
        stack.put(number, frame(number))
    stack.write(tmp_path / "a.seq.nrrd", (1764153600.0012, 1764153600.0013))
    assert read_series(tmp_path / "a.seq.nrrd").times == (1764153600.0012, 1764153600.0013)


def test_names_of_phases_are_no_times(tmp_path: Path) -> None:
    phases = "axis 0 index type:=text\naxis 0 index values:=in out in%20again hold\n"
    assert read_series([nrrd(tmp_path / "a.seq.nrrd", True, "list", extra=phases)]).times == (0.0, 1.0, 2.0, 3.0)


@pytest.mark.parametrize("compressed", [False, True])
def test_what_is_written_lies_where_it_was(tmp_path: Path, compressed: bool) -> None:
    turned = sitk.Cast(frame(0), sitk.sitkFloat32)
    turned.SetDirection(sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5).GetMatrix())
    stack = Stack(Grid.of(turned), 2, np.dtype(np.float32))
    stack.put(0, turned)
    stack.put(1, turned + 0.5)
    stack.write(tmp_path / "a.seq.nrrd", (0.0, 1.0), "ms", compressed)
    found = read_series([tmp_path / "a.seq.nrrd"]).frame(1)
    assert np.array_equal(sitk.GetArrayFromImage(found), sitk.GetArrayFromImage(turned + 0.5))
    assert Grid.of(found).agrees(Grid.of(turned), 1e-9)


def test_a_header_whose_data_are_gone_is_told_of_by_its_own_name(tmp_path: Path) -> None:
    path = apart(tmp_path / "a.nhdr", True)
    (tmp_path / "my data.raw").unlink()
    with pytest.raises(InputError, match=f"The series {path} cannot be read"):
        read_series(path)


def test_one_image_is_no_series(tmp_path: Path) -> None:
    path = files(tmp_path)[0]
    with pytest.raises(InputError, match="is one image of 3 dimensions"):
        read_series([path])
    with pytest.raises(InputError, match="is one image of 3 dimensions"):
        read_series([nrrd(tmp_path / "vectors.nrrd", True, "vector")])
    sitk.WriteImage(sitk.JoinSeries([frame(0)]), str(tmp_path / "one.nii.gz"))
    with pytest.raises(InputError, match="one"):
        read_series([tmp_path / "one.nii.gz"])
    with pytest.raises(InputError, match="does not exist"):
        read_series([tmp_path / "none.nii.gz"])


def test_files_are_named_as_texts_or_paths_one_or_several(tmp_path: Path) -> None:
    path = tmp_path / "series.nrrd"
    sitk.WriteImage(sitk.JoinSeries([sitk.Image([9, 9, 9], sitk.sitkInt16) + n for n in range(3)]), str(path))
    sitk.WriteImage(sitk.Image([9, 9, 9], sitk.sitkInt16) + 5, str(tmp_path / "frame.nrrd"))
    for named in (path, str(path), [str(path)]):
        assert [read_series(named).frame(n).GetPixel(1, 1, 1) for n in range(3)] == [0, 1, 2]
    assert read_series([str(tmp_path / "frame.nrrd")] * 2).frame(1).GetPixel(1, 1, 1) == 5
    with pytest.raises(InputError, match="No file was named"):
        read_series([])
