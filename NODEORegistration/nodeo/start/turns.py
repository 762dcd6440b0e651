"""Rotations that leave no orientation out, the same whatever the order and sense of the axes."""

from __future__ import annotations

import itertools
import math
from functools import cache

import torch
from torch import Tensor

from .motion import rotation, turned


@cache
def turns(k: int, apart: float) -> Tensor:
    """Rotations [n, k, k] of ``k`` dimensions, about ``apart`` degrees from one to the next; the first is none."""
    steps = max(1, round(90.0 / apart))
    if k == 2:
        return turned(torch.arange(4 * steps, dtype=torch.float64)[:, None] * (math.pi / 2 / steps))
    # points on the faces of a cube of four dimensions: half the quaternions, since q and -q turn alike
    ticks = [math.tan(i * math.pi / 4 / steps) for i in range(-steps, steps + 1)]
    found = {}
    for axis in range(4):
        for rest in itertools.product(ticks, repeat=3):
            q = [*rest[:axis], 1.0, *rest[axis:]]
            sign = next(x for x in q if abs(x) > 1e-9)
            key = tuple(round(x / math.copysign(1.0, sign), 6) + 0.0 for x in q)
            found[key] = q
    quaternions = torch.tensor(sorted(found.values(), key=lambda q: -abs(q[0]) / math.hypot(*q)), dtype=torch.float64)
    return rotation(quaternions)
