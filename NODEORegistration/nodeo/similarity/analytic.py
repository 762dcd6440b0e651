"""How a similarity that knows its own gradient takes part in automatic differentiation."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Analytic(Protocol):
    """A similarity with a gradient of its own."""

    def evaluate(self, warped: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """The loss, a scalar, and, if asked for, its gradient with respect to ``warped``."""


def differentiable(warped: Tensor, similarity: Analytic) -> Tensor:
    """The loss of ``similarity`` for ``warped``, differentiable once."""
    return _Loss.apply(warped, similarity)


class _Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, warped: Tensor, similarity: Analytic) -> Tensor:
        loss, ctx.gradient = similarity.evaluate(warped, ctx.needs_input_grad[0])
        return loss

    @staticmethod
    def backward(ctx, upstream: Tensor):
        return ctx.gradient * upstream, None
