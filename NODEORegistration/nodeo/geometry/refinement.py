"""Fields refined on a CPU: read linearly at several points an interval, one axis after the other.

PyTorch's own upsampling looks at eight nodes for every point, forwards and back. One axis at a time, each point is a
mean of two, all in rows that lie side by side; and only the points that are asked for are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Stretch:
    """The points that are made along one axis.

    Attributes:
        factor: points per node interval.
        start: the node that points are counted from.
        skip: number of the first point.
        points: how many.
    """

    factor: int
    start: int
    skip: int
    points: int

    def phases(self) -> Iterator[tuple[slice, int, int, float]]:
        """The points by their place in an interval: which they are, the first's node, how many, the next's weight."""
        for phase in range(min(self.factor, self.points)):
            node, within = divmod(self.skip + phase, self.factor)
            chosen = slice(phase, None, self.factor)
            yield chosen, self.start + node, len(range(phase, self.points, self.factor)), within / self.factor


def refined(field: Tensor, stretches: Sequence[Stretch]) -> Tensor:
    """A field [c, D, H, W] read along each axis, z first; differentiable."""
    return _Refined.apply(field, stretches)


class _Refined(torch.autograd.Function):
    """The reading is linear: its gradient is its transpose, axis by axis."""

    @staticmethod
    def forward(ctx, field: Tensor, stretches: Sequence[Stretch]) -> Tensor:
        ctx.stretches, ctx.shape = stretches, field.shape[1:]
        for dim in reversed(range(1, field.dim())):
            field = _read(field, dim, stretches[dim - 1])
        return field

    @staticmethod
    def backward(ctx, upstream: Tensor):
        for dim, (stretch, nodes) in enumerate(zip(ctx.stretches, ctx.shape, strict=True), start=1):
            upstream = _given_back(upstream, dim, stretch, nodes)
        return upstream, None


def _read(field: Tensor, dim: int, stretch: Stretch) -> Tensor:
    if stretch.factor == 1:
        return field.narrow(dim, stretch.start + stretch.skip, stretch.points)
    points = field.new_empty(*field.shape[:dim], stretch.points, *field.shape[dim + 1 :])
    for chosen, node, count, weight in stretch.phases():
        target = points[(slice(None),) * dim + (chosen,)]
        before = field.narrow(dim, node, count)
        if weight:
            torch.lerp(before, field.narrow(dim, node + 1, count), weight, out=target)
        else:
            target.copy_(before)
    return points


def _given_back(points: Tensor, dim: int, stretch: Stretch, nodes: int) -> Tensor:
    """The transpose of :func:`_read`, onto an axis of so many nodes."""
    if stretch.factor == 1 and stretch.points == nodes:
        return points
    field = points.new_zeros(*points.shape[:dim], nodes, *points.shape[dim + 1 :])
    for chosen, node, count, weight in stretch.phases():
        source = points[(slice(None),) * dim + (chosen,)]
        field.narrow(dim, node, count).add_(source, alpha=1.0 - weight)
        if weight:
            field.narrow(dim, node + 1, count).add_(source, alpha=weight)
    return field
