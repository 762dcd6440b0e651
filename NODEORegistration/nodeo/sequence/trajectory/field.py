"""A velocity over the time of a series: v(x, t) = window · (v'(x, t) + fade · K[Σ_r ġ_r(t) B_r](x)).

v' is the field of the level before, on coarser nodes, which stays as it is: a level adds to it, from nothing, so that a
refinement changes no flow.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...field.smoothing import SeparableKernel
from ...geometry.sampling import on_nodes
from .basis import TimeSplines


class SeriesField(nn.Module):
    """The velocity field of a series on the nodes of one level.

    Each spline's head B_r is a parameter of its own: an iteration that asks for few times has a gradient for few.

    Args:
        splines: ġ_r.
        kernel: the smoothing K.
        fade: [D, H, W], 0 on the faces of the grid, so that the flow keeps to its box.
        coarser: the field of the level before, over the same box; its parameters are left alone.

    Attributes:
        window: [D, H, W], 1 unless the whole field was turned down.
    """

    window: Tensor
    fade: Tensor

    def __init__(
        self, splines: TimeSplines, kernel: SeparableKernel, fade: Tensor, coarser: SeriesField | None = None
    ) -> None:
        super().__init__()
        self.splines = splines
        self.kernel = kernel
        self.register_buffer("fade", fade)
        self.register_buffer("window", torch.ones_like(fade))
        shape = (fade.dim(), *fade.shape)
        self.heads = nn.ParameterList(torch.zeros(shape, device=fade.device) for _ in range(splines.count))
        self.coarser = coarser

    def forward(self, t: Tensor) -> Tensor:
        """Velocity [k, D, H, W] at a time, local mm per unit of it."""
        return self.mixed(self.splines.weights(float(t.detach())))

    def change(self, t: float, over: float) -> Tensor:
        """How the velocity changes about ``t``, [k, D, H, W] per unit of time: a difference ``over`` that long."""
        weights = {r: value / over for r, value in self.splines.weights(t + 0.5 * over).items()}
        for r, value in self.splines.weights(t - 0.5 * over).items():
            weights[r] = weights.get(r, 0.0) - value / over
        return self.mixed(weights)

    def mixed(self, weights: dict[int, float]) -> Tensor:
        """The field with so much of each spline."""
        (first, share), *others = weights.items()
        total = self.heads[first] * share
        for number, share in others:
            total = total.add(self.heads[number], alpha=share)
        velocity = self.kernel(total) * self.fade
        if self.coarser is not None:
            velocity = velocity + on_nodes(self.coarser.mixed(weights), velocity.shape[1:])
        return velocity * self.window


class Passage(nn.Module):
    """A stretch of the series' time as one unit of a flow's: its velocity at s in [0, 1].

    Args:
        begin, end: times; the second may lie before the first.
    """

    def __init__(self, field: nn.Module, begin: float, end: float) -> None:
        super().__init__()
        self.field = field
        self.begin = begin
        self.length = end - begin

    def forward(self, s: Tensor) -> Tensor:
        """Velocity [k, D, H, W], local mm per passage."""
        return self.length * self.field(self.begin + self.length * s)
