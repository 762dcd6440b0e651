"""What the published code minimises, in its own arithmetic.

Every place where this differs from the engine's loss is listed in ``Resources/Documentation/method.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ...field import roughness
from ...field.hinge import jacobian_hinge
from ...field.initial_transform import InitialTransform
from ...field.moving_map import MovingMap
from ...field.smoothing import zero_padded
from ...geometry.domain import Level
from ...geometry.grid import Grid
from ...geometry.lattice import Lattice
from ...geometry.sampling import sample
from ...settings import Settings
from ...similarity.lncc import LocalNCC
from ..base import Loss, Objective, Task
from .published import PublishedSegment, column

_NCC_FLOOR = 1e-5  # added to the product of the two sums of squares


class PublishedObjective(Objective[PublishedSegment]):
    """The published loss on the voxels of the fixed image.

    Attributes:
        level: whose image grid is the whole fixed image, and whose node grid has its voxels and a margin around.
        lattice: the points of the node grid.
    """

    def __init__(self, task: Task, level: Level, settings: Settings, device: torch.device) -> None:
        self.level = level
        self.lattice = Lattice(level.node_grid, device)
        self.settings = settings
        self._name = task.channels[0].name
        self._voxels = Lattice(level.image_grid, device)
        self._before = [i - d for i, d in zip(level.image_start[::-1], task.domain.start[::-1], strict=True)]
        self._to_moving = _moving_map(self._voxels, task.moving.grid, task.initial)
        self._moving_image = task.moving.grid.tensor(task.moving.image).to(device)
        self._similarity = PublishedNCC(task.fixed.grid.tensor(task.fixed.image).to(device), settings.lncc_window)

    def loss(self, segment: PublishedSegment, iteration: int) -> Loss:
        """The published loss."""
        s, shape = self.settings, self._voxels.shape
        path = segment.path()
        displacement = segment.in_voxels(path[-1])
        alike = self._similarity(self._seen(displacement))
        ones = [1.0] * len(shape)
        stretch = math.prod(n / (n - 1) for n in shape)  # det J counts N voxels where there are N - 1 intervals
        hinge = jacobian_hinge(displacement.flip(0), ones, [(0,) * len(shape)], s.jacobian_floor / stretch)
        smoothness = roughness.gradient_energy(displacement, ones) / len(shape)
        penalties = {
            "J": s.lambda_J * stretch**2 * hinge,
            "df": s.lambda_df * smoothness,
            "v": s.lambda_v * path.diff(dim=0).square().sum(1).mean(),
        }
        return Loss(alike + sum(penalties.values()), alike, {self._name: alike}, penalties)

    def displacement(self, segment: PublishedSegment) -> Tensor:
        return segment.motion()[0]

    def similarities(self, displacement: Tensor) -> dict[str, Tensor]:
        box = [slice(b, b + n) for b, n in zip(self._before, self._voxels.shape, strict=True)]
        in_voxels = (displacement[(slice(None), *box)] / column(self._voxels.spacing, self._voxels)).flip(0)
        return {self._name: self._similarity(self._seen(in_voxels))}

    def _seen(self, displacement: Tensor) -> Tensor:
        """The moving image [D, H, W] at the voxels displaced by [k, D, H, W] voxels (z, y, x), 0 outside it."""
        return sample(self._moving_image[None], self._to_moving(displacement.flip(0)), outside="zeros")[0]


class PublishedNCC(LocalNCC):
    """1 - mean local squared correlation over all voxels.

    The image is surrounded by 0 and sums are divided by the size of the whole window; in float64.
    """

    def __init__(self, fixed: Tensor, window: int) -> None:
        voxels = window ** fixed.dim()
        self.weight = self.window_weight = self.share = None
        self.box = zero_padded(fixed.shape, [1.0 / window] * window, device=fixed.device)
        self.epsilon, self.credit = _NCC_FLOOR / voxels**2, 0.0
        self._look_at(fixed.double())
        self.count = self.total = torch.tensor(float(fixed.numel()), dtype=torch.float64, device=fixed.device)

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a float32 scalar."""
        return super().__call__(warped.double()).float()


class _VoxelMap:
    """Fixed voxels displaced by [k, D, H, W] voxels (x first) -> sampling coordinates in the moving image.

    A position is rounded as a number of voxels first, as published. The initial transform has to be linear.
    """

    def __init__(self, voxels: Lattice, moving: Grid, initial: InitialTransform) -> None:
        grid, device = voxels.grid, voxels.device
        to_index = np.linalg.inv(moving.matrix)[list(moving.axes)]
        start = to_index @ (initial.matrix @ np.asarray(grid.origin) + initial.offset - np.asarray(moving.origin))
        linear = to_index @ initial.matrix @ grid.matrix[:, grid.axes]
        self._linear = torch.tensor(linear, dtype=torch.float32, device=device)
        self._start = torch.tensor(start, dtype=torch.float32, device=device)[:, None]
        self._last = torch.tensor(moving.shape[::-1], dtype=torch.float32, device=device)[:, None] - 1.0
        numbers = [torch.arange(n, dtype=torch.float32, device=device) for n in voxels.shape]
        self._index = torch.stack(torch.meshgrid(*numbers, indexing="ij")[::-1])

    def __call__(self, displacement: Tensor) -> Tensor:
        index = self._linear @ (self._index + displacement).flatten(1) + self._start
        return (2.0 * (index / self._last - 0.5)).view_as(displacement)


def _moving_map(voxels: Lattice, moving: Grid, initial: InitialTransform) -> Callable[[Tensor], Tensor]:
    """As :class:`_VoxelMap`, for any initial transform."""
    if initial.is_linear:
        return _VoxelMap(voxels, moving, initial)
    in_mm, spacing = MovingMap(voxels, moving, initial), column(voxels.spacing, voxels)
    return lambda displacement: in_mm(displacement * spacing)
