"""A registration that began in the wrong place says so; one that did not is not slandered."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import Settings, register
from phantoms import Phantom, bumps, drawn, grid, middle

QUICK = Settings(start="none", levels=(2, 1), iterations=(8, 5), threads=1)
LOST = "may be lost"


def pair(size: tuple[int, ...]) -> tuple[sitk.Image, sitk.Image]:
    """A body with a head on one side and an arm on another, and the same through a warp of some voxels."""
    on = grid(size)
    centre, unit = np.array(middle(on)), min(size)
    head, arm = np.zeros(len(size)), np.zeros(len(size))
    head[0], arm[1] = 0.28 * unit, 0.3 * unit
    parts = [
        Phantom(centre - 0.1 * unit, 0.28 * unit, grain=0.12),
        Phantom(centre + head, 0.15 * unit, seed=1, blobs=40),
        Phantom(centre - arm + 0.5 * head, 0.1 * unit, seed=2, blobs=20),
    ]
    warp = bumps(centre, 2.0, 5.0)
    return drawn(lambda x: sum(part(warp(x)) for part in parts), on), drawn(
        lambda x: sum(part(x) for part in parts), on
    )


def turned(on: sitk.Image, degrees: float) -> sitk.Transform:
    """About the middle, in the plane of the first two axes."""
    angle, k = np.deg2rad(degrees), on.GetDimension()
    matrix = np.eye(k)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    transform = sitk.AffineTransform(k)
    transform.SetMatrix(matrix.ravel().tolist())
    transform.SetCenter(middle(on))
    return transform


def notes(fixed: sitk.Image, moving: sitk.Image, start: sitk.Transform | None = None) -> str:
    return " ".join(register(fixed, moving, QUICK, initial_transform=start).metrics["fallbacks"])


@pytest.mark.parametrize("size", [(64, 56), (36, 34, 32)])
def test_who_begins_upside_down_is_told(size: tuple[int, ...]) -> None:
    fixed, moving = pair(size)
    assert LOST in notes(fixed, moving, turned(fixed, 180.0))
    assert LOST in notes(fixed, moving, turned(fixed, 90.0))


@pytest.mark.parametrize("size", [(64, 56), (36, 34, 32)])
def test_who_begins_nearly_right_is_not(size: tuple[int, ...]) -> None:
    fixed, moving = pair(size)
    assert LOST not in notes(fixed, moving)
    assert LOST not in notes(fixed, moving, turned(fixed, 8.0))
    assert LOST not in notes(fixed, sitk.Exp(-0.01 * moving)), "other grey values are another modality"


def test_a_slice_in_space_is_looked_at_in_its_own_plane() -> None:
    fixed, moving = (sitk.JoinSeries(image) for image in pair((64, 56)))
    for image in (fixed, moving):
        image.SetDirection((0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    assert LOST not in notes(fixed, moving)
    upside_down = sitk.VersorRigid3DTransform()
    upside_down.SetRotation((1.0, 0.0, 0.0), np.pi)  # about the slice's normal
    upside_down.SetCenter(fixed.TransformContinuousIndexToPhysicalPoint((31.5, 27.5, 0.0)))
    assert LOST in notes(fixed, moving, upside_down)


def test_an_image_of_one_bright_voxel_has_a_place_too() -> None:
    values = np.zeros((20, 22, 24), dtype=np.float32)
    values[10, 11, 12] = 1.0
    fixed, moving = sitk.GetImageFromArray(values), drawn(Phantom((12.0, 11.0, 10.0), 8.0), grid((20, 22, 24)))
    result = register(fixed, moving, QUICK.replace(levels=(2,), iterations=(2,)))
    assert result.metrics["folding"]["voxels"] == 0
