"""How much a velocity or a displacement is, and how much it varies: penalties, each with a gradient of its own.

A field is [k, D, H, W] in local mm, its ``spacing`` in mm, x first.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def energy(velocities: Sequence[Tensor]) -> Tensor:
    """∫ |v|² dt, mean over points, mm²: the solver's own time points serve as quadrature."""
    return torch.stack([v.square().sum(0).mean() for v in velocities]).mean()


def gradient_energy(field: Tensor, spacing: Sequence[float]) -> Tensor:
    """Mean over points of |∇field|², from forward differences; no unit when the field is in mm."""
    return gradient_energies([field], spacing)[0]


def gradient_energies(fields: Sequence[Tensor], spacing: Sequence[float]) -> list[Tensor]:
    """The :func:`gradient_energy` of each; on a GPU of all in one, where many operations cost more than a copy."""
    if len(fields) > 1 and fields[0].device.type == "cpu":
        return [gradient_energy(field, spacing) for field in fields]
    return list(_GradientEnergies.apply(spacing, *fields))


class _GradientEnergies(torch.autograd.Function):
    """Half of what a field makes with the gradient of its energy: a quadratic form needs neither a graph nor a sum."""

    @staticmethod
    def forward(ctx, spacing: Sequence[float], *fields: Tensor) -> tuple[Tensor, ...]:
        whole = torch.cat(fields) if len(fields) > 1 else fields[0]
        gradient = torch.zeros_like(whole)
        for axis, h in zip(range(whole.dim() - 1, 0, -1), spacing, strict=True):
            edges = whole.diff(dim=axis)
            weight = 2.0 / (edges[0].numel() * h**2)
            n = edges.shape[axis]
            gradient.narrow(axis, 1, n).add_(edges, alpha=weight)
            gradient.narrow(axis, 0, n).sub_(edges, alpha=weight)
        gradients = gradient.split([len(field) for field in fields])
        ctx.save_for_backward(*gradients)
        products = [torch.dot(*(each.reshape(-1) for each in both)) for both in zip(fields, gradients, strict=True)]
        return torch.stack(products).mul_(0.5).unbind()

    @staticmethod
    def backward(ctx, *upstream: Tensor):
        return None, *(gradient * up for gradient, up in zip(ctx.saved_tensors, upstream, strict=True))


def gradient_variation(field: Tensor, spacing: Sequence[float], scale: float) -> Tensor:
    """Mean over points of 2 s² (√(1 + |∇field|²/s²) - 1), s the ``scale``: |∇field|² where small, linear beyond.

    The penalty of Charbonnier et al. (1997, "Deterministic edge-preserving regularization in computed imaging"), a
    smooth total variation: one steep place costs less than the same rise spread out, so that what slides may slide.
    """
    return _GradientVariation.apply(field, spacing, scale)


class _GradientVariation(torch.autograd.Function):
    """The sum and its gradient in one go; a point's gradient is the mean of the edges on both its sides."""

    @staticmethod
    def forward(ctx, field: Tensor, spacing: Sequence[float], scale: float) -> Tensor:
        squares = torch.zeros_like(field[0])
        for axis, h in zip(range(field.dim() - 1, 0, -1), spacing, strict=True):
            _share_out(field.diff(dim=axis).div_(h).square_().sum(0), squares, axis - 1)
        root = squares.div_(scale**2).add_(1.0).sqrt_()
        total = root.mean().sub(1.0).mul(2.0 * scale**2)
        if ctx.needs_input_grad[0]:
            weight = root.reciprocal_().div_(root.numel())
            gradient = torch.zeros_like(field)
            for axis, h in zip(range(field.dim() - 1, 0, -1), spacing, strict=True):
                edges = field.diff(dim=axis).mul_(_collected(weight, axis - 1)).mul_(2.0 / h**2)
                n = edges.shape[axis]
                gradient.narrow(axis, 1, n).add_(edges)
                gradient.narrow(axis, 0, n).sub_(edges)
            ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx, upstream: Tensor):
        (gradient,) = ctx.saved_tensors
        return gradient * upstream, None, None


def _share_out(edges: Tensor, points: Tensor, axis: int) -> None:
    """Add to each of ``points`` the mean of its two ``edges`` along an axis; at an end there is one."""
    n = edges.shape[axis]
    for first in (0, 1):
        points.narrow(axis, first, n).add_(edges, alpha=0.5)
        points.narrow(axis, first * n, 1).add_(edges.narrow(axis, first * (n - 1), 1), alpha=0.5)


def _collected(points: Tensor, axis: int) -> Tensor:
    """The transpose of :func:`_share_out`: what each edge along an axis gives to the ``points`` at its ends."""
    n = points.shape[axis] - 1
    edges = (points.narrow(axis, 0, n) + points.narrow(axis, 1, n)).mul_(0.5)
    for first in (0, 1):
        edges.narrow(axis, first * (n - 1), 1).add_(points.narrow(axis, first * n, 1), alpha=0.5)
    return edges
