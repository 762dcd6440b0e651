"""Mutual information, with its own gradient: for images whose grey levels mean different things.

The joint histogram is Mattes' (Mattes et al. 2003, equations 2 to 4): the fixed image falls into plain bins, the warped
one is spread over four bins by a cubic B-spline, which makes the histogram smooth in the warped image (Thévenaz & Unser
2000). Within one bin the spline is a cubic in the fraction t of the bin. A pass over the voxels therefore needs only
the sums of 1, t, t² and t³ in every cell of the histogram, and the gradient is one quadratic in t per cell.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from .analytic import differentiable

BINS = 32
_SPANS = BINS - 3  # the spline reaches one bin down and two up: 0..1 covers the spans for which all four exist
_CHUNK = 1 << 16  # voxels worked on at once: small enough for what is computed on the way to stay in the cache
_TINY = 1e-12  # a share of the histogram that counts as none

# The weight of bin c + k for a warped value at the fraction t of span c is the sum over p of SPLINE[k][p] t^p.
SPLINE = (
    (1 / 6, -1 / 2, 1 / 2, -1 / 6),
    (2 / 3, 0.0, -1.0, 1 / 2),
    (1 / 6, 1 / 2, 1 / 2, -1 / 2),
    (0.0, 0.0, 0.0, 1 / 6),
)


class MutualInformation:
    """1 - 2 I(F, W) / (H(F) + H(W)), the fraction divided by its value for W = F.

    The division makes a perfect match 0: the spline blurs the histogram, and the fraction alone would end near 0.7. An
    image that spreads over more bins than the fixed one can fall a little below 0.

    Args:
        fixed: [D, H, W], scaled to 0..1; what lies outside counts as 0 or 1.
        window: not used, the histogram is that of the whole image.
        weight: [D, H, W] in 0..1 or None: how much each voxel counts.
    """

    def __init__(self, fixed: Tensor, *, window: int = 0, weight: Tensor | None = None) -> None:
        values = fixed.flatten()
        self.row = (values.clamp(0.0, 1.0) * BINS).long().clamp_(max=BINS - 1).mul_(_SPANS)
        self.weight = None if weight is None else weight.flatten()
        self.count = values.numel() if weight is None else weight.sum(dtype=torch.float64).clamp(min=_TINY)
        self.spline = torch.tensor(SPLINE, dtype=torch.float64, device=fixed.device)
        self.best = _shared_information(self._joint(values))[0].clamp(min=1e-3)

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a scalar; differentiable once. Values outside 0..1 have no gradient."""
        return differentiable(warped, self)

    def evaluate(self, warped: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """The loss and, if asked for, its gradient [D, H, W] with respect to ``warped``."""
        values = warped.flatten()
        shared, slope = _shared_information(self._joint(values))
        loss = (1.0 - shared / self.best).to(warped)
        if not with_gradient:
            return loss, None
        return loss, self._gradient(values, slope * (-_SPANS / (self.count * self.best))).view_as(warped)

    def _cells(self, values: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """Chunk by chunk: which of ``values`` [N], their cell in [BINS * _SPANS], their fraction t of a span."""
        for first in range(0, len(values), _CHUNK):
            part = slice(first, first + _CHUNK)
            position = values[part].clamp(0.0, 1.0).mul_(_SPANS)
            span = position.long().clamp_(max=_SPANS - 1)
            yield part, span + self.row[part], position.sub_(span)

    def _joint(self, values: Tensor) -> Tensor:
        """The joint histogram [fixed BINS, warped BINS] with ``values`` [N], of sum 1, in double precision."""
        moments = self.spline.new_zeros(4, BINS * _SPANS)
        for part, cell, fraction in self._cells(values):
            fraction = fraction.double()
            power = torch.ones_like(fraction) if self.weight is None else self.weight[part].double()
            for moment in moments:
                moment.scatter_add_(0, cell, power)
                power = power * fraction
        taps = (self.spline @ moments).view(4, BINS, _SPANS)
        joint = self.spline.new_zeros(BINS, BINS)
        for k, tap in enumerate(taps):
            joint[:, k : k + _SPANS] += tap
        return joint / self.count

    def _gradient(self, values: Tensor, slope: Tensor) -> Tensor:
        """What moving each of ``values`` [N] by a span does to the histogram, times ``slope`` [BINS, BINS]."""
        taps = torch.stack([slope[:, k : k + _SPANS].flatten() for k in range(4)])
        _, linear, square, cubic = (self.spline.T @ taps).to(values)
        square, cubic = 2.0 * square, 3.0 * cubic
        gradient = torch.empty_like(values)
        for part, cell, fraction in self._cells(values):
            rate = cubic[cell].mul_(fraction).add_(square[cell]).mul_(fraction).add_(linear[cell])
            inside = (values[part] >= 0.0) & (values[part] <= 1.0)
            torch.mul(rate, inside, out=gradient[part])
        return gradient if self.weight is None else gradient.mul_(self.weight)


def _shared_information(joint: Tensor) -> tuple[Tensor, Tensor]:
    """2 I / (H(F) + H(W)) of a ``joint`` histogram [fixed BINS, warped BINS] of sum 1, and its derivative.

    The derivative has the shape of the histogram and is taken with the fixed image's part in it, H(F), held as it is.
    """
    fixed, warped = joint.sum(1), joint.sum(0)
    log_joint, log_warped = (joint + _TINY).log(), (warped + _TINY).log()
    entropies = (-(fixed * (fixed + _TINY).log()).sum() - (warped * log_warped).sum()).clamp(min=_TINY)
    joint_entropy = -(joint * log_joint).sum()
    shared = 2.0 * (entropies - joint_entropy) / entropies
    return shared, (2.0 * (log_joint - log_warped) + shared * (log_warped + 1.0)) / entropies
