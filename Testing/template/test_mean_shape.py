"""The mean shape: no pose in it, undone exactly, and never by a map that folds; and a grid that favours nobody."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.field import mean_inverse
from nodeo.field.initial_transform import affine, composite, field_transform
from nodeo.field.mean_inverse import correction
from nodeo.geometry.grid import Grid
from nodeo.template.grid import covering_grid, mean_affine_removed
from nodeo.template.shape import MeanShape, stretch_of, without_pose
from phantoms import bumps, grid, mapped, middle, world_points

STRETCH = np.array([[1.1, 0.05, 0.0], [0.05, 0.9, 0.02], [0.0, 0.02, 1.05]])


def rotation(k: int, angle: float) -> np.ndarray:
    turn = sitk.Euler2DTransform() if k == 2 else sitk.Euler3DTransform()
    turn.SetParameters([angle, 0.0, 0.0] if k == 2 else [angle, 0.3, -0.2, 0.0, 0.0, 0.0])
    return np.reshape(turn.GetMatrix(), (k, k))


@pytest.mark.parametrize("mirror", [1.0, -1.0])
@pytest.mark.parametrize("k", [2, 3])
def test_a_matrix_without_its_rotation_is_its_stretch(k: int, mirror: float) -> None:
    stretch = STRETCH[:k, :k]
    turned = np.diag([mirror, *[1.0] * (k - 1)]) @ rotation(k, 2.5) @ stretch
    np.testing.assert_allclose(stretch_of(turned), stretch, atol=1e-12)


def test_where_a_subject_lies_is_no_shape() -> None:
    on = grid((20, 18, 16), (1.0, 1.5, 2.0), (7.0, -3.0, 40.0))
    centre, warp = np.asarray(middle(on)), bumps(middle(on), 1.5)
    turned, still = rotation(3, 1.0), affine(STRETCH, centre - STRETCH @ centre)
    pose = affine(turned, np.array([100.0, -50.0, 20.0]))
    phi = sitk.CompositeTransform([pose, still, warp.transform(on)])
    there = mapped(without_pose(phi, Grid.of(on)), on)
    np.testing.assert_allclose(there, mapped(sitk.CompositeTransform([still, warp.transform(on)]), on), atol=1e-6)


@pytest.mark.parametrize(("many", "left"), [(10**6, 0.02), (1, 0.1)])  # mm; at every voxel, or every second
def test_the_mean_of_the_corrected_maps_is_the_identity(
    many: int, left: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mean_inverse, "_MANY", many)
    on = grid((40, 36), (1.0, 1.25))
    own = Grid.of(on)
    maps = [composite([bumps(middle(on), size, 6.0).transform(on)]) for size in (2.0, 1.0, 0.5)]
    stretch = np.diag([1.04, 0.97])
    centre = np.asarray(middle(on))
    maps.append(composite([affine(stretch, centre - stretch @ centre), maps[0]]))
    before, after = MeanShape(own), MeanShape(own)
    for one in maps:
        before.add(one)
    found = correction(before.displacement(), own)
    assert found.share == 1.0
    for one in maps:
        after.add(sitk.CompositeTransform([one, field_transform(found.back)]))
    assert float(before.displacement().abs().max()) > 0.5  # mm
    inside = (slice(None), slice(4, -4), slice(4, -4))  # what comes from beyond the maps' own edge is not theirs
    assert float(after.displacement()[inside].abs().max()) < left
    both = sitk.CompositeTransform([field_transform(found.back), field_transform(found.there)])
    np.testing.assert_allclose(mapped(both, on), world_points(on), atol=left)


def test_of_a_mean_that_folds_a_part_is_undone() -> None:
    on = grid((30, 30))
    folding = MeanShape(Grid.of(on))
    folding.add(composite([bumps(middle(on), 9.0, 3.0).transform(on)]))
    found = correction(folding.displacement(), Grid.of(on))
    assert 0 < found.share < 1
    assert np.isfinite(sitk.GetArrayFromImage(found.back)).all()


def test_the_mean_stretch_is_taken_out_before_the_first_average() -> None:
    on = Grid.of(grid((30, 20)))
    maps = [affine(rotation(2, angle) @ np.diag(scale), np.array([5.0, 9.0])) for angle, scale in
            ((0.4, (1.2, 1.0)), (-2.0, (1.1, 1.3)), (0.0, (0.9, 1.05)))]  # fmt: skip
    back = mean_affine_removed(maps, on)
    matrices = [np.reshape(one.GetMatrix(), (2, 2)) @ np.reshape(back.GetMatrix(), (2, 2)) for one in maps]
    mean = np.mean([stretch_of(np.reshape(one.GetMatrix(), (2, 2))) for one in maps], 0)
    np.testing.assert_allclose(mean @ np.reshape(back.GetMatrix(), (2, 2)), np.eye(2), atol=1e-8)
    assert not np.allclose(matrices[0], np.reshape(maps[0].GetMatrix(), (2, 2)))
    np.testing.assert_allclose(back.TransformPoint((14.5, 9.5)), (14.5, 9.5))  # the middle stays


def test_a_grid_of_equals_is_theirs_and_of_others_as_wide_as_the_median() -> None:
    one = Grid.of(grid((30, 20, 10), (1.0, 1.0, 2.0), (4.0, 5.0, 6.0)))
    rest = sitk.Transform(3, sitk.sitkIdentity)
    assert covering_grid(one, [one] * 3, [rest] * 3).agrees(one)
    wide, wider = (Grid.of(grid((n, 20, 10), (1.0, 1.0, 2.0), (4.0, 5.0, 6.0))) for n in (40, 90))
    assert covering_grid(one, [one, wide, wider], [rest] * 3).agrees(wide)
    turned = affine(rotation(3, 0.0) @ np.eye(3), np.array([50.0, 0.0, 0.0]))
    there = covering_grid(one, [wide], [turned])  # it lies 50 mm away, and turned
    assert abs(there.size[0] - 40) <= 4
    flat = Grid.of(grid((30, 20, 1)))
    assert covering_grid(flat, [flat, flat], [rest] * 2).agrees(flat)
