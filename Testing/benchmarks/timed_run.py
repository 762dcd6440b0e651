"""One registration by the command line, in a process of its own: what it cost, and when its events came."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from methods import ENGINE
from watched import Cost, watch

CLOCK = Path(__file__).with_name("event_clock.py")
LIMIT = 1800.0  # seconds after which a run is given up


@dataclass(frozen=True)
class Event:
    """One line of the JSON protocol.

    Attributes:
        seconds: since the process was started.
        news: what it says.
    """

    seconds: float
    news: dict[str, Any]


def register(
    images: tuple[Path, Path], folder: Path, threads: int, *options: str, until_iteration: bool = False
) -> tuple[Cost, list[Event]]:
    """Run ``nodeo register`` into ``folder / "result"``.

    Args:
        images: fixed and moving.
        folder: an existing one, absolute.
        options: more words of the command line.
        until_iteration: cancel it at its first iteration.
    """
    words = ["register", *map(str, images), "--output", str(folder / "result"), "--overwrite", *options]
    command = [sys.executable, "-m", "nodeo", *words, "--threads", str(threads), "--progress", "json"]
    stamps = folder / "events.json"
    stamps.unlink(missing_ok=True)
    order = json.dumps({"command": command, "file": str(stamps), "until_iteration": until_iteration})
    clock = [sys.executable, "-I", "-S", str(CLOCK), order]
    cost = watch(clock, folder / "log.txt", threads, LIMIT, {"PYTHONPATH": str(ENGINE)})
    events = json.loads(stamps.read_text(encoding="utf-8")) if stamps.is_file() else []
    return cost, [Event(*stamp) for stamp in events]


def first_iteration(events: list[Event]) -> float:
    """Seconds from the call to the first news of an iteration; NaN if there is none."""
    return next((event.seconds for event in events if event.news.get("iteration")), float("nan"))


def iteration_seconds(events: list[Event]) -> list[float]:
    """Median seconds between the iterations of each level, first level first.

    Between two of them lie one backward pass, one step of the optimiser and the next forward pass: an iteration, and
    nothing of what a level needs once.
    """
    times: dict[int, list[float]] = {}
    for event in events:
        if event.news.get("iteration"):
            times.setdefault(event.news["level"], []).append(event.seconds)
    return [median(later - earlier for earlier, later in pairwise(times[level])) for level in sorted(times)]
