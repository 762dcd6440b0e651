"""The penalty on what is squeezed: how far det J falls below a threshold, under difference schemes that take turns."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .regularity import at_corner, cofactors, determinant, differences, of_cells


def jacobian_hinge(
    displacement: Tensor, spacing: Sequence[float], corners: Sequence[Sequence[int]], threshold: float = 0.5
) -> Tensor:
    """Mean over cells and ``corners`` of relu(threshold - det J)², one difference scheme a corner.

    Cells above the threshold have no gradient, and they are nearly all. A CPU computes it for the others only; a GPU,
    which would have to be waited for to know which those are, for all.
    """
    of = _OfFew if displacement.device.type == "cpu" else _OfAll
    return of.apply(displacement, spacing, corners, threshold)


class _OfFew(torch.autograd.Function):
    """Value and gradient in one pass, of the cells below the threshold."""

    @staticmethod
    def forward(ctx, displacement: Tensor, spacing: Sequence[float], corners, threshold: float) -> Tensor:
        edges = differences(displacement, spacing)
        gradient = torch.zeros_like(displacement) if ctx.needs_input_grad[0] else None
        total = displacement.new_zeros(())
        for corner in corners:
            at_all = at_corner(edges, corner)
            low = determinant(at_all) < threshold
            cells = low.nonzero(as_tuple=True)
            if not cells[0].numel():
                continue
            everywhere: tuple[slice | Tensor, ...] = (slice(None), *cells)
            columns = [column[everywhere] for column in at_all]
            adjugate = cofactors(columns)
            below = (threshold - (columns[0] * adjugate[0]).sum(0)).clamp_(min=0.0)
            count = low.numel() * len(corners)
            total = total + below.square().sum() / count
            if gradient is not None:
                slopes = [
                    cofactor * below * (-2.0 / (h * count)) for cofactor, h in zip(adjugate, spacing, strict=True)
                ]
                _add_at_ends(slopes, cells, corner, gradient)
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx, upstream: Tensor):
        (gradient,) = ctx.saved_tensors
        return gradient * upstream, None, None, None


def _add_at_ends(slopes: Sequence[Tensor], cells: Sequence[Tensor], corner: Sequence[int], gradient: Tensor) -> None:
    """Add to the ``gradient`` [k, D, H, W] by the points what the gradient by the edges of some cells makes of it.

    Args:
        slopes: the gradient by the edges along each axis that meet at one ``corner``, [k, cells].
        cells: their indices (z, y, x).
    """
    strides = gradient[0].stride()[::-1]  # x first
    first = torch.zeros_like(cells[0])
    for index, stride in zip(cells, reversed(strides), strict=True):
        first += index * stride
    flat = gradient.view(len(gradient), -1)
    for axis, slope in enumerate(slopes):
        for side, sign in ((0, -1.0), (1, 1.0)):
            ahead = sum(stride * (side if other == axis else corner[other]) for other, stride in enumerate(strides))
            flat.index_add_(1, first + ahead, slope, alpha=sign)


class _OfAll(torch.autograd.Function):
    """Value and gradient in one pass, in few operations and without a question to the device.

    The derivative of a determinant by one column is the cross product of the others: a cofactor.
    """

    @staticmethod
    def forward(ctx, displacement: Tensor, spacing: Sequence[float], corners, threshold: float) -> Tensor:
        edges = differences(displacement, spacing)
        at_corners = zip(*(at_corner(edges, corner) for corner in corners), strict=True)
        columns = [torch.stack(of_all, dim=1) for of_all in at_corners]  # each [k, corners, D-1, H-1, W-1]
        adjugate = cofactors(columns)
        below = (threshold - (columns[0] * adjugate[0]).sum(0)).clamp_(min=0.0)
        gradient = torch.zeros_like(displacement)
        for axis, (cofactor, h) in enumerate(zip(adjugate, spacing, strict=True)):
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
