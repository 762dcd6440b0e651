"""A table as spreadsheets write them: a line a pair, in commas, semicolons or tabs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError

_SEPARATORS = "\t;,"


@dataclass(frozen=True)
class Row:
    """A line of a table.

    Attributes:
        where: for messages, such as "line 3".
        folder: at which the paths in it start.
        values: column to text, without those that are empty.
    """

    where: str
    folder: Path
    values: dict[str, str]


class Mistakes:
    """What is wrong with a table, gathered until all of it has been looked at."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._told: list[str] = []

    def add(self, where: str, sentence: str) -> None:
        """Something is wrong; each sentence is told once."""
        text = f"{where}: {sentence}"
        if text not in self._told:
            self._told.append(text)

    def check(self) -> None:
        """Refuse the table.

        Raises:
            InputError: anything was wrong; the message tells all of it.
        """
        if self._told:
            count = f"{len(self._told)} mistake{'s' if len(self._told) > 1 else ''}"
            told = " ".join(f"({number}) {text}" for number, text in enumerate(self._told, start=1))
            raise InputError(f"{self._table} has {count}, and nothing was run. {told}", "Mend them, and call again.")


def read_rows(path: Path, mistakes: Mistakes) -> tuple[list[str], list[Row]]:
    """The columns of a table and its lines, empty ones left out.

    UTF-8, with or without a byte order mark; any line ends. What stands between the columns is seen in the first line.

    Raises:
        InputError: it cannot be read, or is no table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"The table {path} cannot be read: {error.strerror}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The table {path} is not in UTF-8.", "Save it as CSV in UTF-8.") from error
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count) if any(map(first.count, _SEPARATORS)) else ","
    try:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
        found = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise InputError(f"The table {path} is no table: {error}.", "Check its quotation marks.") from error
    if not found:
        raise InputError(f"The table {path} is empty.", "Its first line names the columns, such as moving,fixed.")
    columns = found[0][1]
    while columns and not columns[-1]:  # spreadsheets leave empty columns behind
        columns.pop()
    for name in {name for name in columns if columns.count(name) > 1}:
        mistakes.add("line 1", f"The column '{name}' is there twice.")
    return columns, [_row(path, number, columns, cells, mistakes) for number, cells in found[1:]]


def _row(path: Path, number: int, columns: list[str], cells: list[str], mistakes: Mistakes) -> Row:
    if any(cells[len(columns) :]):
        mistakes.add(f"line {number}", f"It has {len(cells)} fields for {len(columns)} columns.")
    values = {name: text for name, text in zip(columns, cells, strict=False) if text}
    return Row(f"line {number}", path.parent, values)
