"""What people see of a campaign: its progress, its table, and how to repeat what failed."""

from __future__ import annotations

import platform
import re
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from .records import Record

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
_SHOWN = 25  # failures a page names; all are in the record
_HEAD = "| part | family | cases | held | failed | worst value |\n|---|---|---|---|---|---|\n"


class Counter:
    """Progress of a part on standard output: each failure as it comes, a count now and then."""

    def __init__(self, part: str) -> None:
        self._part, self._done, self._failed = part, 0, 0
        self._begin = self._told = time.monotonic()

    def __enter__(self) -> Counter:
        return self

    def __exit__(self, *_) -> None:
        self._say()

    def show(self, record: Record) -> None:
        """One more case is over."""
        self._done += 1
        self._failed += bool(record.failure)
        if record.failure:
            print(_printable(f"{self._part}: {record.family}: {record.case}: {record.failure}"), flush=True)
        if time.monotonic() - self._told > 15:
            self._told = time.monotonic()
            self._say()

    def _say(self) -> None:
        spent = time.monotonic() - self._begin
        print(f"{self._part}: {self._done} cases, {self._failed} failed, {spent:.0f} s", flush=True)


def _printable(text: str) -> str:
    clean = text.encode("utf-8", "backslashreplace").decode()
    return re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", clean)


def document(records: Sequence[Record], seconds: Mapping[str, float], seed: int) -> str:
    """The table, and a list of the failures with the command that repeats each, worst first."""
    failed = sorted((r for r in records if r.failure), key=lambda r: -r.excess)
    spent = ", ".join(f"{part} {duration / 60:.1f}" for part, duration in seconds.items())
    head = f"{time.strftime('%Y-%m-%d')}, {_versions()}, seed {seed}. Minutes: {spent}.\n\n{table(records)}"
    if not failed:
        return f"{head}\nEverything held.\n"
    lines = [f"- {_failure(record)}" for record in failed[:_SHOWN]]
    more = f"\nand {len(failed) - _SHOWN} more, in `faults.jsonl`.\n" if len(failed) > _SHOWN else ""
    return f"{head}\n{len(failed)} of {len(records)} cases did not hold:\n\n" + "\n".join(lines) + f"\n{more}"


def table(records: Sequence[Record]) -> str:
    """A line a family, and one for all."""
    families = dict.fromkeys((record.part, record.family) for record in records)
    rows = [
        _row(part, family, [r for r in records if (r.part, r.family) == (part, family)]) for part, family in families
    ]
    return _HEAD + "".join([*rows, _row("all", "", records)])


def _row(part: str, family: str, records: Sequence[Record]) -> str:
    failed = sum(bool(record.failure) for record in records)
    worst = "" if part == "all" else _worst(records)
    return f"| {part} | {family} | {len(records)} | {len(records) - failed} | {failed} | {worst} |\n"


def _worst(records: Sequence[Record]) -> str:
    """The value nearest to, or farthest above, what is promised of it."""
    values = [record for record in records if record.value is not None]
    if not values:
        return ""
    promised = [record for record in values if record.tolerance is not None]
    if not promised:
        worst = max(values, key=lambda record: record.value or 0.0)
        return f"{worst.value:.3g} {worst.unit}, reported only"
    worst = max(promised, key=lambda record: (record.excess, record.value or 0.0))
    return f"{worst.value:.3g} {worst.unit}, at most {worst.tolerance:g}"


def _failure(record: Record) -> str:
    name = record.name.replace("'", "'\"'\"'")
    again = f"python Testing/faults/campaign.py --output build/faults --only {record.part} --cases '{name}'"
    asked = f" ({_code(record.command)})" if record.command else ""
    return f"{_escaped(f'{record.family}: {record.case}: {record.failure}')}{asked}\n  {_code(again)}"


def _code(text: str) -> str:
    mark = "``" if "`" in text else "`"
    return f"{mark}{_printable(text)}{mark}"


def _escaped(text: str) -> str:
    return re.sub(r"([<>|\[\]*_`])", r"\\\1", _printable(text))


def _versions() -> str:
    names = " ".join(f"{name} {version(name)}" for name in ("torch", "SimpleITK"))
    return f"Python {platform.python_version()} on {platform.system()}, {names}"


def fill(page: Path, text: str) -> None:
    """Replace what stands between the two markers of a page."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{page} has no block from {BEGIN} to {END}.")
    page.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8", errors="backslashreplace")
