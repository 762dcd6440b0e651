"""The record of a campaign: a case a line, ``faults.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD = "faults.jsonl"


@dataclass(frozen=True)
class Record:
    """One case, and whether what was promised held.

    Attributes:
        part: of the campaign: corpus, signals, disk, memory, relations, maps.
        family: cases that a table counts together.
        case: unique in its family.
        failure: what did not hold, in a sentence; empty if all held.
        value: the measured one, or None where there is nothing to measure.
        tolerance: the largest value that is promised; None where none is, and the value is only reported.
        unit: of both.
        seconds: wall time.
        command: what was run, from the case's folder.
    """

    part: str
    family: str
    case: str
    failure: str = ""
    value: float | None = None
    tolerance: float | None = None
    unit: str = ""
    seconds: float = 0.0
    command: str = ""

    @property
    def name(self) -> str:
        """What ``--cases`` chooses by."""
        return f"{self.part}/{self.family}/{self.case}"

    @property
    def excess(self) -> float:
        """The value as a share of what is promised; above 1 fails."""
        if self.value is None or self.tolerance is None:
            return 0.0
        if not self.value <= self.tolerance:  # NaN is no measured value
            return self.value / self.tolerance if self.tolerance and self.value == self.value else float("inf")
        return self.value / self.tolerance if self.tolerance else 0.0


def measured(
    part: str, family: str, case: str, value: float, tolerance: float | None, unit: str, command: str = ""
) -> Record:
    """A record that fails if the value is above its tolerance, or none at all."""
    failure = ""
    if tolerance is not None and not value <= tolerance:
        failure = f"{value:.4g} {unit}, promised are {tolerance:g}."
    return Record(part, family, case, failure, value, tolerance, unit, 0.0, command)


def write(path: Path, records: Iterable[Record]) -> None:
    """A JSON object a line."""
    path.write_text("".join(json.dumps(asdict(record)) + "\n" for record in records), encoding="utf-8")


def read(path: Path) -> list[Record]:
    """What :func:`write` wrote."""
    return [Record(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
