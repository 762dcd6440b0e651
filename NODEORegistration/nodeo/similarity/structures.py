"""Structures that are segmented in both images, as a loss: how little they overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.smoothing import gaussian
from ..geometry.domain import Domain, Level, shrink_factors
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from .level_view import LevelView

NAME = "structures"  # in the loss, the history and the metrics
_SIGMA = 0.7  # standard deviation of the smoothing, as a share of the distance between the points compared
_MOST_VALUES = 2**25  # of all structures at once: with more, every second point is compared, or every fourth


@dataclass(frozen=True, eq=False)
class Structures:
    """Label maps of both images.

    Attributes:
        fixed, moving: codes [D, H, W], whole numbers, each on its image's grid.
        codes: those that guide.
        weight: of all together in the loss.
    """

    fixed: np.ndarray
    moving: np.ndarray
    codes: tuple[int, ...]
    weight: float


class Overlap:
    """1 - mean soft Dice of the structures at one level, as a function of the displacement on the nodes.

    Each structure is a map of its own that is 1 inside, smoothed: 2 Σ F W / (Σ F² + Σ W²) of its fixed map F and its
    warped map W. Every structure counts alike, whatever its size.

    Args:
        moving: grid of the moving labels, in the unit of the domain.
        overlap: [D, H, W] on the fixed grid, 1 where A leads into the moving image; None: everywhere.

    Attributes:
        name, weight: as a channel has them.
    """

    def __init__(
        self,
        structures: Structures,
        moving: Grid,
        domain: Domain,
        level: Level,
        lattice: Lattice,
        initial: InitialTransform,
        overlap: Tensor | None,
    ) -> None:
        self.name, self.weight = NAME, structures.weight
        self._every = _stride(level, len(structures.codes))
        factors = shrink_factors(moving, self._every * min(level.image_grid.step))
        sizes = [(n - 1) // factor + 1 for n, factor in zip(moving.shape[::-1], factors, strict=True)]
        thinned = moving.active_subgrid([0] * len(sizes), sizes, factors)
        self._view = LevelView(domain, level, lattice, thinned, initial)
        shrink = [self._every * factor for factor in level.shrink]
        counted = None if overlap is None else self._thin(self._view.crop(overlap.to(lattice.device)))
        fixed_maps, moving_maps = [], []
        for code in structures.codes:
            seen = self._thin(self._view.crop(_smoothed(structures.fixed == code, shrink, lattice.device)))
            if counted is not None:
                seen = seen * counted
            if seen.any():
                there = _smoothed(structures.moving == code, factors, lattice.device)
                fixed_maps.append(seen)
                moving_maps.append(there[tuple(slice(None, None, factor) for factor in reversed(factors))])
        self._none = not fixed_maps
        if self._none:
            return
        self._counted = counted
        self._fixed, self._moving = torch.stack(fixed_maps), torch.stack(moving_maps)
        self._fixed_squares = self._fixed.square().flatten(1).sum(1)

    def __call__(self, displacement: Tensor) -> Tensor:
        """The loss, a scalar, for a displacement [k, D, H, W] on the nodes, local mm; 0 where nothing is seen."""
        if self._none:
            return 0.0 * displacement.sum()
        warped = sample(self._moving, self._thin(self._view.points(displacement)))
        if self._counted is not None:
            warped = warped * self._counted
        both = (warped * self._fixed).flatten(1).sum(1)
        return 1.0 - (2.0 * both / (self._fixed_squares + warped.square().flatten(1).sum(1))).mean()

    def _thin(self, values: Tensor) -> Tensor:
        """The points that are compared, of values on the image grid [..., D, H, W]."""
        if self._every == 1:
            return values
        places = [slice(None, None, self._every)] * len(self._view.shape)
        return values[(slice(None),) * (values.dim() - len(places)) + tuple(places)].contiguous()


def _stride(level: Level, count: int) -> int:
    """Of how many points one is compared along each axis, so that all structures together fit into memory."""
    every, k = 1, len(level.shrink)
    while count * level.voxels > _MOST_VALUES * every**k and min(level.image_grid.shape) > 16 * every:
        every *= 2
    return every


def _smoothed(inside: np.ndarray, factors: list[int] | tuple[int, ...], device: torch.device) -> Tensor:
    """A structure [D, H, W] as a map from 0 to 1 that can be read every ``factors`` points, x first."""
    values = torch.from_numpy(inside).float().to(device)
    kernel = gaussian(values.shape, [_SIGMA * factor for factor in reversed(factors)], device=device)
    return kernel.product(values, kernel.bands)
