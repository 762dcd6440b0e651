"""Down the gradient: how the first steps are taken."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from nodeo.engine.descent import descend
from nodeo.models.adam import Adam
from nodeo.models.base import Descent, Loss


class _Bowl:
    """The squared distance of one number from 3; where it was asked is kept."""

    level = SimpleNamespace(iterations=12)

    def __init__(self) -> None:
        self.places: list[float] = []

    def loss(self, segment: _Number, iteration: int) -> Loss:
        self.places.append(segment.value.item())
        distance = (segment.value - 3.0).square().sum()
        return Loss(distance, distance, {}, {})


class _Number:
    def __init__(self, warm_up: int) -> None:
        self.value = torch.nn.Parameter(torch.zeros(1))
        self.warm_up = warm_up

    def parameters(self):
        return [self.value]

    def descent(self, iterations: int) -> Descent:
        return Descent(Adam(self.parameters(), 0.1, (0.9, 0.99)), last_rate=1.0, warm_up=self.warm_up)


def test_the_steps_grow_until_it_is_warm() -> None:
    def steps(warm_up: int) -> list[float]:
        bowl = _Bowl()
        descend(bowl, _Number(warm_up), 0.0, lambda *told: None)
        return [b - a for a, b in zip(bowl.places, bowl.places[1:], strict=False)]

    at_once, slowly = steps(0), steps(4)
    assert at_once[:3] == pytest.approx([0.1, 0.1, 0.1], rel=0.02)  # Adam's steps are as long as its rate
    assert slowly[:6] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1, 0.1], rel=0.02)
