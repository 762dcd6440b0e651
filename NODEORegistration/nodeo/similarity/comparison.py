"""A channel at one level of the pyramid: how alike its images are under a displacement."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import torch
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.smoothing import gaussian
from ..geometry.domain import Domain, Level, shrink_factors
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from . import build
from .channel import Channel, Scan
from .level_view import LevelView

_SIGMA = 0.4  # standard deviation of the smoothing before shrinking, as a share of the shrink factor


class Comparison:
    """The loss of a channel as a function of the displacement on a level's nodes.

    Args:
        lattice: the level's nodes, on the device that works.
        initial: A, fixed world -> moving world.
        window: width in voxels, odd, of the measures that look through one.
        here: displacement [k, D, H, W] on the nodes, local mm, under which the moving mask is looked at.

    Attributes:
        name, weight: of the channel.
        moving_image: [D, H, W], smoothed as the level wants it, at its own resolution.
        similarity: the measure, built for the fixed image of this level.
    """

    def __init__(
        self,
        channel: Channel,
        domain: Domain,
        level: Level,
        lattice: Lattice,
        initial: InitialTransform,
        window: int,
        here: Tensor,
    ) -> None:
        self.name, self.weight = channel.name, channel.weight
        self._view = LevelView(domain, level, lattice, channel.moving.grid, initial)
        # smoothed like the fixed image but not thinned out: between its points nothing may be lost to interpolation
        self._factors = shrink_factors(channel.moving.grid, min(level.image_grid.step))
        self.moving_image = smoothed(channel.moving.values.to(lattice.device), self._factors)
        self.similarity = build(
            channel.similarity,
            self._view.crop(smoothed(channel.fixed.values.to(lattice.device), level.shrink)),
            window=window,
            weight=self._where(channel, here),
        )

    def __call__(self, displacement: Tensor) -> Tensor:
        """The loss, a scalar, for a displacement [k, D, H, W] on the nodes, local mm."""
        return self.similarity(self.warped(displacement))

    def with_moving(self, moving: Scan) -> Comparison:
        """The same comparison of another moving image on the same grid; what both need is there once."""
        other = copy(self)
        other.moving_image = smoothed(moving.values.to(self.moving_image.device), self._factors)
        return other

    def warped(self, displacement: Tensor) -> Tensor:
        """The moving image [D, H, W] as seen from the level's image grid."""
        return sample(self.moving_image[None], self.image_points(displacement)).squeeze(0)

    def image_points(self, displacement: Tensor) -> Tensor:
        """Sampling coordinates in the moving image of the image grid's points, [k, D, H, W]."""
        return self._view.points(displacement)

    def _where(self, channel: Channel, here: Tensor) -> Tensor | None:
        """Where the similarity counts, [D, H, W] on the image grid: both masks, and the moving image's extent."""
        given = (channel.fixed.mask, channel.overlap)
        parts = [self._view.crop(part.to(here.device)) for part in given if part is not None]
        if channel.moving.mask is not None:
            mask = channel.moving.mask.to(here.device)[None]
            parts.append((sample(mask, self.image_points(here))[0] >= 0.5).float())
        return torch.stack(parts).prod(0) if parts else None


def smoothed(values: Tensor, factors: Sequence[float]) -> Tensor:
    """``values`` [D, H, W] without the detail that ``factors`` (x first) would alias; axes of factor 1 stay."""
    sigmas = [_SIGMA * factor if factor > 1 else 0.0 for factor in reversed(factors)]
    kernel = gaussian(values.shape, sigmas, device=values.device)
    return kernel.product(values, kernel.bands)
