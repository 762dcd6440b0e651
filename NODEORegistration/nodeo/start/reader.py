"""The moving image read at the fixed image's points under many linear transforms at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .view import View


@dataclass(frozen=True)
class Reading:
    """What [b] transforms read at [n] points, and what the reading does when a point moves.

    Attributes:
        value: [b, n].
        inside: [b, n], 1 where the moving image is, falling to 0 within a point outside it, and its mask.
        by_index: derivatives of both along each axis of the moving image (x first), k times [b, n]; empty if not asked.
    """

    value: Tensor
    inside: Tensor
    by_index: list[tuple[Tensor, Tensor]]


class Reader:
    """A moving image, read linearly between its points.

    Args:
        points: [k, n], of the fixed image, about its middle.
        moving: what is read; what lies beyond it is its edge, and does not count.
        scale: of the values.
    """

    def __init__(self, points: Tensor, moving: View, scale: float) -> None:
        device, k = moving.values.device, len(points)
        self.points = points.float().to(device)
        self.to_index = torch.linalg.inv(moving.matrix)
        self.origin = moving.origin
        inside = torch.ones_like(moving.values) if moving.weight is None else moving.weight
        around = [1, 1] * k
        values = F.pad(moving.values[None, None], around, mode="replicate")[0, 0].clamp(0.0, 1.0) * scale
        self.size = list(reversed(values.shape))
        self.strides = [1, *torch.tensor(self.size[:-1]).cumprod(0).tolist()]
        self.volumes = values.flatten(), F.pad(inside, around).flatten()

    def __call__(self, matrix: Tensor, offset: Tensor, derivatives: bool) -> Reading:
        """Read at ``matrix`` [b, k, k] times the points plus ``offset`` [b, k], both float64 and on the CPU."""
        into = (self.to_index @ matrix).to(self.points)
        start = ((offset - self.origin) @ self.to_index.T).to(self.points) + 1.0  # there is one point of edge
        position = torch.baddbmm(start[:, :, None], into, self.points.expand(len(matrix), -1, -1))
        corner = torch.zeros_like(position[:, 0], dtype=torch.int32)
        fractions, free = [], []
        for axis, (n, stride) in enumerate(zip(self.size, self.strides, strict=True)):
            x = position[:, axis].clamp(0.0, n - 1.0)
            low = x.floor().clamp_(max=n - 2.0)
            corner += low.int() * stride
            fractions.append(x - low)
            if derivatives:
                free.append(x == position[:, axis])
        (value, slopes), (inside, ends) = (self._between(v, corner, fractions, derivatives) for v in self.volumes)
        return Reading(value, inside, [(s * at, e * at) for s, e, at in zip(slopes, ends, free, strict=True)])

    def _between(
        self, volume: Tensor, corner: Tensor, fractions: list[Tensor], derivatives: bool
    ) -> tuple[Tensor, list[Tensor]]:
        """A flattened volume read linearly between points, and its derivatives along each axis."""
        values = [volume]
        for stride in reversed(self.strides):
            values = [part for v in values for part in (v, v[stride:])]
        values = [v.index_select(0, corner.flatten()).view(corner.shape) for v in values]
        slopes: list[list[Tensor]] = []
        for t in fractions:  # x is the axis that alternates
            steps = [high - low for low, high in zip(values[::2], values[1::2], strict=True)]
            if derivatives:
                slopes = [[_lerp(*pair, t) for pair in zip(s[::2], s[1::2], strict=True)] for s in slopes]
                slopes.append(steps)
            values = [torch.addcmul(low, step, t) for low, step in zip(values[::2], steps, strict=True)]
        return values[0], [s[0] for s in slopes]


def _lerp(low: Tensor, high: Tensor, t: Tensor) -> Tensor:
    return torch.addcmul(low, high - low, t)
