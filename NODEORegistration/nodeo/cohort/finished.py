"""A finished cohort as it lies in its folder, read by its table."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from .names import RECORD, TABLE, Place

_JACOBIAN = re.compile(r"(?P<prefix>.+)_space-(?P<space>[A-Za-z0-9]+)_desc-jacobian_(?P<suffix>[A-Za-z0-9]+)\.nii\.gz")


@dataclass(frozen=True)
class Finished:
    """A pair that is done.

    Attributes:
        name: the pair's.
        folder: of its results.
        names: what its files are called where that is not what ``nodeo register`` calls them.
        subject, session: their labels, or "".
    """

    name: str
    folder: Path
    names: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    session: str = ""

    def path(self, file: str) -> Path:
        """Where one of its files is."""
        return self.folder / self.names.get(file, file)

    def read(self, file: str) -> dict[str, Any]:
        """One of its JSON files.

        Raises:
            InputError: it cannot be read.
        """
        try:
            return json.loads(self.path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path(file)} cannot be read.", "Run the cohort again.") from error

    def input(self, role: str) -> Path:
        """The file that was registered as ``fixed`` or ``moving``.

        Raises:
            InputError: the record cannot be read, or does not say.
        """
        try:
            return Path(self.read(RECORD)["inputs"][role]["path"])
        except (KeyError, TypeError) as error:
            raise InputError(f"{self.path(RECORD)} names no {role} image.", "Run the cohort again.") from error


def finished(folder: Path) -> tuple[list[Finished], list[str]]:
    """The pairs of a cohort that are done, in the order of its table, and the names of the others.

    Raises:
        InputError: there is no table, or no pair is done.
    """
    table = folder / TABLE
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = [_pair(folder, row) for row in rows if row["status"] == "done"]
        others = [row["pair"] for row in rows if row["status"] != "done"]
    except OSError as error:
        raise InputError(
            f"{folder} is no finished cohort: {table.name} cannot be read.", "Name the folder of nodeo cohort run."
        ) from error
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(
            f"{table} is not the table of a cohort.", "nodeo cohort run --collect writes it anew."
        ) from error
    if not found:
        raise InputError(f"No pair of the cohort {folder} is done.", "Its table says why.")
    return found, others


def _pair(folder: Path, row: dict[str, str]) -> Finished:
    place = folder / row["folder"]
    names = _bids_names(place, row["pair"]) if row["subject"] else {}
    return Finished(row["pair"], place, names, row["subject"], row["session"])


def _bids_names(place: Path, pair: str) -> dict[str, str]:
    """BIDS names of a subject's files, from the one that says all parts of them."""
    for path in sorted(place.glob(f"{pair}_space-*_desc-jacobian_*")):
        parts = _JACOBIAN.fullmatch(path.name)
        if parts and parts["prefix"] == pair:
            return Place(place, pair).files(parts["suffix"], parts["space"])
    raise InputError(f"{place} lacks the Jacobian determinant of {pair}.", "Run the cohort again.")
