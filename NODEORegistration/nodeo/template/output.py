"""What is told of a finished template: a table, the same for programs, and a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..cohort.measures import Line
from ..cohort.run import as_dict
from ..errors import InputError
from ..files.writing import appearing_file
from . import names
from .asked import Asked
from .measures import csv_text
from .page import page


def write_output(asked: Asked, rounds: Sequence[dict[str, Any]], lines: Sequence[Line]) -> dict[str, Any]:
    """Write ``rounds.csv``, ``template.html`` and ``metrics.json``; what the last one holds.

    Raises:
        InputError: the disk refuses.
    """
    found = {**as_dict(lines), "rounds": list(rounds)}
    texts = {
        names.TABLE: csv_text(rounds),
        names.PAGE: page(asked.output, rounds, lines),
        names.METRICS: json.dumps(found, indent=2) + "\n",  # the last: what it says is whole
    }
    try:
        for name, text in texts.items():
            with appearing_file(asked.output / name) as partial:
                partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The template's tables could not be written to {asked.output}: {error.strerror}.", "Free some space."
        ) from error
    return found
