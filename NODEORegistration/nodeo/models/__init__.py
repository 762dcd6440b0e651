"""What can be optimised: each model behind the one protocol of :mod:`.base`, so that the engine knows none by name."""

from __future__ import annotations

from collections.abc import Callable

from ..settings import Settings
from .base import Model
from .flow import FlowModel
from .paper import paper_model

MODELS: dict[str, Callable[[Settings], Model]] = {"flow": FlowModel, "paper": paper_model}


def build(settings: Settings) -> Model:
    """The model that ``settings`` name."""
    return MODELS[settings.model](settings)
