"""How alike two images are under many linear transforms at once: mutual information, and its derivative."""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ..similarity.mutual_information import SPLINE
from .reader import Reader, Reading
from .view import View

ENOUGH = 0.75  # of the smaller image lies on the other one: who has as much is not told to have more
_LEAST = 0.01  # of it: less is as good as none
_WHOLE = 2.0**32  # what a count of 1 is as an integer: integers add up to the same in any order
_TINY = 1e-12  # a share of the histogram that counts as none
_FILLED = 1e-4  # a share of the histogram that fills a bin
_CHUNK = 1 << 17  # points worked on at once


class Likeness:
    """2 I(F, M) / (H(F) + H(M)) where both images are, times the share of the smaller one that is there.

    The joint histogram is Mattes': the fixed image falls into plain bins, the moving one is spread by a cubic B-spline.
    From I is taken what so few points pretend by chance (Miller & Madow), or a small overlap would look like a good
    one. The share counts up to :data:`ENOUGH` of it: to leave the other image never pays, and to lie a little beside
    it costs nothing.

    Args:
        fixed: its points are compared.
        centre: [k], a frame position: the transforms are about it.
        moving: read at these points.
        bins: of either image.
    """

    def __init__(self, fixed: View, centre: Tensor, moving: View, bins: int) -> None:
        self.bins, self.spans = bins, bins - 3
        self.reader = Reader(fixed.points() - centre[:, None], moving, float(self.spans))
        values = fixed.values.flatten().clamp(0.0, 1.0)
        self.row = (values * bins).long().clamp_(max=bins - 1) * bins
        self.weight = None if fixed.weight is None else fixed.weight.flatten()
        self.count = float(fixed.weights().sum())
        self.moving_count = float(moving.weights().sum()) * moving.volume / fixed.volume
        self.spline = torch.tensor(SPLINE, dtype=torch.float64)

    def score(self, matrix: Tensor, offset: Tensor) -> Tensor:
        """[b], larger is more alike, for x -> ``matrix`` [b, k, k] (x - centre) + ``offset`` [b, k]; on the CPU."""
        return torch.cat([self._score(self._joint(self.reader(*part, False))[0], part[0]) for part in
                          self._parts(matrix, offset)])  # fmt: skip

    def climb(self, matrix: Tensor, offset: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The score [b], its derivatives by the matrix [b, k, k] and by the offset [b, k]."""
        parts = [self._climb(*part) for part in self._parts(matrix, offset)]
        score, by_matrix, by_offset = (torch.cat(values) for values in zip(*parts, strict=True))
        return score, by_matrix, by_offset

    def _parts(self, matrix: Tensor, offset: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        few = max(1, _CHUNK // len(self.row))
        return zip(matrix.split(few), offset.split(few), strict=True)

    def _joint(self, reading: Reading) -> tuple[Tensor, Tensor, Tensor]:
        """The joint histogram [b, fixed, moving] on the CPU, and of each point its cell and its fraction of a span."""
        counts = reading.inside if self.weight is None else reading.inside * self.weight
        span = reading.value.floor().clamp_(0.0, self.spans - 1.0)
        fraction, cell = reading.value - span, span.long() + self.row
        moments = torch.zeros(4, len(cell), self.bins**2, dtype=torch.int64, device=cell.device)
        power = counts * _WHOLE
        for moment in moments:
            moment.scatter_add_(1, cell, power.long())
            power = power * fraction
        taps = torch.einsum("jp,pbc->jbc", self.spline, moments.cpu().double() / _WHOLE)
        joint = torch.zeros(len(cell), self.bins, self.bins, dtype=torch.float64)
        for j, tap in enumerate(taps.unflatten(2, (self.bins, self.bins))):
            joint[:, :, j:] += tap[:, :, : self.bins - j]
        return joint.clamp_(min=0.0), cell, fraction  # rounding leaves a hair below

    def _score(self, joint: Tensor, matrix: Tensor) -> Tensor:
        """[b], differentiable by both."""
        count = joint.sum((1, 2)).clamp(min=1e-3)
        joint = joint / count[:, None, None]
        fixed, moving = joint.sum(2), joint.sum(1)
        alone = _entropy(fixed) + _entropy(moving)
        shared = alone - _entropy(joint.flatten(1))
        filled = [((part > _FILLED).sum(1) - 1).clamp(min=0) for part in (fixed, moving)]
        chance = filled[0] * filled[1] / (2.0 * count)
        share = self._share(count, matrix).clamp(_LEAST, ENOUGH) / ENOUGH
        return share * 2.0 * (shared - chance) / alone.clamp(min=0.1)

    def _share(self, count: Tensor, matrix: Tensor) -> Tensor:
        scale = torch.linalg.det(matrix).abs()
        return torch.maximum(count / self.count, count * scale / self.moving_count).clamp(max=1.0)

    def _climb(self, matrix: Tensor, offset: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        reading = self.reader(matrix, offset, True)
        joint, cell, t = self._joint(reading)
        with torch.enable_grad():
            leaves = joint.requires_grad_(), matrix.detach().requires_grad_()
            score = self._score(*leaves)
            slope, by_matrix = torch.autograd.grad(score.sum(), leaves)
        slope = slope.flatten(1)
        taps = torch.stack([F.pad(slope, (0, 3))[:, j : j + slope.shape[1]] for j in range(4)])
        cubics = torch.einsum("jp,jbc->pbc", self.spline, taps).to(t)
        one, linear, square, cubic = (values.gather(1, cell) for values in cubics)
        by_value = ((3.0 * cubic * t + 2.0 * square) * t + linear) * reading.inside
        by_inside = ((cubic * t + square) * t + linear) * t + one
        forces = torch.stack([by_value * dv + by_inside * di for dv, di in reading.by_index], 1)
        if self.weight is not None:
            forces *= self.weight
        into = self.reader.to_index
        by_matrix = by_matrix + into.T @ (forces @ self.reader.points.T).cpu().double()
        return score.detach(), by_matrix, forces.sum(2).cpu().double() @ into


def _entropy(shares: Tensor) -> Tensor:
    """[b] of [b, bins]."""
    return -(shares * (shares + _TINY).log()).sum(1)
