"""Where a displacement folds, at its nodes and between them: looked for in the cells that could, and nowhere else.

Within a cell, the differences of a linear interpolation lie between the least and the largest of those along the cell's
edges. With A the gradient of the displacement by any scheme, or in any tetrahedron, I + A does not turn over while each
row of |A| sums to less than 1 (Gershgorin 1931); in most cells that is known from the edges alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from .regularity import turned_points

_SURELY = 0.999  # of 1: so much less, whatever float32 rounds
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
    for some in first.split(_CELLS if found.device.type == "cpu" else _MANY):
        at_corners = displacement.flatten(1)[:, ahead[:, None] + some].unflatten(1, [2] * len(shape))
        for parts in {(1,) * len(shape), tuple(reversed(factors))}:
            steps = [h / part for h, part in zip(spacing, reversed(parts), strict=True)]
            turned = turned_points(_within(at_corners, parts).movedim(-1, 1), steps)
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
            # the gradient of a tetrahedron mixes differences: it may be larger than each by half of how they vary
            sums = torch.maximum(high, -low).add_(high).sub_(low).add_(sums)
        cells = (~(sums < _SURELY)).any(0).nonzero()
        cells[:, 0] += first
        found.append(cells)
    return torch.cat(found).unbind(1)


def _within(at_corners: Tensor, parts: Sequence[int]) -> Tensor:
    """Values [k, 2, 2, 2, n] at the corners of n cells, read linearly at so many points an edge and one."""
    for axis, part in enumerate(parts, start=1):
        start, end = at_corners.unbind(axis)
        at_corners = torch.stack([torch.lerp(start, end, number / part) for number in range(part + 1)], axis)
    return at_corners
