"""Where a displacement folds, at its nodes and between them: looked for in the cells that could, and nowhere else.

Within a cell, the differences of a linear interpolation lie between the least and the largest of those along the cell's
edges. With A the gradient of the displacement by any scheme, or in any tetrahedron, I + A does not turn over while each
row of |A| sums to less than 1 (Gershgorin 1931); in most cells that is known from the edges alone. In most of the rest
the gradient is large but about the same all over the cell: with M the mean of I + A, which does not turn over, neither
does I + A while the squares of all entries of M⁻¹ (I + A - M) sum to less than 1.

The gradient of a tetrahedron mixes differences: along an axis it is a mean of two, plus half of how two along another
axis differ.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from .regularity import cofactors, turned_points

_SURELY = 0.999  # of 1: so much less, whatever float32 rounds
_FROM_THE_MEAN = 0.9  # the same, where it is multiplied by
_VOLUME = 0.01  # at least, of the mean
_PLANES = 8  # looked at together
_CELLS = 8192  # gone into together on a CPU, where what they need stays in the cache,
_MANY = 262144  # and elsewhere


@torch.no_grad()
def nodes_at_folds(displacement: Tensor, spacing: Sequence[float], factors: Sequence[int]) -> Tensor:
    """Mask [D, H, W] of the nodes that fold, or lie next to a fold between them.

    Args:
        displacement: [k, D, H, W], local mm, linear between the nodes.
        spacing: mm between the nodes, x first.
        factors: points that are compared an interval, x first; 1: the nodes alone.
    """
    displacement, shape = displacement.contiguous(), displacement.shape[1:]
    found = torch.zeros(shape, dtype=torch.bool, device=displacement.device).view(-1)
    strides = displacement[0].stride()
    cells = _suspects(displacement, spacing)
    first = torch.stack([index * stride for index, stride in zip(cells, strides, strict=True)]).sum(0)
    corners = list(itertools.product((0, 1), repeat=len(shape)))  # z first
    ahead = (torch.tensor(corners) * torch.tensor(strides)).sum(1).to(found.device)
    together = _CELLS if found.device.type == "cpu" else _MANY

    def at_corners(cells: Tensor) -> Tensor:
        return displacement.flatten(1)[:, ahead[:, None] + cells].unflatten(1, [2] * len(shape))

    first = torch.cat([some[_unlike_their_mean(at_corners(some), spacing)] for some in first.split(together)])
    for some in first.split(together):
        values = at_corners(some)
        for parts in {(1,) * len(shape), tuple(reversed(factors))}:
            steps = [h / part for h, part in zip(spacing, reversed(parts), strict=True)]
            turned = turned_points(_within(values, parts).movedim(-1, 1), steps)
            for corner, number in zip(corners, ahead, strict=True):
                near = turned
                for axis, (side, part) in enumerate(zip(corner, parts, strict=True), start=1):
                    near = near.narrow(axis, side, part)  # all that is nearer than the next node
                found[some + number] |= near.flatten(1).any(1)
    return found.view(shape)


def _suspects(displacement: Tensor, spacing: Sequence[float]) -> tuple[Tensor, ...]:
    """Indices (z, y, x) of the cells of which the edges alone do not tell that nothing in them turns over."""
    found = []
    for first in range(0, displacement.shape[1] - 1, _PLANES):
        slab = displacement[:, first : first + _PLANES + 1]
        sums = slab.new_zeros(())
        for axis, h in enumerate(reversed(spacing), start=1):
            low = high = slab.diff(dim=axis).div_(h)
            for other in range(1, slab.dim()):
                if other != axis:
                    n = low.shape[other] - 1
                    low = torch.minimum(low.narrow(other, 0, n), low.narrow(other, 1, n))
                    high = torch.maximum(high.narrow(other, 0, n), high.narrow(other, 1, n))
            sums = torch.maximum(high, -low).add_(high.sub_(low), alpha=0.5).add_(sums)
        cells = (~(sums < _SURELY)).any(0).nonzero()
        cells[:, 0] += first
        found.append(cells)
    return torch.cat(found).unbind(1)


def _unlike_their_mean(at_corners: Tensor, spacing: Sequence[float]) -> Tensor:
    """Mask [n] of the cells of which their mean gradient does not tell that nothing in them turns over.

    Args:
        at_corners: displacement [k, 2, 2, 2, n] at the corners of n cells.
    """
    last = at_corners.dim() - 2  # x
    columns = [at_corners.diff(dim=last - axis).div_(h).flatten(1, -2) for axis, h in enumerate(spacing)]
    means = [column.mean(1) for column in columns]  # each [k, n]
    apart = [column.sub_(mean[:, None]) for column, mean in zip(columns, means, strict=True)]
    for axis, mean in enumerate(means):
        mean[axis] += 1.0
    rows = torch.stack(cofactors(means))
    volume = (rows[0] * means[0]).sum(0)
    inverse = (rows / volume)[:, :, None]
    # of the differences along each axis
    farthest = [(inverse * some).sum(1).square().sum(0).amax(0).sqrt() for some in apart]
    mixed = [one + other for one, other in itertools.pairwise([*farthest, farthest[0]])]
    return ~((volume > _VOLUME) & (torch.stack(mixed).square().sum(0) < _FROM_THE_MEAN**2))


def _within(at_corners: Tensor, parts: Sequence[int]) -> Tensor:
    """Values [k, 2, 2, 2, n] at the corners of n cells, read linearly at so many points an edge and one."""
    for axis, part in enumerate(parts, start=1):
        start, end = at_corners.unbind(axis)
        at_corners = torch.stack([torch.lerp(start, end, number / part) for number in range(part + 1)], axis)
    return at_corners
