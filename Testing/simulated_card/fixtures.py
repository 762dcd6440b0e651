"""`pytest_plugins = ["simulated_card.fixtures"]` gives tests the fixture `plug_in`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from .card import Card, plugged_in


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., contextlib.AbstractContextManager[Card]]:
    """The engine on a simulated card, for as long as a block lasts: ``with plug_in(capacity=…) as card``."""

    @contextlib.contextmanager
    def on_a_card(capacity: int | None = None) -> Iterator[Card]:
        from nodeo.engine import descent, devices, optimisation

        with plugged_in(capacity) as card, monkeypatch.context() as patch:
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
