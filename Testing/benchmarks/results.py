"""The record of all runs: ``results.jsonl``, written anew after each of them, so that a stopped benchmark goes on.

One JSON object a line: a call of ``compare.py`` (``session``), a pair, or a run. A file whose name ends in ``.gz`` is
compressed: that is how records are kept in ``results/``.
"""

from __future__ import annotations

import gzip
import json
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nodeo.files.writing import appearing_file

RECORD = "results.jsonl"


@dataclass
class Run:
    """One registration, or why there is none.

    Attributes:
        pair, method, device: what ran on what.
        repeat: 0 for the first, which is the one that is measured.
        session: number of the call of ``compare.py`` that made it.
        fingerprint: of the code that ran.
        command: with paths from the output folder.
        cost: wall (s), cpu (s) and peak_mb of its process.
        told: what the method says of itself: seconds of the registration alone, stages, peak_gpu_mb, versions.
        scores: of the first run, see :func:`measure.measure`.
        failure: one sentence, or empty.
    """

    pair: str
    method: str
    device: str = "cpu"
    repeat: int = 0
    session: int = 0
    fingerprint: str = ""
    command: str = ""
    cost: dict[str, float] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] | None = None
    failure: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What its repeats share."""
        return self.pair, self.method, self.device


@dataclass
class Results:
    """All that was measured.

    Attributes:
        sessions: date, machine, threads and options of each call.
        pairs: of each pair its grid, group, case, sets of structures, and the scores before any registration.
        runs: all runs, in the order they were made.
    """

    sessions: list[dict[str, Any]] = field(default_factory=list)
    pairs: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Results:
        """What an earlier call wrote."""
        results = cls()
        text = path.read_bytes()
        for line in (gzip.decompress(text) if path.suffix == ".gz" else text).decode("utf-8").splitlines():
            ((kind, record),) = json.loads(line).items()
            if kind == "session":
                results.sessions.append(record)
            elif kind == "pair":
                results.pairs[record.pop("name")] = record
            else:
                results.runs.append(Run(**record))
        return results

    def write(self, path: Path) -> None:
        """All or nothing."""
        records = [{"session": session} for session in self.sessions]
        records += [{"pair": {"name": name, **pair}} for name, pair in self.pairs.items()]
        records += [{"run": asdict(run)} for run in self.runs]
        text = "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records).encode()
        with appearing_file(path) as partial:
            partial.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)

    def of(self, pair: str, method: str, device: str = "cpu") -> list[Run]:
        """The runs of a method on a pair."""
        return [run for run in self.runs if run.key == (pair, method, device)]

    def only(self, wanted: Callable[[str], bool]) -> Results:
        """The pairs whose kind is wanted, with their runs; all sessions."""
        pairs = {name: about for name, about in self.pairs.items() if wanted(about["kind"])}
        return Results(self.sessions, pairs, [run for run in self.runs if run.pair in pairs])

    def main_codes(self, pair: str) -> list[int]:
        """The structures of a pair's first set, the one that is compared."""
        return next(iter(self.pairs[pair]["structures"].values()), [])

    def combinations(self) -> list[tuple[str, str, str]]:
        """Every pair, method and device that ran, in order."""
        return list(dict.fromkeys(run.key for run in self.runs))


@dataclass(frozen=True)
class Summary:
    """The repeats of one method on one pair, as one.

    Attributes:
        scores: of the first run that worked; None if none did.
        wall, cpu, peak_mb, seconds, peak_gpu_mb: medians over the runs that worked; nan without one.
        runs: how many worked.
        failure: why none did.
    """

    scores: dict[str, Any] | None
    wall: float
    cpu: float
    peak_mb: float
    seconds: float
    peak_gpu_mb: float
    runs: int
    failure: str


def summarise(runs: Iterable[Run]) -> Summary:
    """One line of a table."""
    made = list(runs)
    worked = [run for run in made if not run.failure]
    scores = next((run.scores for run in worked if run.scores is not None), None)
    return Summary(
        scores,
        wall=_median(run.cost.get("wall") for run in worked),
        cpu=_median(run.cost.get("cpu") for run in worked),
        peak_mb=_median(run.cost.get("peak_mb") for run in worked),
        seconds=_median(run.told.get("seconds") for run in worked),
        peak_gpu_mb=_median(run.told.get("peak_gpu_mb") for run in worked),
        runs=len(worked),
        failure="" if worked or not made else made[-1].failure,
    )


def wall_ratio(results: Results, key: tuple[str, str, str], reference: str) -> float:
    """Median wall time over that of ``reference`` (a method, on the CPU) on the same pair in the same call; or nan."""
    pair, method, device = key
    mine = [run for run in results.of(pair, method, device) if not run.failure]
    if not mine:
        return float("nan")
    session = mine[-1].session
    theirs = [run for run in results.of(pair, reference) if not run.failure and run.session == session]
    walls = [_median(run.cost.get("wall") for run in some if run.session == session) for some in (mine, theirs)]
    return walls[0] / walls[1]


def _median(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else float("nan")


def mean_dice(scores: dict[str, Any] | None, codes: Iterable[int]) -> float:
    """Mean Dice over structures; nan where none was measured."""
    return _mean("dice", scores, codes)


def mean_hd95(scores: dict[str, Any] | None, codes: Iterable[int]) -> float:
    """Mean HD95 over structures, mm; a structure that is gone does not count."""
    return _mean("hd95", scores, codes)


def _mean(key: str, scores: dict[str, Any] | None, codes: Iterable[int]) -> float:
    found = [scores[key].get(str(code)) for code in codes] if scores and key in scores else []
    known = [value for value in found if value is not None]
    return statistics.fmean(known) if known else float("nan")
