"""MIND-SSC: images of any two modalities, compared by how each resembles itself.

The descriptor of a voxel holds the mean squared differences between patches around it, taken in pairs: between those of
its neighbours that lie at right angles, the self-similarity context of Heinrich et al. (2013, MICCAI). That makes 12
channels in 3-D and 4 in 2-D. Divided by their own mean (equation 1) they know neither the contrast of the image nor its
sign.

In a plane the four neighbours of a voxel are the corners of a square and the pairs its sides. Opposite sides are the
same difference of two shifted images, read in two places: six box means give twelve channels.
"""

from __future__ import annotations

from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..field.smoothing import averaging

_RADIUS = 1  # of a patch, voxels
_DILATION = 2  # from a voxel to its neighbours, voxels
_FLAT = 1e-5  # squared difference of grey levels in 0..1 that counts as none: about one level of 256
_CHUNK = 1 << 13  # voxels compared at once on a CPU: small enough for their descriptors to stay in the cache

_DIAGONALS = (((0, 0), (1, 1)), ((0, 1), (1, 0)))  # opposite ends along the two axes of a plane


class MindSSC:
    """Mean squared difference of the descriptors, divided by what it is between unrelated images.

    Between those it is the sum of both variances, so the divisor is twice the variance of the fixed descriptors.

    Args:
        fixed: [D, H, W], scaled to 0..1.
        window: not used, a descriptor sees three voxels far.
        weight: [D, H, W] in 0..1 or None: where the similarity counts; voxels of weight 0 enter no patch.
    """

    def __init__(self, fixed: Tensor, *, window: int = 0, weight: Tensor | None = None) -> None:
        self.planes = [_Plane(axes, fixed, weight) for axes in combinations(range(fixed.dim()), 2)]
        self.fixed = torch.exp(-_ratios(self._distances(fixed))[0])
        share = torch.ones_like(fixed) if weight is None else weight
        share = share.flatten() / share.sum().clamp(min=1.0)
        variance = (self.fixed - (self.fixed @ share)[:, None]).square_() @ share
        self.factor = share / (2.0 * variance.sum().clamp(min=1e-3))

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a scalar; differentiable once."""
        return _Comparison.apply(self._distances(warped), self.fixed, self.factor)

    def _distances(self, image: Tensor) -> Tensor:
        """Of each of the N voxels of ``image``, the distances [channels, N] between the patches around it."""
        return torch.stack([channel for plane in self.planes for channel in plane.distances(image)]).flatten(1)


def descriptors(image: Tensor, weight: Tensor | None = None) -> Tensor:
    """The descriptor of each voxel of an image [D, H, W], scaled to 0..1: [channels, D, H, W], each in 0..1.

    Args:
        weight: like ``image``: voxels of weight 0 enter no patch.
    """
    return MindSSC(image, weight=weight).fixed.unflatten(1, image.shape)


class _Plane:
    """The four patches around each voxel in the plane of two axes."""

    def __init__(self, axes: tuple[int, int], fixed: Tensor, weight: Tensor | None) -> None:
        self.axes = axes
        shape = [n + _DILATION * (axis in axes) for axis, n in enumerate(fixed.shape)]
        self.box = averaging(shape, [_RADIUS] * fixed.dim(), device=fixed.device)
        self.visible: list[Tensor] | None = None
        self.share: list[Tensor] = []
        if weight is not None:
            padded = self._pad(weight)
            self.visible = [self._end(padded, one) * self._end(padded, other) for one, other in _DIAGONALS]
            shares = [self.box(visible) for visible in self.visible]
            self.share = [share.masked_fill(share < 1e-6, torch.inf) for share in shares]  # seen nowhere: no distance

    def distances(self, image: Tensor) -> list[Tensor]:
        """Mean squared differences of the four pairs of patches at right angles, four times [D, H, W]."""
        padded = self._pad(image)
        channels = []
        for k, (one, other) in enumerate(_DIAGONALS):
            squares = (self._end(padded, one) - self._end(padded, other)) ** 2
            if self.visible is None:
                distance = self.box(squares)
            else:
                distance = self.box(squares * self.visible[k]) / self.share[k]
            channels += [self._end(distance, voxel) for voxel in _DIAGONALS[1 - k]]
        return channels

    def _pad(self, image: Tensor) -> Tensor:
        """``image`` with ``_DILATION`` more voxels at both ends of both axes, each with the nearest value."""
        margins = [_DILATION * (axis in self.axes) for axis in reversed(range(image.dim())) for _ in range(2)]
        return F.pad(image[None, None], margins, mode="replicate")[0, 0]

    def _end(self, values: Tensor, ends: tuple[int, int]) -> Tensor:
        """``values`` without ``_DILATION`` voxels along both axes, at the far end (0) or at the near one (1)."""
        for axis, end in zip(self.axes, ends, strict=True):
            values = values.narrow(axis, end * _DILATION, values.shape[axis] - _DILATION)
        return values


class _Comparison(torch.autograd.Function):
    """Distances [channels, N] -> the loss; in chunks, since whole images of descriptors take five times as long."""

    @staticmethod
    def forward(ctx, distances: Tensor, fixed: Tensor, factor: Tensor) -> Tensor:
        loss = distances.new_zeros(())
        ctx.gradient = torch.empty_like(distances) if ctx.needs_input_grad[0] else None
        chunk = _CHUNK if distances.device.type == "cpu" else distances.shape[1]
        for first in range(0, distances.shape[1], chunk):
            part = slice(first, first + chunk)
            ratio, mean, nearest = _ratios(distances[:, part])
            descriptors = torch.exp(-ratio)
            difference = descriptors - fixed[:, part]
            weighted = difference * factor[part]
            loss += (weighted * difference).sum()
            if ctx.gradient is not None:
                by_ratio = weighted.mul_(descriptors).mul_(-2.0)
                ctx.gradient[:, part] = _by_distance(by_ratio, ratio, mean, nearest)
        return loss

    @staticmethod
    def backward(ctx, upstream: Tensor):
        return ctx.gradient * upstream, None, None


def _ratios(distances: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(D - min D) / V of ``distances`` D [channels, N]; V [N], the mean of D - min D; the nearest channel [N]."""
    least, nearest = distances.min(0)
    above = distances - least
    mean = above.mean(0).add_(_FLAT)
    return above.div_(mean), mean, nearest


def _by_distance(by_ratio: Tensor, ratio: Tensor, mean: Tensor, nearest: Tensor) -> Tensor:
    """The chain rule through :func:`_ratios`, from the derivative by the ratios to that by the distances."""
    by_above = by_ratio.sub_((by_ratio * ratio).mean(0)).div_(mean)
    return by_above.scatter_add_(0, nearest[None], -by_above.sum(0, keepdim=True))
