"""The tables of the settings and of the presets."""

from __future__ import annotations

from dataclasses import fields

from nodeo.settings import PRESETS, Settings

from .table import NOTHING, table, written

_SIGNS = {"|grad ": "|∇", "^2": "²", "see method.md": "see [method.md](method.md#published-arithmetic)"}


def settings() -> str:
    """Every setting: name, default, meaning."""
    rows = [
        (f"`{option.name}`", written(option.default), _meaning(option.metadata["help"])) for option in fields(Settings)
    ]
    return table(("name", "default", "meaning"), rows)


def presets() -> str:
    """What each preset chooses, of the settings that any of them changes."""
    changed = [option for option in fields(Settings) if any(option.name in values for values in PRESETS.values())]
    rows = [
        (f"`{option.name}`", *(_choice(values, option.name, option.default) for values in PRESETS.values()))
        for option in changed
    ]
    return table(("setting", *(f"`{name}`" for name in PRESETS)), rows)


def _choice(values: dict, name: str, default: object) -> str:
    """What a preset says of a setting; the preset that changes nothing says them all."""
    if not values:
        return written(default)
    return written(values[name]) if name in values else NOTHING


def _meaning(text: str) -> str:
    for plain, sign in _SIGNS.items():
        text = text.replace(plain, sign)
    return text
