"""``python -m nodeo`` as a process: run to its end, or talked to in JSON while it works."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nodeo.app import cli

ENGINE = Path(cli.__file__).resolve().parents[2]
ENDLESS = [
    "--set",
    "start=none",
    "--set",
    "levels=1",
    "--set",
    "iterations=1000000",
    "--set",
    "steps=1",
    "--set",
    "tolerance=0",
    "--threads",
    "1",
]
SLOW_START = 60.0  # seconds until a process that has to import torch must have said something


def environment(**more: str) -> dict[str, str]:
    """A process that finds the engine, and does not fight for cores."""
    path = os.pathsep.join(filter(None, [str(ENGINE), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **more}


def nodeo(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "nodeo", *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def strict(text: str) -> Any:
    """JSON without NaN and Infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


class Conversation:
    """A process that speaks JSON, with its standard input held open."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nodeo", *arguments],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.events: list[dict] = []
        self._watchdog = self._watching()

    def allow(self) -> None:
        """Another while to say something in."""
        self._watchdog.cancel()
        self._watchdog = self._watching()

    def _watching(self) -> threading.Timer:
        watchdog = threading.Timer(SLOW_START, self.process.kill)
        watchdog.start()
        return watchdog

    def until(self, wanted: str, **details) -> dict:
        """Read events up to the first such one."""
        for line in self.process.stdout:
            event = strict(line)
            self.events.append(event)
            if event["event"] == wanted and all(event.get(key) == value for key, value in details.items()):
                return event
        raise AssertionError(f"no {wanted} {details} in {self.events[-3:]}; {self.process.stderr.read()}")

    def say(self, text: str) -> None:
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def rest(self) -> tuple[int, str]:
        """Read to the end; the exit code and standard error."""
        self.events += [strict(line) for line in self.process.stdout]
        return self.process.wait(), self.process.stderr.read()

    def close(self) -> None:
        self._watchdog.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()


@contextlib.contextmanager
def conversation(*arguments: str, folder: Path) -> Iterator[Conversation]:
    talk = Conversation(*arguments, "--progress", "json", folder=folder)
    try:
        yield talk
    finally:
        talk.close()
