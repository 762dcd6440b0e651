"""Tables as Markdown writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

NOTHING = "–"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, a line a row."""
    return "\n".join([_line(titles), "|" + "---|" * len(titles), *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    return "".join(f"| {cell.replace('|', chr(92) + '|')} " for cell in cells) + "|"


def written(value: Any) -> str:
    """A value as a person types it: ``true``, ``4, 2, 1``, ``0.00005``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return ", ".join(map(written, value)) or NOTHING
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)
