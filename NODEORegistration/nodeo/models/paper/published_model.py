"""The published code as a model of the engine: its segment, and its own loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from ...errors import InputError
from ...geometry.domain import Level
from ...geometry.grid import Grid
from ...geometry.lattice import Lattice
from ...settings import Settings
from ..base import Model, Objective, Task
from .published import PublishedField, PublishedSegment
from .published_loss import PublishedObjective


class PublishedModel(Model):
    """One segment on the voxels of the whole fixed image, with a loss of its own."""

    similarity = "lncc"
    whole_image = True
    recomputes = False  # it has no steps to compute twice

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check(self, masked: bool, guided: bool = False) -> None:
        if masked:
            raise InputError(
                "The published code knows no masks.", "Leave them out, or set published_arithmetic=false.", "masks"
            )
        if guided:
            raise InputError(
                "The published code compares two images and nothing else.",
                "Let points and labels measure only, or set published_arithmetic=false.",
                "settings",
            )

    def decoder_factors(self, grid: Grid, sizes: np.ndarray, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """The field doubles its decoder's grid by itself: here only the margin depends on it."""
        return (4,) * len(nodes)

    def segment(self, task: Task, level: Level, lattice: Lattice, generator: torch.Generator) -> PublishedSegment:
        voxels = Lattice(level.image_grid, lattice.device)
        before = [i - d for i, d in zip(level.image_start[::-1], task.domain.start[::-1], strict=True)]
        field = PublishedField(voxels.shape, self.settings, generator, lattice.device)
        fade = task.domain.fade(lattice, level.node_factors)
        return PublishedSegment(field, voxels, before, fade, level.steps, self.settings)

    def objective(
        self, task: Task, level: Level, device: torch.device, standard: Callable[[], Objective]
    ) -> PublishedObjective:
        return PublishedObjective(task, level, self.settings, device)
