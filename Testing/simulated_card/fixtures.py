"""`pytest_plugins = ["simulated_card.fixtures"]` gives tests the fixtures `plug_in` and `simulate`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import torch

from .card import Card, Cost, plugged_in


class RealCard:
    """A GPU in the place of a :class:`Card`; counts nothing."""

    counts = False

    def __init__(self) -> None:
        self.stage = ""
        self.costs: dict[str, Cost] = {}
        self.device = torch.device("cuda", 0)


PlugIn = Callable[..., contextlib.AbstractContextManager[Card | RealCard]]


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> PlugIn:
    """The engine on a card, for as long as a block lasts: on the GPU if there is one, else on a simulated card."""

    @contextlib.contextmanager
    def on_a_card(capacity: int | None = None) -> Iterator[Card | RealCard]:
        from nodeo.engine import descent, devices, optimisation

        one = contextlib.nullcontext(RealCard()) if torch.cuda.is_available() else plugged_in(capacity)
        with one as card, monkeypatch.context() as patch:
            patch.setattr(devices, "choose", lambda name: card.device)
            patch.setattr(devices, "describe", str)

            def descend(*arguments):
                before, card.stage = card.stage, f"iterations {len(card.costs)}"
                try:
                    return descent.descend(*arguments)
                finally:
                    card.stage = before

            patch.setattr(optimisation, "descend", descend)
            yield card

    return on_a_card


@pytest.fixture
def simulate(plug_in: PlugIn) -> PlugIn:
    """The engine on a simulated card, which counts and has a capacity: ``with simulate(capacity=…) as card``."""
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here, which does not count")
    return plug_in
