"""A registration compares channels: their losses add up, by weight, and each keeps its name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Settings, models, register
from nodeo.engine.optimisation import Optimisation
from nodeo.engine.planning import planned
from nodeo.engine.preparation import prepare
from nodeo.engine.segments import Flow
from nodeo.field.initial_transform import InitialTransform
from nodeo.geometry.sampling import dense
from nodeo.models.base import Task
from nodeo.progress import Reporter
from nodeo.similarity.channel import Channel
from phantoms import Bumps, Phantom, bumps, drawn, grid, middle, world_points

SETTINGS = Settings(start="none", levels=(2, 1), iterations=(30, 20), threads=1, device="cpu")
ON = grid((64, 56))
WARP = bumps(middle(ON), 2.5, 6.0)


def textured(half: int | None) -> Phantom:
    """A ball, textured all over, or in one half only (0: small x, 1: large x)."""
    whole = Phantom(middle(ON), 18.0)

    def values(points: np.ndarray) -> np.ndarray:
        plain = Phantom(middle(ON), 18.0, blobs=0)(points)
        return np.where((points[..., 0] < middle(ON)[0]) == (half == 0), whole(points), plain)

    return whole if half is None else values  # type: ignore[return-value]


def pair(half: int | None = None) -> tuple[sitk.Image, sitk.Image]:
    phantom = textured(half)
    return drawn(lambda x: phantom(WARP(x)), ON), drawn(phantom, ON)


def task_of(*channels: Channel) -> tuple[Task, list]:
    """As the engine plans it for the first channel, and then all channels."""
    first = channels[0]
    initial = InitialTransform(sitk.Transform(2, sitk.sitkIdentity), first.fixed.grid)
    task, levels = planned(first.fixed, first.moving, initial, models.build(SETTINGS), SETTINGS)
    return replace(task, channels=channels), levels


def channel(name: str, images: tuple[sitk.Image, sitk.Image], similarity: str = "lncc", weight: float = 1.0) -> Channel:
    return Channel(name, *prepare(*images, None, None, SETTINGS), similarity, weight)


def optimised(*channels: Channel) -> tuple[Flow, Task]:
    task, levels = task_of(*channels)
    return Optimisation(task, levels, models.build(SETTINGS), SETTINGS, Reporter(None)).run(torch.device("cpu")), task


def error(flow: Flow, task: Task) -> float:
    """Mean distance from the true map inside the ball, mm."""
    deformation = flow.whole()
    factors = [round(h / 1.0) for h in deformation.lattice.spacing]
    found = task.domain.inside(dense(deformation.displacement, factors)).movedim(0, -1).numpy()
    points = world_points(ON)[task.domain.region()]
    inside = np.linalg.norm(points - np.asarray(middle(ON)), axis=-1) < 15.0
    return float(np.linalg.norm(points + found - WARP(points), axis=-1)[inside].mean())


def test_two_halves_of_a_channel_are_the_channel() -> None:
    whole, _ = optimised(channel("image", pair()))
    halves, _ = optimised(channel("one", pair(), weight=0.5), channel("two", pair(), weight=0.5))
    # half of a gradient twice is the gradient, to rounding
    assert torch.allclose(whole.whole().displacement, halves.whole().displacement, atol=1e-3)
    assert halves.similarities["one"] == halves.similarities["two"]
    assert halves.similarities["one"] == pytest.approx(whole.similarities["image"], abs=1e-4)


def test_what_one_channel_does_not_show_another_does() -> None:
    left, right = channel("left", pair(0)), channel("right", pair(1))
    alone, task = optimised(left)
    together, _ = optimised(left, right)
    assert error(together, task) < 0.5 * error(alone, task)


def test_every_channel_is_told_by_name() -> None:
    flow, _ = optimised(channel("t1", pair(), weight=2.0), channel("t2", pair(1), "mse", 0.25))
    for record in flow.history:
        assert record["similarity"] == pytest.approx(2.0 * record["similarity_t1"] + 0.25 * record["similarity_t2"])
        penalties = sum(value for name, value in record.items() if name.startswith("penalty_"))
        assert record["loss"] == pytest.approx(record["similarity"] + penalties, rel=1e-5)
    for before, after in flow.similarities.values():
        assert after < before


def test_a_channel_without_weight_has_no_say() -> None:
    turned = Bumps(WARP.centres, tuple((-x, -y) for x, y in WARP.pushes), WARP.width)
    phantom = textured(None)
    misleading = drawn(lambda x: phantom(turned(x)), ON), drawn(phantom, ON)
    alone, _ = optimised(channel("image", pair()))
    silent, _ = optimised(channel("image", pair()), channel("other", misleading, weight=0.0))
    assert torch.equal(alone.whole().displacement, silent.whole().displacement)


def test_a_registration_names_its_one_channel() -> None:
    result = register(*pair(), SETTINGS.replace(similarity="mi"))
    similarity = result.metrics["similarity"]
    assert similarity["channels"] == {
        "image": {"name": "mi", "weight": 1.0, "before": similarity["before"], "after": similarity["after"]}
    }
    assert all(record["similarity_image"] == record["similarity"] for record in result.history)
