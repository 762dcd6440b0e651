"""Trilinear reading on a CPU, as two bilinear ones in neighbouring planes.

PyTorch reads pictures eight points at a time, but volumes point by point. So a volume [c, D, H, W] is looked at as a
tall picture of D * H rows: a point's four neighbours in the plane before it are one reading there, those in the plane
after it another. Points are taken some at a time: what they need stays in the cache, and of the picture only the rows
that they lie in are looked at, which is what float32 needs to tell where between two of them a point lies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

_AT_ONCE = 65536  # points a thread
_FEWEST = 16384  # points, and
_SPARSE = 8  # points of the field for each; fewer may lie anywhere, and are read faster one by one
BILINEAR, BORDER, ALIGN_CORNERS = 0, 1, True  # as grid_sample's inner functions are told


def worthwhile(shape: Sequence[int], points: Tensor) -> bool:
    """Whether :func:`trilinear` reads a field of that ``shape`` faster than PyTorch, at points [k, ...]."""
    volume = points.device.type == "cpu" and len(shape) == 3 and min(shape) > 1
    return volume and points[0].numel() >= max(_FEWEST, math.prod(shape) // _SPARSE)


def trilinear(field: Tensor, points: Tensor) -> Tensor:
    """A field [c, D, H, W], two points and more along each axis, at sampling coordinates [3, n], n > 0: [c, n].

    Outside the field the nearest edge value holds. Differentiable once.
    """
    return _Trilinear.apply(field, points)


def spread_trilinear(values: Tensor, points: Tensor, shape: Sequence[int]) -> Tensor:
    """The transpose of :func:`trilinear`: values [c, n], added to the field [c, D, H, W] that they are read from."""
    shares = values.new_zeros(len(values), *shape)
    for some, at in _parts(points, shape):
        at.given_back(values[:, some], shares, shares)
    return shares


class _Trilinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, field: Tensor, points: Tensor) -> Tensor:
        field, points = field.contiguous(), points.contiguous()
        values = field.new_empty(len(field), points.shape[1])
        rises = torch.empty_like(values) if ctx.needs_input_grad[1] else None
        for some, at in _parts(points, field.shape[1:]):
            before, rise = at.read(field)
            torch.addcmul(before, rise, at.beyond, out=values[:, some])
            if rises is not None:
                rises[:, some] = rise
        ctx.save_for_backward(field, points, rises)
        return values

    @staticmethod
    def backward(ctx, upstream: Tensor):
        field, points, rises = ctx.saved_tensors
        upstream = upstream.contiguous()
        shares = torch.zeros_like(field) if ctx.needs_input_grad[0] else None
        slopes = torch.empty_like(points) if ctx.needs_input_grad[1] else None
        for some, at in _parts(points, field.shape[1:]):
            along_x, along_y = at.given_back(upstream[:, some], field, shares)
            if slopes is not None:
                here = slopes[:, some]
                here[0] = along_x
                torch.mul(along_y, at.rows, out=here[1])
                torch.sum(upstream[:, some] * rises[:, some], 0, out=here[2]).mul_(at.planes)
                here[1:].masked_fill_(points[1:, some].abs() >= 1.0, 0.0)  # outside, nothing changes
        return shares, slopes


@dataclass(frozen=True)
class _Places:
    """Where some points lie, in the tall picture of the planes before them and in that of the planes after them.

    Attributes:
        grid: sampling coordinates [threads, 1, n, 2], the same in both pictures.
        beyond: [n], in planes, how far the points lie beyond the plane before them.
        first: row of the field at which the picture of the planes before them begins.
        length: rows of a picture; one more than a power of two, so that float32 tells rows exactly.
        used: those of them that the points lie in.
        height: rows of a plane.
        rows, planes: change of a place in the picture, and of ``beyond``, with the coordinates along y and z.
    """

    grid: Tensor
    beyond: Tensor
    first: int
    length: int
    used: slice
    height: int
    rows: float
    planes: float

    def read(self, field: Tensor) -> tuple[Tensor, Tensor]:
        """What the field [c, D, H, W] is in the planes before the points, and how much more in those after: [c, n]."""
        before, after = (
            torch.grid_sampler_2d(self._picture(field, side), self.grid, BILINEAR, BORDER, ALIGN_CORNERS)
            for side in (0, 1)
        )
        before, rise = (values.movedim(0, 1).flatten(1) for values in (before, after.sub_(before)))
        return before, rise

    def given_back(self, upstream: Tensor, field: Tensor, shares: Tensor | None) -> tuple[Tensor, Tensor]:
        """The transpose of reading, [c, n] -> ``shares`` [c, D, H, W], to which it is added.

        Returns:
            the gradient [n] by the coordinates along x and along the rows of the picture.
        """
        after = upstream * self.beyond
        slopes = []
        for side, weighted in enumerate((upstream - after, after)):
            dealt = weighted.unflatten(1, (len(self.grid), 1, -1)).movedim(1, 0)
            share, slope = torch.ops.aten.grid_sampler_2d_backward(
                dealt,
                self._picture(field, side),
                self.grid,
                BILINEAR,
                BORDER,
                ALIGN_CORNERS,
                [shares is not None, True],
            )
            slopes.append(slope)
            if shares is not None:
                rows = _tall(shares)[:, self.first + side * self.height :][:, self.used]
                for of_thread in share[:, :, self.used]:
                    rows += of_thread
        along_x, along_row = torch.add(*slopes).view(-1, 2).unbind(1)
        return along_x, along_row

    def _picture(self, field: Tensor, side: int) -> Tensor:
        """The rows of the planes before (0) or after (1) the points, once for each thread: [threads, c, length, W]."""
        rows = _tall(field)[:, self.first + side * self.height :][:, : self.length]
        if rows.shape[1] < self.length:
            rows = F.pad(rows, [0, 0, 0, self.length - rows.shape[1]])
        return rows.expand(len(self.grid), -1, -1, -1)


def _tall(field: Tensor) -> Tensor:
    """A field [c, D, H, W] as a picture [c, D * H, W]."""
    return field.view(len(field), -1, field.shape[-1])


def _parts(points: Tensor, shape: Sequence[int]) -> Iterator[tuple[slice, _Places]]:
    """Points [3, n], some at a time: which they are, and where they lie in a field [c, D, H, W] of that ``shape``."""
    n, threads = points.shape[1], torch.get_num_threads()
    whole = n - n % threads
    for first in range(0, whole, _AT_ONCE * threads):
        some = slice(first, min(first + _AT_ONCE * threads, whole))
        yield some, _places(points[:, some], shape, threads)
    if whole < n:
        yield slice(whole, n), _places(points[:, whole:], shape, 1)


def _places(points: Tensor, shape: Sequence[int], threads: int) -> _Places:
    """Where points [3, n], dealt out to so many threads, lie in a field [c, D, H, W] of that ``shape``."""
    depth, height, _ = shape
    x, y, z = points
    beyond = z.add(1.0).mul_(0.5 * (depth - 1)).clamp_(0.0, depth - 1.0)
    plane = beyond.floor().clamp_(max=depth - 2.0).nan_to_num_(0.0)
    beyond -= plane
    lowest, highest = (int(extreme) for extreme in plane.aminmax())
    needed, there = (highest - lowest + 1) * height, (depth - 1) * height
    length = 1 + 2 ** max(1, (needed - 2).bit_length())
    first = max(0, min(lowest * height, there - length))
    used = slice(lowest * height - first, lowest * height - first + needed)
    grid = torch.stack([x, y])
    row = grid[1].add_(1.0).mul_(0.5 * (height - 1)).clamp_(0.0, height - 1.0)
    row.add_(plane, alpha=height).sub_(first).mul_(2.0 / (length - 1)).sub_(1.0)
    in_pictures = grid.view(2, threads, 1, -1).permute(1, 2, 3, 0)
    return _Places(in_pictures, beyond, first, length, used, height, (height - 1) / (length - 1), 0.5 * (depth - 1))
