"""Many linear transforms climb to where the images are most alike, all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from . import motion
from .pair import Level

Check = Callable[[], None]  # raises Cancelled when the caller wants the run to stop
Wish = Callable[[Tensor, Tensor, Tensor], Tensor]  # of matrices, offsets and which they are: added to the scores [b]

_SHORTER = 0.35  # the next step after one that led down
_LONGER = 1.5  # of a step that led up, at most
_FRESH = 0.25  # of the longest step: where the slope is all that is known
_AGAIN = 2  # times that a transform that is stuck begins afresh
_CURVED = 1e-4  # of step and change of slope: less curvature than this is noise


@dataclass(frozen=True)
class Climb:
    """How to climb.

    Attributes:
        kind: rigid, similarity or affine.
        longest: step, in widths of what the level shows.
        shortest: step, likewise; who makes smaller ones has arrived.
        iterations: at most.
    """

    kind: str
    longest: float
    shortest: float
    iterations: int

    @torch.no_grad()
    def __call__(
        self, level: Level, matrix: Tensor, offset: Tensor, check: Check, wish: Wish
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Where [b] transforms about the level's centre arrive, and their scores [b] with what is wished added.

        The method is that of Broyden, Fletcher, Goldfarb and Shanno. Each iteration is one evaluation of all that are
        still on their way: a step is kept if it led up, and what it told of the curvature in any case.
        """
        slope_of = _Slope(self.kind, level, matrix, offset, wish)
        longest, shortest = self.longest * level.width, self.shortest * level.width
        b, n = len(offset), motion.count(self.kind, offset.shape[1])
        eye = torch.eye(n, dtype=torch.float64)
        numbers = torch.zeros(b, n, dtype=torch.float64)
        score, slope = slope_of(numbers, torch.arange(b))
        inverse = eye.repeat(b, 1, 1)  # of minus the second derivative
        known = torch.zeros(b, dtype=torch.bool)  # whether that is more than a guess
        reach = torch.full((b,), longest, dtype=torch.float64)
        fresh = torch.zeros(b, dtype=torch.long)
        for _ in range(self.iterations):
            check()
            rows = (reach > shortest).nonzero()[:, 0]
            if not len(rows):
                break
            step = (inverse[rows] @ slope[rows, :, None])[:, :, 0]
            factor = reach[rows] / step.norm(dim=1).clamp(min=1e-30)
            step *= torch.where(known[rows], factor.clamp(max=1.0), factor)[:, None]
            there, its_slope = slope_of(numbers[rows] + step, rows)
            inverse[rows], known[rows] = _learnt(inverse[rows], known[rows], step, slope[rows] - its_slope)
            up, length = there > score[rows], step.norm(dim=1)
            went = rows[up]
            numbers[went] += step[up]
            score[went], slope[went] = there[up], its_slope[up]
            longer = torch.maximum(reach[rows], _LONGER * length).clamp(max=longest)
            arrived = up & (length < shortest)
            reach[rows] = torch.where(up, longer, _SHORTER * length).masked_fill(arrived, 0.0)
            stuck = rows[~up & (reach[rows] < shortest) & known[rows] & (fresh[rows] < _AGAIN)]
            fresh[stuck] += 1
            known[stuck], inverse[stuck], reach[stuck] = False, eye, _FRESH * longest
        return (*motion.moved(self.kind, matrix, offset, numbers, level.radius), score)


class _Slope:
    """Score [b] and slope [b, n] of transforms changed by numbers [b, n]."""

    def __init__(self, kind: str, level: Level, matrix: Tensor, offset: Tensor, wish: Wish) -> None:
        self.kind, self.level, self.matrix, self.offset, self.wish = kind, level, matrix, offset, wish

    def __call__(self, numbers: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            numbers = numbers.detach().requires_grad_()
            matrix, offset = motion.moved(self.kind, self.matrix[rows], self.offset[rows], numbers, self.level.radius)
            score, by_matrix, by_offset = self.level.likeness.climb(matrix.detach(), offset.detach())
            wished = self.wish(matrix, offset, rows)
            total = (matrix * by_matrix).sum() + (offset * by_offset).sum() + wished.sum()
            (slope,) = torch.autograd.grad(total, numbers)
        return score + wished.detach(), slope


def _learnt(inverse: Tensor, known: Tensor, step: Tensor, change: Tensor) -> tuple[Tensor, Tensor]:
    """The inverses [b, n, n] after steps [b, n] that took ``change`` [b, n] from the slope, and which are known."""
    eye = torch.eye(step.shape[1], dtype=step.dtype)
    curvature = (step * change).sum(1)
    curved = curvature > _CURVED * step.norm(dim=1) * change.norm(dim=1)
    first = (curvature / change.square().sum(1).clamp(min=1e-30))[:, None, None] * eye
    inverse = torch.where((curved & ~known)[:, None, None], first, inverse)
    rate = (1.0 / torch.where(curved, curvature, 1.0))[:, None, None]
    across = eye - rate * step[:, :, None] * change[:, None, :]
    updated = across @ inverse @ across.mT + rate * step[:, :, None] * step[:, None, :]
    return torch.where(curved[:, None, None], updated, inverse), known | curved
