"""The penalty on what is squeezed: how far det J falls below a threshold, under difference schemes that take turns."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .regularity import at_corner, determinant, differences, of_cells


def jacobian_hinge(
    displacement: Tensor, spacing: Sequence[float], corners: Sequence[Sequence[int]], threshold: float = 0.5
) -> Tensor:
    """Mean over cells and ``corners`` of relu(threshold - det J)², one difference scheme a corner.

    Cells above the threshold have no gradient, and they are nearly all. A CPU computes it for the others only; a GPU,
    which would have to be waited for to know which those are, for all.
    """
    if displacement.device.type == "cpu":
        return _of_few(displacement, spacing, corners, threshold)
    return _OfAll.apply(displacement, spacing, corners, threshold)


def _of_few(
    displacement: Tensor, spacing: Sequence[float], corners: Sequence[Sequence[int]], threshold: float
) -> Tensor:
    total = displacement.new_zeros(())
    with torch.no_grad():
        edges = differences(displacement, spacing)
    for corner in corners:
        low = determinant(at_corner(edges, corner)) < threshold
        cells = low.nonzero(as_tuple=True)
        if cells[0].numel():
            columns = _cell_columns(displacement, spacing, corner, cells)
            hinge = (threshold - determinant(columns)).clamp(min=0.0).square().sum()
            total = total + hinge / (low.numel() * len(corners))
    return total


def _cell_columns(
    displacement: Tensor, spacing: Sequence[float], corner: Sequence[int], cells: Sequence[Tensor]
) -> list[Tensor]:
    """The columns of the Jacobian at one corner of the cells whose indices (z, y, x) are given; each [k, cells]."""
    columns = []
    for axis, h in enumerate(spacing):
        ends = []
        for side in (0, 1):
            node = [
                index + (side if other == axis else corner[other])
                for other, index in zip(reversed(range(len(cells))), cells, strict=True)
            ]
            everywhere: tuple[slice | Tensor, ...] = (slice(None), *node)
            ends.append(displacement[everywhere])
        column = (ends[1] - ends[0]) / h
        column[axis] += 1.0
        columns.append(column)
    return columns


class _OfAll(torch.autograd.Function):
    """Value and gradient in one pass, in few operations and without a question to the device.

    The derivative of a determinant by one column is the cross product of the others: a cofactor.
    """

    @staticmethod
    def forward(ctx, displacement: Tensor, spacing: Sequence[float], corners, threshold: float) -> Tensor:
        edges = differences(displacement, spacing)
        at_corners = zip(*(at_corner(edges, corner) for corner in corners), strict=True)
        columns = [torch.stack(of_all, dim=1) for of_all in at_corners]  # each [k, corners, D-1, H-1, W-1]
        cofactors = _cofactors(columns)
        below = (threshold - (columns[0] * cofactors[0]).sum(0)).clamp_(min=0.0)
        gradient = torch.zeros_like(displacement)
        for axis, (cofactor, h) in enumerate(zip(cofactors, spacing, strict=True)):
            slope = cofactor.mul_(below)
            for number, corner in enumerate(corners):
                for side, sign in ((0, 1.0), (1, -1.0)):
                    end = [side if other == axis else c for other, c in enumerate(corner)]
                    of_cells(gradient, end).add_(slope[:, number], alpha=2.0 * sign / (h * below.numel()))
        ctx.save_for_backward(gradient)
        return torch.dot(below.flatten(), below.flatten()) / below.numel()

    @staticmethod
    def backward(ctx, upstream: Tensor):
        (gradient,) = ctx.saved_tensors
        return gradient * upstream, None, None, None


def _cofactors(columns: Sequence[Tensor]) -> list[Tensor]:
    """The derivatives of the determinant by each column [k, ...]."""
    if len(columns) == 2:
        (a, c), (b, d) = columns
        return [torch.stack([d, -b]), torch.stack([-c, a])]
    a, b, c = columns
    return [torch.linalg.cross(b, c, dim=0), torch.linalg.cross(c, a, dim=0), torch.linalg.cross(a, b, dim=0)]
