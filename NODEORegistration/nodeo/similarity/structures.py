"""Structures that are segmented in both images, as a loss: how little they overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.smoothing import gaussian
from ..geometry.boxes import occupied_box
from ..geometry.domain import Domain, Level, shrink_factors
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from ..settings.channels import STRUCTURES
from .level_view import LevelView

_SIGMA = 0.7  # standard deviation of the smoothing, as a share of the distance between the points compared
_TAIL = 3.0  # standard deviations: a smoothed edge ends there
_MARGIN = 6  # points around a structure at which it is compared: what is warped to farther away is not seen
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
    warped map W, over the box around F. Every structure counts alike, whatever its size.

    Args:
        moving: grid of the moving labels, in the unit of the domain.
        overlap: [D, H, W] on the fixed grid, 1 where A leads into the moving image; None: everywhere.

    Attributes:
        name, weight: as a channel has them.
        every: of so many points of the level one is compared along each axis.
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
        self.name, self.weight = STRUCTURES, structures.weight
        self.every = _stride(structures, level)
        factors = shrink_factors(moving, self.every * min(level.image_grid.step))
        sizes = [(n - 1) // factor + 1 for n, factor in zip(moving.shape[::-1], factors, strict=True)]
        thinned = moving.active_subgrid([0] * len(sizes), sizes, factors)
        self._view = LevelView(domain, level, lattice, thinned, initial)
        shrink = [self.every * factor for factor in level.shrink]
        counted = None if overlap is None else self._thin(self._view.crop(overlap.to(lattice.device)))
        self._structures = []
        for code in structures.codes:
            here = self._thin(self._view.crop(_smoothed(structures.fixed == code, shrink, lattice.device)))
            there = _smoothed(structures.moving == code, factors, lattice.device)
            there = there[tuple(slice(None, None, factor) for factor in reversed(factors))]
            if bool((here > 0).any()):
                self._structures.append(_Structure(here, there, counted))

    @property
    def values(self) -> int:
        """How many values are compared."""
        return sum(structure.fixed.numel() for structure in self._structures)

    def __call__(self, displacement: Tensor) -> Tensor:
        """The loss, a scalar, for a displacement [k, D, H, W] on the nodes, local mm; 0 where nothing is seen."""
        if not self._structures:
            return 0.0 * displacement.sum()
        points = self._thin(self._view.points(displacement))
        return 1.0 - torch.stack([structure.dice(points) for structure in self._structures]).mean()

    def _thin(self, values: Tensor) -> Tensor:
        """The points that are compared, of values on the image grid [..., D, H, W]."""
        if self.every == 1:
            return values
        places = [slice(None, None, self.every)] * len(self._view.shape)
        return values[(slice(None),) * (values.dim() - len(places)) + tuple(places)].contiguous()


class _Structure:
    """One structure at a level, each map cut to the box that it fills.

    Args:
        here: F [D, H, W] at the points that are compared.
        there: the moving map [D, H, W] at the points that it is read from.
        counted: like F, where anything counts; None: everywhere.
    """

    def __init__(self, here: Tensor, there: Tensor, counted: Tensor | None) -> None:
        self._box = _box_of(here, _MARGIN)
        self.fixed = here[self._box].contiguous()
        self._counted = None if counted is None else counted[self._box].contiguous()
        if self._counted is not None:
            self.fixed = self.fixed * self._counted
        self._squares = self.fixed.square().sum()
        box = _box_of(there, 1)  # around it, it is 0, or the image ends
        self._moving = there[box].clone()[None]
        scales, shifts = [], []
        for whole, part in zip(reversed(there.shape), reversed(box), strict=True):  # x first, as the points are
            last = part.stop - part.start - 1
            scales.append((whole - 1) / last)
            shifts.append((whole - 1 - 2 * part.start) / last - 1.0)
        self._scale, self._shift = (
            torch.tensor(values, device=here.device).view(-1, *[1] * here.dim()) for values in (scales, shifts)
        )

    def dice(self, points: Tensor) -> Tensor:
        """The soft Dice, a scalar, for sampling coordinates [k, D, H, W] in the whole moving map."""
        places = points[(slice(None), *self._box)] * self._scale + self._shift
        warped = sample(self._moving, places)[0]
        if self._counted is not None:
            warped = warped * self._counted
        # what counts nowhere is neither right nor wrong
        return 2.0 * (warped * self.fixed).sum() / (self._squares + warped.square().sum()).clamp(min=1e-6)


def _box_of(values: Tensor, margin: int) -> tuple[slice, ...]:
    """Where a map [D, H, W] is above 0, so much wider, and at least two points wide; all of it if it is nowhere."""
    box = []
    for axis, n in enumerate(values.shape):
        others = [other for other in range(values.dim()) if other != axis]
        places = (values > 0).sum(others).nonzero()
        first, last = (int(places[0]), int(places[-1])) if len(places) else (0, n - 1)
        first, last = max(0, first - margin), min(n - 1, last + margin)
        box.append(slice(min(first, n - 2), max(last, 1) + 1))
    return tuple(box)


def _stride(structures: Structures, level: Level) -> int:
    """Of how many points one is compared along each axis, so that all structures together fit into memory."""
    points, shape = 0.0, level.image_grid.shape
    for code in structures.codes:
        lengths = [part.stop - part.start for part in _extent(structures.fixed == code)]
        room = [length / shrink + 2 * _MARGIN for length, shrink in zip(lengths, level.shrink[::-1], strict=True)]
        points += math.prod(min(n, length) for n, length in zip(shape, room, strict=True))
    every, k = 1, len(level.shrink)
    while points > _MOST_VALUES * every**k and min(shape) > 16 * every:
        every *= 2
    return every


def _extent(inside: np.ndarray) -> list[slice]:
    """The box that holds what is true."""
    return [slice(int(first), int(last) + 1) for first, last in occupied_box(inside)]


def _smoothed(inside: np.ndarray, factors: Sequence[int], device: torch.device) -> Tensor:
    """A structure [D, H, W] as a map from 0 to 1 that can be read every ``factors`` points, x first."""
    sigmas = [_SIGMA * factor for factor in reversed(factors)]
    room = []
    for part, n, sigma in zip(_extent(inside), inside.shape, sigmas, strict=True):
        reach = math.ceil(_TAIL * sigma) + 1
        room.append(slice(max(0, part.start - reach), min(n, part.stop + reach)))
    values = torch.from_numpy(inside[tuple(room)]).float().to(device)
    kernel = gaussian(values.shape, sigmas, device=device)
    whole = torch.zeros(inside.shape, device=device)
    whole[tuple(room)] = kernel.product(values, kernel.bands)
    return whole
