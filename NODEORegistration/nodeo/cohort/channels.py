"""More images of a pair in a table: ``fixed_2`` and ``moving_2``, and how they count; the pair itself is image 1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InputError
from ..files.table import Mistakes, Row
from ..settings.channels import check_channel, weight_of

_FILES = ("fixed", "moving", "fixed_mask", "moving_mask")
_PARTS = (*_FILES, "similarity", "weight", "name")
COLUMNS = tuple(f"{part}_2" for part in _PARTS)  # and so on with 3, 4 …
_COLUMN = re.compile(rf"({'|'.join(_PARTS)})_([2-9]|[1-9][0-9]+)")


@dataclass(frozen=True)
class Channel:
    """One more pair of images; its files are among the pair's, by role and number, such as ``moving_2``.

    Attributes:
        number: from 2.
        similarity: "": that of the settings.
        weight: in the loss; that of the pair itself is 1.
        name: in the history and the metrics.
    """

    number: int
    similarity: str
    weight: float
    name: str

    def words(self, files: Mapping[str, str]) -> list[str]:
        """As ``nodeo register --channel`` takes it.

        Args:
            files: the pair's, by role.
        """
        fixed, moving, *masks = (f"{role}_{self.number}" for role in _FILES)
        words = [files[fixed], files[moving], f"weight={self.weight!r}", f"name={self.name}"]
        words += [f"similarity={self.similarity}"] if self.similarity else []
        return words + [f"{role.rpartition('_')[0]}={files[role]}" for role in masks if role in files]


def is_column(name: str) -> bool:
    """Whether a column of a table tells of a further image."""
    return _COLUMN.fullmatch(name) is not None


def file_roles(row: Row) -> list[str]:
    """The columns of a line that name files of further images."""
    return [name for name in row.values if (found := _COLUMN.fullmatch(name)) and found[1] in _FILES]


def in_words(role: str) -> str:
    """What a file is called in messages: ``moving image 2`` is ``moving_2``."""
    found = _COLUMN.fullmatch(role)
    part, number = (found[1], found[2]) if found else (role, "")
    if part in ("fixed", "moving"):
        return f"{part} image {number}".strip()
    return part.replace("_", " ") + (f" of image {number}" if number else "")


def channels_of(row: Row, mistakes: Mistakes) -> tuple[Channel, ...]:
    """The further images that a line names, in the order of their numbers; tells of what is wrong with them."""
    numbers = sorted({int(found[2]) for name in row.values if (found := _COLUMN.fullmatch(name))})
    channels: list[Channel] = []
    for number in numbers:
        missing = [f"{role}_{number}" for role in ("fixed", "moving") if f"{role}_{number}" not in row.values]
        if missing:
            given = next(f"{part}_{number}" for part in _PARTS if f"{part}_{number}" in row.values)
            mistakes.add(row.where, f"It names {given} and no {' and no '.join(missing)}.")
        try:
            channels.append(_channel(row, number, [channel.name for channel in channels]))
        except InputError as error:
            mistakes.add(row.where, f"{error.message} {error.hint}")
    return tuple(channels)


def _channel(row: Row, number: int, others: list[str]) -> Channel:
    similarity, typed, name = (row.values.get(f"{part}_{number}", "") for part in ("similarity", "weight", "name"))
    name = name or f"image{number}"
    weight = weight_of(typed or "1", name)
    check_channel(name, similarity, weight, others)
    return Channel(number, similarity, weight, name)
