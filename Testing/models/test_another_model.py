"""A third model, the smallest there is, added without touching the engine: one translation of everything."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
import torch
from nodeo import Settings, models, register
from nodeo.geometry.domain import Level
from nodeo.geometry.lattice import Lattice
from nodeo.models.adam import Adam
from nodeo.models.base import Descent, Model, Segment, Task
from nodeo.settings import checks
from phantoms import Phantom, drawn, folds, grid, local_displacement, mapped, middle, world_points
from torch import Tensor, nn


class Translation(Segment):
    """x -> x + s, fading to rest at the faces of the domain."""

    def __init__(self, window: Tensor, ndim: int) -> None:
        self.window = window
        self.shift = nn.Parameter(torch.zeros(ndim, *[1] * window.dim(), device=window.device))

    def parameters(self) -> Iterable[nn.Parameter]:
        return [self.shift]

    def descent(self, iterations: int) -> Descent:
        return Descent(Adam(self.parameters(), 0.3, (0.9, 0.99)))

    def motion(self) -> tuple[Tensor, list[Tensor]]:
        return self.shift * self.window, []

    def moved(self, device: torch.device) -> Translation:
        moved = Translation(self.window.to(device), len(self.shift))
        moved.shift.data.copy_(self.shift)
        return moved


class TranslationModel(Model):
    def __init__(self, settings: Settings) -> None:
        pass

    def segment(self, task: Task, level: Level, lattice: Lattice, generator: torch.Generator) -> Translation:
        return Translation(task.domain.fade(lattice, level.node_factors), len(lattice.shape))


@pytest.fixture
def translation(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of the new model: a line where models are listed, and a name among those that are allowed."""
    monkeypatch.setitem(models.MODELS, "translation", TranslationModel)
    monkeypatch.setattr(checks, "MODELS", (*checks.MODELS, "translation"))
    return Settings(
        model="translation", levels=(2, 1), plane_levels=0, iterations=(40, 20), lambda_J=0, lambda_df=0, threads=1
    )


@pytest.mark.parametrize("size", [(56, 48), (40, 36, 32)])
def test_it_registers_like_any_other(size: tuple[int, ...], translation: Settings) -> None:
    on = grid(size)
    shift = np.array([1.7, -1.2, 0.8][: len(size)])
    phantom = Phantom(middle(on), radius=11.0)
    fixed, moving = drawn(lambda points: phantom(points + shift), on), drawn(phantom, on)
    result = register(fixed, moving, translation)
    ball = np.linalg.norm(world_points(fixed) - np.array(middle(on)) + shift, axis=-1) < 8.0
    error = (mapped(result.transform, fixed) - world_points(fixed) - shift)[ball]
    assert np.abs(error).max() < 0.25  # mm: a texture of a voxel, read linearly, decides it to a quarter of one
    assert folds(local_displacement(result.transform, fixed), on.GetSpacing()) == 0
    assert result.metrics["folding"]["voxels"] == 0
    assert result.metrics["inverse_consistency_mm"]["p99"] < 0.05  # it has no velocity field: its inverse is searched
    similarity = result.metrics["similarity"]
    assert similarity["after"] < 0.5 * similarity["before"]
    assert {record["level"] for record in result.history} == {1, 2}


def test_penalties_of_velocities_it_does_not_have_are_no_obstacle(translation: Settings) -> None:
    on = grid((40, 40))
    fixed = drawn(Phantom(middle(on), radius=10.0), on)
    result = register(fixed, fixed, translation.replace(lambda_s=0.5, lambda_v=0.1, iterations=(2, 2)))
    assert not any(name in record for record in result.history for name in ("penalty_s", "penalty_v"))


def test_where_it_folds_it_is_scaled_down(translation: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shift as wide as the margin folds it; a model without a way of its own gets the plainest."""
    monkeypatch.setattr(Translation, "motion", lambda self: (self.shift * 0 + 60.0 * self.window, []))
    on = grid((56, 48))
    fixed = drawn(Phantom(middle(on), radius=11.0), on)
    result = register(fixed, fixed, translation.replace(iterations=(2, 2)))
    assert result.metrics["folding"]["voxels"] == 0
    assert result.metrics["certificate"]["scale"] < 1.0
