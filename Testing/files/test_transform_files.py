"""Transforms come back from their files as they were; with h5py, from small ones."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.field.initial_transform import composite, field_transform
from nodeo.files.transform_files import write_transform
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from phantoms import grid

EVERY = 2.0**-13
TURN = sitk.Euler3DTransform((3.0, 2.0, 1.0), 0.1, 0.2, 0.3, (1.0 / 3.0, 5.0, 7.0))


def smooth(tilted: bool = False) -> tuple[sitk.Image, sitk.Transform]:
    """A smooth displacement as registrations hand it out, and with a turn after it."""
    image = grid((40, 36, 32), (1.0, 1.5, 2.0))
    if tilted:
        image.SetDirection(TURN.GetMatrix())
    on = Grid.of(image)
    x = Lattice(on).positions()
    field = on.vector_image(2.0 * (0.05 * x.roll(1, 0)).sin(), every=EVERY)
    return field, composite([field_transform(sitk.Image(field)), TURN])


def parts(path: Path) -> tuple[np.ndarray, tuple[float, ...]]:
    """Of a file: the vectors of the field, and the parameters of the turn."""
    whole = sitk.CompositeTransform(sitk.ReadTransform(str(path)))
    names = [whole.GetNthTransform(n).Downcast() for n in range(whole.GetNumberOfTransforms())]
    turn, field = sorted(names, key=lambda part: isinstance(part, sitk.DisplacementFieldTransform))
    return sitk.GetArrayFromImage(field.GetDisplacementField()), turn.GetParameters()


@pytest.mark.parametrize("tilted", [False, True], ids=["along the axes", "tilted"])
def test_a_packed_file_is_small_and_holds_every_digit(tilted: bool, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    field, transform = smooth(tilted)
    write_transform(transform, tmp_path / "packed.h5")
    sitk.WriteTransform(transform, str(tmp_path / "whole.h5"))
    sizes = [(tmp_path / name).stat().st_size for name in ("packed.h5", "whole.h5")]
    assert sizes[0] < sizes[1] / 3
    values, turn = parts(tmp_path / "packed.h5")
    np.testing.assert_array_equal(values, sitk.GetArrayFromImage(field))
    assert turn == TURN.GetParameters()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["packed.h5", "whole.h5"]


def test_a_field_in_double_precision_stays_so(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    third = sitk.GetArrayFromImage(smooth()[0]) / 3.0
    field = sitk.GetImageFromArray(third, isVector=True)
    write_transform(composite([field_transform(sitk.Image(field)), TURN]), tmp_path / "double.h5")
    np.testing.assert_array_equal(parts(tmp_path / "double.h5")[0], third)


def test_packed_twice_the_bits_are_the_same(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    write_transform(smooth()[1], tmp_path / "one.h5")
    time.sleep(1.1)  # HDF5 counts seconds
    write_transform(smooth()[1], tmp_path / "other.h5")
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "other.h5").read_bytes()


@pytest.mark.parametrize("name", ["field.h5", "field.tfm"])
def test_where_nothing_packs_them_they_are_written_as_they_are(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    field, transform = smooth()
    write_transform(transform, tmp_path / name)
    values, turn = parts(tmp_path / name)
    np.testing.assert_array_equal(values, sitk.GetArrayFromImage(field))
    assert turn == TURN.GetParameters()


def test_a_linear_transform_keeps_its_double_precision(tmp_path: Path) -> None:
    write_transform(TURN, tmp_path / "turn.h5")
    assert sitk.ReadTransform(str(tmp_path / "turn.h5")).GetParameters() == TURN.GetParameters()
