"""What a person waits for before anything happens: the help text, and the first iteration of a registration."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import timed_run
from methods import ENGINE
from pairs import Pair

BARS = {"help": 0.5, "first iteration": 3.0}  # seconds


def measure(pair: Pair, preset: str, device: str, threads: int, repeats: int) -> dict[str, Any]:
    """Median seconds of ``nodeo --help``, and from the call of ``nodeo register`` to its first iteration."""
    return {
        "pair": pair.name,
        "preset": preset,
        "device": device,
        "threads": threads,
        "help": [round(_help_seconds(), 3) for _ in range(repeats)],
        "first iteration": [round(_first_iteration(pair, preset, device, threads), 3) for _ in range(repeats)],
    }


def verdicts(measured: dict[str, Any]) -> list[tuple[str, float, float]]:
    """What, the bar, the median; seconds."""
    what = {
        "help": "`nodeo --help`",
        "first iteration": f"`nodeo register` of {measured['pair']}, {measured['preset']}: call to first iteration",
    }
    return [(what[name], bar, median(measured[name])) for name, bar in BARS.items()]


def _help_seconds() -> float:
    environment = {**os.environ, "PYTHONPATH": str(ENGINE)}
    start = time.perf_counter()
    command = [sys.executable, "-m", "nodeo", "--help"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def _first_iteration(pair: Pair, preset: str, device: str, threads: int) -> float:
    """The run is cancelled there.

    Raises:
        RuntimeError: it never came to an iteration.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = ("--preset", preset, "--device", device, "--initial", pair.initial)
        images = (pair.fixed, pair.moving)
        cost, events = timed_run.register(images, Path(folder), threads, *options, until_iteration=True)
    if cost.failure:
        raise RuntimeError(f"The registration of {pair.name} did not start: {cost.failure}")
    return timed_run.first_iteration(events)
