"""A cohort from its pairs to its table and page: what is missing is done, by whoever is at hand."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import Cancelled, InputError
from ..files.destination import check_output
from ..files.writing import appearing_file
from ..progress import Progress, ProgressCallback
from . import bids, names
from .attempt import Job, Outcome, Work
from .claim import last_end
from .measures import Line, csv_text
from .page import page
from .pair import Pair
from .record import is_of, read_record

_SILENCE = 0.5  # seconds between two pieces of news


@dataclass(frozen=True)
class CohortProgress(Progress):
    """How far a cohort is.

    Attributes:
        pairs, done, failed: how many there are to be, are there, and could not be done.
        seconds_left: as it looks, or None.
    """

    pairs: int = 0
    done: int = 0
    failed: int = 0
    seconds_left: float | None = None


@dataclass(frozen=True)
class Plan:
    """What there is to do.

    Attributes:
        output: the cohort's folder.
        pairs: all of them.
        missing: those that are not there.
        changed: those that are there, but of other files or settings.
    """

    output: Path
    pairs: Sequence[Pair]
    missing: Sequence[Pair]
    changed: Sequence[Pair]

    def to_do(self, mine: Sequence[Pair]) -> list[Pair]:
        """Those of ``mine`` that are missing or changed."""
        wanted = {pair.name for pair in (*self.missing, *self.changed)}
        return [pair for pair in mine if pair.name in wanted]


def planned(pairs: Sequence[Pair], output: Path, overwrite: bool) -> Plan:
    """What is to be done.

    Raises:
        InputError: the folder holds something else than a cohort, or pairs of this name made of something else, and
            ``overwrite`` does not say that they may be replaced.
    """
    check_output(output, overwrite or (output / names.STATE).is_dir())
    missing, changed = [], []
    for pair in pairs:
        found = read_record(pair)
        if found is None:
            missing.append(pair)
        elif not is_of(found, pair):
            changed.append(pair)
    if changed and not overwrite:
        others = f" and {len(changed) - 1} other pair{'s' * (len(changed) > 2)}" if len(changed) > 1 else ""
        raise InputError(
            f"{output} holds '{changed[0].name}'{others} of other files or settings.",
            "Name another folder, or add --overwrite to do them again.",
            "output",
        )
    return Plan(output, pairs, missing, changed)


class Count:
    """Counts pairs and tells how far they are."""

    def __init__(self, plan: Plan, to_do: int, progress: ProgressCallback) -> None:
        self._pairs, self._kept = len(plan.pairs), len(plan.pairs) - len(plan.missing) - len(plan.changed)
        self._to_do, self._progress = to_do, progress
        self._done = self._failed = 0
        self._start, self._told, self._running = time.monotonic(), 0.0, 0.0
        self._words = f"0 of {to_do} pairs"

    def add(self, outcome: Outcome) -> None:
        """A pair came to an end."""
        self._failed += outcome.end == "failed"
        self._done += outcome.end in ("done", "kept")
        self._running = 0.0
        words = [f"{self._done + self._failed} of {self._to_do} pairs"]
        words += [f"{self._failed} failed"] if self._failed else []
        self._words = ", ".join([*words, f"{_duration(self._left() or 0.0)} left"])  # in words only when a pair ends
        self.tell()

    def look_up(self) -> None:
        """Tell now and then, though nothing is new; raises when the work is to stop."""
        if time.monotonic() - self._told > _SILENCE:
            self.tell()

    def tell(self, news: Progress | None = None) -> None:
        """How far it is; raises when the work is to stop. ``news`` is of the one pair that is being done."""
        self._told = time.monotonic()
        if news is not None:
            self._running = news.fraction
        told = CohortProgress(
            self._words,
            self._share(),
            pairs=self._pairs,
            done=self._kept + self._done,
            failed=self._failed,
            seconds_left=self._left(),
        )
        if news is not None:
            told = replace(told, **{k: v for k, v in asdict(news).items() if k not in ("stage", "fraction")})
        self._progress(told)

    def _share(self) -> float:
        """Of the work that is done."""
        return min((self._done + self._failed + self._running) / self._to_do, 1.0) if self._to_do else 1.0

    def _left(self) -> float | None:
        """Seconds until the end, once a pair has come to its own."""
        share = self._share()
        spent = time.monotonic() - self._start
        return spent * (1 - share) / share if self._done + self._failed and share else None


def run_pairs(
    plan: Plan,
    pairs: Sequence[Pair],
    work: Work,
    progress: ProgressCallback,
    outcomes: Callable[[Job, Sequence[Pair], Callable[[], None]], Iterable[Outcome]] | None = None,
) -> None:
    """Do ``pairs`` of a plan; what becomes of each is found in the cohort's folder.

    Args:
        outcomes: runs them on a cluster; without it they are done here, one after the other.

    Raises:
        Cancelled: what is finished is kept, as the message says.
    """
    job = Job(plan.output, secrets.token_hex(4), work)
    count = Count(plan, len(pairs), progress)
    count.tell()
    with _kept(plan):
        for outcome in _here(job, pairs, count) if outcomes is None else outcomes(job, pairs, count.look_up):
            if outcome.end == "cancelled":
                raise Cancelled
            count.add(outcome)


def _here(job: Job, pairs: Sequence[Pair], count: Count) -> Iterator[Outcome]:
    busy = []
    for pair in pairs:
        outcome = job.attempt(pair, count.tell)
        if outcome.end == "busy":
            busy.append(pair)
        else:
            yield outcome
    for pair in busy:
        yield job.attempt(pair, count.tell, wait=True)


@contextlib.contextmanager
def _kept(plan: Plan) -> Iterator[None]:
    """Say, when it is stopped, what is kept."""
    try:
        yield
    except (Cancelled, KeyboardInterrupt):
        done = sum(read_record(pair) is not None for pair in plan.pairs)
        note = (
            f"{done} of {len(plan.pairs)} pairs are finished and kept in {plan.output}; the same command goes on from "
            "there."
        )
        raise Cancelled(note if done else "") from None


def collected(pairs: Sequence[Pair], output: Path) -> list[Line]:
    """What has become of each pair, as it lies in the cohort's folder."""
    lines = []
    for pair in pairs:
        found = read_record(pair)
        good = found if found is not None and is_of(found, pair) else None
        lines.append(Line(pair, good, "" if good else last_end(output, pair).get("error", "")))
    return lines


def write_summary(lines: Sequence[Line], output: Path, title: str, source: Path | None) -> None:
    """Write ``cohort.csv`` and ``cohort.html``, and what makes a folder one of BIDS if there are subjects.

    Args:
        source: the BIDS folder that the images are from, or None.

    Raises:
        InputError: the disk refuses.
    """
    try:
        for name, text in ((names.TABLE, csv_text(lines, output)), (names.PAGE, page(lines, output, title))):
            with appearing_file(output / name) as partial:
                partial.write_text(text, encoding="utf-8")
        if any(line.pair.subject for line in lines):
            bids.describe(output, source, [line.pair for line in lines])
    except OSError as error:
        raise InputError(
            f"The table could not be written to {output}: {error.strerror}.", "Free some space."
        ) from error


def as_dict(lines: Sequence[Line]) -> dict[str, Any]:
    """For a program: counts, and the pairs that are not done with what is wrong; all numbers are in the table."""
    return {
        "pairs": len(lines),
        "done": sum(line.status == "done" for line in lines),
        "not_done": [
            {"pair": line.pair.name, "status": line.status, "error": line.error}
            for line in lines
            if line.status != "done"
        ],
    }


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
