"""The way back at the moving voxels, between the nodes of the inverse."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo.engine import moving_side
from nodeo.engine.moving_side import mended
from nodeo.engine.preparation import prepare
from nodeo.field.initial_transform import InitialTransform
from nodeo.field.regularity import measure_folding
from nodeo.geometry.domain import Domain
from nodeo.geometry.lattice import Lattice
from nodeo.models.base import Task
from nodeo.settings import Settings
from nodeo.similarity.channel import Channel
from phantoms import folds, grid, local_displacement
from torch import Tensor

PARTS = 8  # nodes a voxel


def task(start: sitk.Transform) -> Task:
    """A task of two images of 24 by 20 voxels, in a box with a margin."""
    image = grid((24, 20), (2.0, 2.5), (5.0, -3.0))
    image[12, 10] = 1
    fixed, moving = prepare(image, image, None, None, Settings())
    box = Domain(fixed.grid, (-2, 3), (28, 14), (2, 2))
    return Task((Channel("image", fixed, moving, "mse"),), InitialTransform(start, fixed.grid), box)


def whirl(lattice: Lattice, turns: float, radius: float) -> Tensor:
    """Everything within a radius (mm) is turned about the middle, the more the nearer; volumes stay."""
    x = lattice.positions()
    angle = 2 * torch.pi * turns * (1 - x.square().sum(0).sqrt() / radius).clamp(min=0.0) ** 2
    turned = torch.stack([angle.cos() * x[0] - angle.sin() * x[1], angle.sin() * x[0] + angle.cos() * x[1]])
    return turned - x


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_a_whirl_between_the_moving_voxels_is_calmed(shift: float) -> None:
    to_do = task(sitk.TranslationTransform(2, (shift, -shift)))
    moving = to_do.moving.grid.stamp(sitk.Image(to_do.moving.grid.size, sitk.sitkFloat32))
    nodes = to_do.domain.of_shape([PARTS * n + 1 for n in reversed(to_do.domain.length)])
    back = whirl(Lattice(nodes), 0.6, 7.0)
    own, _ = measure_folding(back, nodes.step)
    before = sitk.DisplacementFieldTransform(nodes.vector_image(back))
    seen = sitk.CompositeTransform([before, to_do.initial.inverse])
    assert own.voxels == 0 < folds(local_displacement(seen, moving), moving.GetSpacing())

    inverse, folding = mended(to_do, back, nodes)
    assert folds(local_displacement(inverse, moving), moving.GetSpacing()) == folding.voxels == 0
    assert measure_folding(nodes.local_vectors(nodes.displacements(inverse)), nodes.step)[0].voxels == 0


@pytest.mark.parametrize("smooths", [True, False], ids=["smoothed", "carried along"])
def test_on_a_card_it_is_calmed_as_on_the_host(smooths: bool, plug_in, monkeypatch) -> None:
    to_do = task(linear((0.9, 0.3, -0.3, 1.1), (2.0, 0.7)))
    nodes = to_do.domain.of_shape([PARTS * n + 1 for n in reversed(to_do.domain.length)])
    back = whirl(Lattice(nodes), 0.6, 7.0)
    if not smooths:
        monkeypatch.setattr(moving_side, "smoothed_at", lambda displacement, near, rounds: displacement.clone())
    on_host, _ = mended(to_do, back, nodes)
    with plug_in() as card:
        inverse, folding = mended(to_do, back.to(card.device), nodes)
    assert folding.voxels == 0 < folding.smallest
    at_nodes = [nodes.local_vectors(nodes.displacements(one)) for one in (inverse, on_host)]
    assert (at_nodes[1] - back).abs().max() > 0.1
    np.testing.assert_allclose(*at_nodes, atol=1e-3)


def linear(matrix: tuple[float, ...], translation: tuple[float, float]) -> sitk.AffineTransform:
    start = sitk.AffineTransform(2)
    start.SetMatrix(matrix)
    start.SetTranslation(translation)
    return start


@pytest.mark.parametrize(
    "start",
    [
        sitk.TranslationTransform(2, (0.7, -0.7)),
        linear((0.9, 0.3, -0.3, 1.1), (2.0, 0.7)),
        linear((-1.0, 0.0, 0.0, 1.0), (56.0, 0.0)),
    ],
    ids=["moved", "turned", "mirrored"],
)
def test_the_moving_voxels_take_the_nodes_along_where_smoothing_these_does_not_help(start, monkeypatch) -> None:
    to_do = task(start)
    moving = to_do.moving.grid.stamp(sitk.Image(to_do.moving.grid.size, sitk.sitkFloat32))
    nodes = to_do.domain.of_shape([PARTS * n + 1 for n in reversed(to_do.domain.length)])
    back = whirl(Lattice(nodes), 0.6, 7.0)

    def turned_over(inverse: sitk.Transform) -> int:
        there_again = sitk.CompositeTransform([start, inverse])  # where the start mirrors, so does its inverse
        return folds(local_displacement(there_again, moving), moving.GetSpacing())

    given = sitk.DisplacementFieldTransform(nodes.vector_image(back))
    assert turned_over(sitk.CompositeTransform([given, to_do.initial.inverse])) > 0

    monkeypatch.setattr(moving_side, "smoothed_at", lambda displacement, near, rounds: displacement.clone())
    inverse, folding = mended(to_do, back, nodes)
    assert turned_over(inverse) == folding.voxels == 0 < folding.smallest


def test_what_folds_nowhere_stays_as_it_is() -> None:
    to_do = task(sitk.Transform(2, sitk.sitkIdentity))
    nodes = to_do.domain.of_shape([2 * n + 1 for n in reversed(to_do.domain.length)])
    back = whirl(Lattice(nodes), 0.05, 7.0)
    inverse, folding = mended(to_do, back, nodes)
    assert folding.voxels == 0 < folding.smallest
    np.testing.assert_allclose(nodes.local_vectors(nodes.displacements(inverse)), back, atol=1e-6)


def test_the_nodes_near_a_voxel_are_the_same_taken_one_by_one_and_at_once(monkeypatch) -> None:
    to_do = task(linear((0.9, 0.3, -0.3, 1.1), (2.0, 0.7)))
    nodes = to_do.domain.of_shape([PARTS * n + 1 for n in reversed(to_do.domain.length)])
    some = torch.zeros(20, 24)
    some[9:12, 7], some[15, 16] = 1, 1
    around = moving_side._around(moving_side._nodes_a_voxel(to_do, nodes), reach=1)
    at_once = moving_side._nodes_near(some, (0, 0), to_do, nodes, around)
    monkeypatch.setattr(moving_side, "_AT_ONCE", 1)
    assert torch.equal(moving_side._nodes_near(some, (0, 0), to_do, nodes, around), at_once)
    assert (at_once >= 0).all() and (at_once.amax(0) < torch.tensor(nodes.shape)).all() and len(at_once) > 4 * PARTS**2


def test_moving_voxels_in_other_units_have_no_more_nodes_around() -> None:
    to_do = task(sitk.Transform(2, sitk.sitkIdentity))
    nodes = to_do.domain.of_shape([PARTS * n + 1 for n in reversed(to_do.domain.length)])
    assert moving_side._nodes_a_voxel(to_do, nodes) == [PARTS, PARTS]
    moving = sitk.Image(to_do.moving.image)
    moving.SetSpacing([1e3 * step for step in moving.GetSpacing()])
    scaled, _ = prepare(moving, moving, None, None, Settings())
    channel = Channel("image", to_do.channels[0].fixed, scaled, "mse")
    start = InitialTransform(linear((1e3, 0.0, 0.0, 1e3), (0.0, 0.0)), to_do.fixed.grid)
    assert moving_side._nodes_a_voxel(Task((channel,), start, to_do.domain), nodes) == [PARTS, PARTS]
