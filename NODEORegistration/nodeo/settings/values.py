"""From what is typed or read to an option's own type."""

from __future__ import annotations

import math
from typing import Any

from ..errors import InputError

_LONGEST = 60  # characters of a value that a message repeats


def shown(value: Any) -> str:
    """``value`` for a message, on one line however large it is."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**20:
        return f"a number of about {math.ceil(value.bit_length() * math.log10(2))} digits"
    if isinstance(value, (int, float)):
        return str(value) if isinstance(value, int) else f"{value:g}"
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # lists in lists in lists, or numbers without end
        text = f"something of the type {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def length(text: str) -> tuple[float, str]:
    for unit in ("mm", "vox"):
        if text.endswith(unit):
            try:
                return _as_float(text[: -len(unit)]), unit
            except ValueError:
                break
    raise InputError(
        f"kernel_window is {shown(text)}.", "It needs a number and a unit, such as 6mm or 3vox.", "settings"
    )


def coerced(name: str, value: Any, default: Any) -> Any:
    """``value`` in the type of ``default``; text is parsed."""
    try:
        if isinstance(default, bool):
            return _as_bool(value)
        if isinstance(default, tuple):
            parts = value.replace(",", " ").split() if isinstance(value, str) else value
            parts = list(parts) if isinstance(parts, (list, tuple)) else [parts]
            number = _as_float if default and isinstance(default[0], float) else _as_int
            return tuple(number(part) for part in parts)
        if isinstance(default, int):
            return _as_int(value)
        if isinstance(default, float):
            return _as_float(value)
        if not isinstance(value, str):
            raise ValueError
        return value
    except (TypeError, ValueError, OverflowError):
        kind = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
        wanted = "a list of numbers, such as 4,2,1" if isinstance(default, tuple) else kind[type(default)]
        raise InputError(f"{name} is {shown(value)}.", f"It needs {wanted}.", "settings") from None


def _as_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError
    return words[str(value).lower()]


def _as_float(value: Any) -> float:
    number = float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError
    return number


def _as_int(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError
    number = int(value) if isinstance(value, str) else value
    if int(number) != number:
        raise ValueError
    return int(number)
