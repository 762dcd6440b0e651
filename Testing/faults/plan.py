"""What of the campaign is run, where, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """One call of ``campaign.py``.

    Attributes:
        scratch: a folder to work in, removed at the end.
        seed: of random points, angles, orders.
        jobs: cases that run at the same time.
        cases: patterns of ``part/family/case``; empty: all.
    """

    scratch: Path
    seed: int = 0
    jobs: int = 2
    cases: Sequence[str] = ()

    def wants(self, part: str, family: str, case: str) -> bool:
        """Whether a case was asked for."""
        name = f"{part}/{family}/{case}"
        return not self.cases or any(name == one or fnmatchcase(name, one) for one in self.cases)

    def folder(self, part: str) -> Path:
        """A part's own place to work."""
        place = self.scratch / part
        place.mkdir(parents=True, exist_ok=True)
        return place
