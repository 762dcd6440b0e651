"""Fields read between their points."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .refinement import Stretch, refined
from .trilinear import ALIGN_CORNERS, BILINEAR, BORDER, spread_trilinear, trilinear, worthwhile


def sample(field: Tensor, points: Tensor, outside: str = "border") -> Tensor:
    """``field`` [c, D, H, W], interpolated linearly at sampling coordinates ``points`` [k, d, h, w]: [c, d, h, w].

    The points may also be a list [k, n], and the values are one, then: [c, n].

    Outside the field the nearest edge value holds, or 0 if ``outside`` is ``zeros``. On a CPU the points are dealt out
    to the threads as a batch, since ``grid_sample`` runs in parallel over batches only.
    """
    if outside == "border" and worthwhile(field.shape[1:], points):
        return trilinear(field, points.flatten(1)).view(len(field), *points.shape[1:])
    if points.dim() == 2:
        return sample(field, _row(points, len(points)), outside).flatten(1)
    axis, parts = _dealing(points)
    n = points.shape[axis]
    short = -n % parts
    if short:
        points = torch.cat([points, *[points.narrow(axis, n - 1, 1)] * short], dim=axis)
    batch = _dealt(points, axis, parts).movedim(1, -1)
    values = F.grid_sample(
        field.expand(parts, *field.shape), batch, mode="bilinear", padding_mode=outside, align_corners=True
    )
    values = values.movedim(0, axis).flatten(axis, axis + 1)
    return values.narrow(axis, 0, n) if short else values


def spread(values: Tensor, points: Tensor, shape: Sequence[int]) -> Tensor:
    """The transpose of :func:`sample`, with the edge value outside: ``values`` at points, added to what they are read
    from, each by its share.

    Args:
        values: [c, n].
        points: sampling coordinates [k, n].
        shape: of the field that they were read from, z first.

    Returns:
        [c, D, H, W]: what :func:`torch.autograd.grad` would give, without a graph, and without the second that it takes
        to import what it checks its arguments with.
    """
    k = len(points)
    if worthwhile(shape, points):
        return spread_trilinear(values, points, shape)
    values, points = _row(values, k), _row(points, k)
    axis, parts = _dealing(points)
    short = [0, 0] * (points.dim() - 1 - axis) + [0, -points.shape[axis] % parts]  # as padding: last axis first
    values, points = F.pad(values, short), F.pad(points, short)
    field = values.new_zeros(()).expand(parts, len(values), *shape)  # what it holds does not matter
    transpose = {2: torch.ops.aten.grid_sampler_2d_backward, 3: torch.ops.aten.grid_sampler_3d_backward}[k]
    batches = _dealt(values, axis, parts), field, _dealt(points, axis, parts).movedim(1, -1)
    of_field_only = [True, False]
    shares = transpose(*batches, BILINEAR, BORDER, ALIGN_CORNERS, of_field_only)[0]
    return shares.sum(0) if parts > 1 else shares[0]


def _row(values: Tensor, k: int) -> Tensor:
    """A list [c, n] along the last of k axes."""
    return values.unflatten(1, [*[1] * (k - 1), -1])


def _dealing(points: Tensor) -> tuple[int, int]:
    """The axis of the points that is dealt out, and the number of parts."""
    parts = torch.get_num_threads() if points.device.type == "cpu" else 1
    axes = range(1, points.dim())
    return next((axis for axis in axes if points.shape[axis] % parts == 0), max(axes, key=points.size)), parts


def _dealt(values: Tensor, axis: int, parts: int) -> Tensor:
    """[c, d, h, w] as a batch of parts along an axis."""
    return values.unflatten(axis, (parts, -1)).movedim(axis, 0)


def refine(
    field: Tensor, factors: Sequence[int], start: Sequence[int], shape: Sequence[int], skip: Sequence[int] | None = None
) -> Tensor:
    """A field [c, D, H, W] on nodes, read linearly at ``factors`` (z first) points per node interval.

    Args:
        start: first node used along each axis, z first.
        shape: shape of the result, z first.
        skip: points between the first node used and the first point of the result, z first; None: they coincide.
    """
    skip = skip or [0] * len(shape)
    if field.device.type == "cpu":
        return refined(field, [Stretch(*along) for along in zip(factors, start, skip, shape, strict=True)])
    used = [-(-(n - 1 + s) // factor) + 1 for factor, n, s in zip(factors, shape, skip, strict=True)]
    field = _Box.apply(field, start, used)
    if any(factor > 1 for factor in factors):
        full = [factor * (n - 1) + 1 for factor, n in zip(factors, used, strict=True)]
        mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[len(full)]
        field = F.interpolate(field[None], size=full, mode=mode, align_corners=True)[0]
    return _Box.apply(field, skip, shape)


class _Box(torch.autograd.Function):
    """A box of a field [c, D, H, W] as a view; one padding takes its gradient back, not one for every axis."""

    @staticmethod
    def forward(ctx, field: Tensor, start: Sequence[int], size: Sequence[int]) -> Tensor:
        ctx.padding = []
        for axis in reversed(range(len(size))):
            ctx.padding += [start[axis], field.shape[axis + 1] - start[axis] - size[axis]]
        return field[(slice(None), *(slice(a, a + n) for a, n in zip(start, size, strict=True)))]

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return F.pad(gradient, ctx.padding) if any(ctx.padding) else gradient, None, None


def dense(field: Tensor, factors: Sequence[int]) -> Tensor:
    """A field [c, D, H, W] on nodes, read linearly at all voxels between its first and last node.

    Args:
        factors: voxels per node interval, x first.
    """
    shape = [factor * (n - 1) + 1 for factor, n in zip(reversed(factors), field.shape[1:], strict=True)]
    return refine(field, list(reversed(factors)), [0] * len(shape), shape)


def on_nodes(displacement: Tensor, shape: Sequence[int]) -> Tensor:
    """A displacement [k, ...] on a node grid of the domain, read on a finer (or the same) one of ``shape``."""
    factors = [(n - 1) // (m - 1) for n, m in zip(shape, displacement.shape[1:], strict=True)]
    return refine(displacement, factors, [0] * len(factors), shape)
