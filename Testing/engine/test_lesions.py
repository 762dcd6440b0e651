"""A lesion that only one image has: masked out, it neither tears nor drags what lies around it."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import Result, Settings, register
from phantoms import Phantom, apart, bumps, drawn, grid, mapped, middle, world_points

SETTINGS = Settings(levels=(2, 1), iterations=(40, 25), threads=1, device="cpu", start="none")
ON = grid((80, 72))
CENTRE = np.asarray(middle(ON))
WARP = bumps(middle(ON), 3.0, 9.0)
TISSUE = Phantom(middle(ON), 30.0)
DISTANCE = np.linalg.norm(world_points(ON) - CENTRE, axis=-1)
HOLE, AROUND = DISTANCE < 8.0, (DISTANCE > 9.0) & (DISTANCE < 16.0)


def fixed() -> sitk.Image:
    """Tissue with a cavity of bright fluid, as after a resection."""

    def values(points: np.ndarray) -> np.ndarray:
        return np.where(np.linalg.norm(points - CENTRE, axis=-1) < 8.0, 1200.0, TISSUE(WARP(points)))

    return drawn(values, ON)


def without_lesion() -> sitk.Image:
    """The recipe: 1 where both images show the same tissue, 0 in the lesion and a voxel around it."""
    return sitk.Cast(drawn(lambda x: np.linalg.norm(x - CENTRE, axis=-1) > 9.0, ON), sitk.sitkUInt8)


def error(result: Result, where: np.ndarray) -> float:
    return apart(mapped(result.transform, ON), WARP(world_points(ON)), where)


@pytest.fixture(scope="module")
def masked() -> Result:
    return register(fixed(), drawn(TISSUE, ON), SETTINGS, fixed_mask=without_lesion())


def test_what_lies_around_a_masked_lesion_is_found_as_if_it_were_not_there(masked: Result) -> None:
    healthy = register(drawn(lambda x: TISSUE(WARP(x)), ON), drawn(TISSUE, ON), SETTINGS)
    plain = register(fixed(), drawn(TISSUE, ON), SETTINGS)
    assert error(masked, AROUND) < 1.5 * error(healthy, AROUND)
    assert error(masked, AROUND) < 0.8 * error(plain, AROUND)


def test_the_map_goes_smoothly_across_a_masked_lesion(masked: Result) -> None:
    """Inside, where nothing is compared, the map is what its surroundings make of it: smooth, and about right."""
    assert masked.metrics["folding"]["voxels"] == masked.metrics["inverse_folding"]["voxels"] == 0
    determinant = sitk.GetArrayFromImage(masked.jacobian)
    tissue = (DISTANCE > 9.0) & (DISTANCE < 26.0)
    assert determinant[tissue].min() < determinant[HOLE].min()
    assert determinant[HOLE].max() < determinant[tissue].max()
    displaced = apart(WARP(world_points(ON)), world_points(ON), HOLE)
    assert error(masked, HOLE) < 0.5 * displaced
