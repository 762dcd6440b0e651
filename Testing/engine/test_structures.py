"""Structures that both images have segmented pull each other into place."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Guidance, InputError, Result, Settings, evaluate, register
from nodeo.engine import planning
from nodeo.similarity import structures as structures_module
from phantoms import Phantom, bumps, drawn, grid, middle

SETTINGS = Settings(levels=(2, 1), plane_levels=0, iterations=(30, 20), threads=1, device="cpu", start="none")
ON = grid((72, 64))
COARSE = grid((40, 30), (2.0, 2.5), (-3.0, -4.0))
CENTRE = np.asarray(middle(ON))
WARP = bumps(middle(ON), 6.0, 9.0)
BALL = Phantom(middle(ON), 24.0, blobs=0)  # without texture: only the labels say what is inside


def labels(points: np.ndarray) -> np.ndarray:
    """Two half discs, 3 and 7, in the ball."""
    local = points - CENTRE
    return np.where(np.linalg.norm(local, axis=-1) < 14.0, np.where(local[..., 0] < 0.0, 3, 7), 0)


def images() -> tuple[sitk.Image, sitk.Image]:
    return drawn(lambda x: BALL(WARP(x)), ON), drawn(BALL, ON)


def maps(moving: sitk.Image = ON) -> tuple[sitk.Image, sitk.Image]:
    return tuple(
        sitk.Cast(each, sitk.sitkUInt8) for each in (drawn(lambda x: labels(WARP(x)), ON), drawn(labels, moving))
    )


def dice(result: Result) -> float:
    return evaluate(*maps(), "all", result.transform).mean_dice


@pytest.fixture(scope="module")
def plain() -> Result:
    return register(*images(), SETTINGS)


def test_structures_guide_where_the_images_say_nothing(plain: Result) -> None:
    result = register(*images(), SETTINGS, guidance=Guidance(fixed_labels=maps()[0], moving_labels=maps()[1]))
    assert dice(plain) < 0.87 and dice(result) > 0.95
    assert result.metrics["folding"]["voxels"] == result.metrics["inverse_folding"]["voxels"] == 0
    channel = result.metrics["similarity"]["channels"]["structures"]
    assert channel["weight"] == SETTINGS.label_weight and channel["after"] < 0.5 * channel["before"]
    record = result.history[-1]
    whole = record["similarity_image"] + SETTINGS.label_weight * record["similarity_structures"]
    assert record["similarity"] == pytest.approx(whole, rel=1e-5)


def test_label_maps_may_have_grids_of_their_own(plain: Result) -> None:
    result = register(*images(), SETTINGS, guidance=Guidance(fixed_labels=maps()[0], moving_labels=maps(COARSE)[1]))
    assert dice(result) > 0.9 > dice(plain)


def test_without_weight_labels_have_no_say(plain: Result) -> None:
    silent = register(
        *images(),
        SETTINGS.replace(label_weight=0.0),
        guidance=Guidance(fixed_labels=maps()[0], moving_labels=maps()[1]),
    )
    assert silent.history == plain.history


def test_structures_of_one_image_are_named_and_left_out() -> None:
    fixed, moving = maps()
    quick = SETTINGS.replace(iterations=(2, 1))
    guidance = Guidance(fixed_labels=sitk.ChangeLabel(fixed, {3: 5}), moving_labels=moving)
    notes = register(*images(), quick, guidance=guidance).metrics["fallbacks"]
    assert "Only the fixed image has the structures 5: they do not guide." in notes
    assert "Only the moving image has the structures 3: they do not guide." in notes


def test_many_structures_stay_within_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """With little room every second point is compared, and the same is found."""
    monkeypatch.setattr(structures_module, "_MOST_VALUES", 1_000)
    seen = []
    call = structures_module.Overlap.__call__

    def watched(self, displacement: torch.Tensor) -> torch.Tensor:
        seen.append((self.every, self.values))
        return call(self, displacement)

    monkeypatch.setattr(structures_module.Overlap, "__call__", watched)
    result = register(*images(), SETTINGS, guidance=Guidance(fixed_labels=maps()[0], moving_labels=maps()[1]))
    assert {every for every, _ in seen} == {2}
    assert max(values for _, values in seen) < 1_500  # 2 600 at every point of the last level
    assert dice(result) > 0.9


def test_the_overlap_of_equal_maps_is_whole_and_of_separate_ones_nothing() -> None:
    from nodeo import models
    from nodeo.engine.guidance import Guide
    from nodeo.engine.preparation import prepare
    from nodeo.field.initial_transform import InitialTransform
    from nodeo.geometry.lattice import Lattice

    scans = prepare(*images(), None, None, SETTINGS)
    initial = InitialTransform(sitk.Transform(2, sitk.sitkIdentity), scans[0].grid)
    codes = scans[0].grid.codes(maps()[1])
    for moved, loss in ((codes, 0.0), (np.roll(codes, 32, 0), 1.0)):
        given = structures_module.Structures(codes, moved, (3, 7), 1.0)
        task, levels = planning.planned(*scans, initial, models.build(SETTINGS), SETTINGS, Guide(structures=given))
        lattice = Lattice(levels[-1].node_grid)
        overlap = structures_module.Overlap(
            given, scans[1].grid, task.domain, levels[-1], lattice, initial, task.channels[0].overlap
        )
        assert float(overlap(lattice.zeros())) == pytest.approx(loss, abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda one, other: (one, other + 40), "have none of the structures"),
        (lambda one, other: (one, None), "labels of one image only"),
        (lambda one, other: (one, sitk.Cast(other, sitk.sitkFloat32) + 0.5), "is not a whole number"),
        (lambda one, other: (one, sitk.Image([8, 8, 8], sitk.sitkUInt8)), "have another dimension"),
    ],
)
def test_labels_that_cannot_guide_get_a_sentence(change, message: str) -> None:
    fixed, moving = change(*maps())
    with pytest.raises(InputError, match=message):
        register(*images(), SETTINGS, guidance=Guidance(fixed_labels=fixed, moving_labels=moving))


def test_labels_that_lie_elsewhere_get_a_sentence() -> None:
    fixed, moving = maps()
    moving.SetOrigin((500.0, 0.0))
    with pytest.raises(InputError, match="Inside the images the two label maps have no structure in common"):
        register(*images(), SETTINGS, guidance=Guidance(fixed_labels=fixed, moving_labels=moving))
