"""Settings that nobody may ask for, to see what becomes of a run that goes wrong."""

from __future__ import annotations

import copy
from typing import Any

from nodeo.settings import Settings


def unchecked(settings: Settings, **values: Any) -> Settings:
    """A copy with some values changed behind the door's back."""
    changed = copy.copy(settings)
    for name, value in values.items():
        object.__setattr__(changed, name, value)
    return changed
