"""Children of one process that has everything loaded: a case costs what it costs, and not the import of torch.

A crash or a hang of a child is an :class:`Ending` like any other.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_GLANCE = 0.002  # seconds between two looks at the children


@dataclass(frozen=True)
class Job:
    """What a child does.

    Attributes:
        name: for people.
        work: runs in the child; what it returns is the exit code. It may end in ``os.execv``.
        log: folder for the child's ``stdout`` and ``stderr``; it is made.
        patience: seconds; then the child and its children are killed.
        stdin: a file descriptor for the child to read, or None for nothing.
        stderr: a file descriptor for its standard error, or None for the file in ``log``.
    """

    name: str
    work: Callable[[], int]
    log: Path
    patience: float = 60.0
    stdin: int | None = None
    stderr: int | None = None

    def said(self) -> str:
        """Standard error."""
        return self._text("stderr")

    def told(self) -> str:
        """Standard output."""
        return self._text("stdout")

    def _text(self, name: str) -> str:
        file = self.log / name  # a child that is stopped at once has none
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


@dataclass(frozen=True)
class Ending:
    """How a child ended.

    Attributes:
        code: its exit code, or minus the signal that ended it.
        seconds: wall time.
        in_time: False if it had to be killed.
    """

    code: int
    seconds: float
    in_time: bool = True

    def in_words(self) -> str:
        """For a message."""
        if not self.in_time:
            return f"not done after {self.seconds:.0f} s"
        if self.code < 0:
            return f"ended by {signal.Signals(-self.code).name}"
        return f"exit code {self.code}"


def start(job: Job) -> int:
    """Fork; the child's id."""
    job.log.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        _redirect(job)
        code = job.work()
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


def _redirect(job: Job) -> None:
    """The child's standard streams, as a process of its own would find them."""
    os.dup2(os.open(os.devnull, os.O_RDONLY) if job.stdin is None else job.stdin, 0)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(job.log / "stdout", flags, 0o644), 1)
    os.dup2(os.open(job.log / "stderr", flags, 0o644) if job.stderr is None else job.stderr, 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 they live as long as the child
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def kill(child: int) -> None:
    """End a child and all it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def ended(child: int) -> int | None:
    """The exit code of a child that is over, or minus its signal; None while it runs."""
    done, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def wait(child: int, patience: float) -> Ending:
    """Wait for one child, or kill it."""
    begin = time.monotonic()
    while (code := ended(child)) is None:
        if time.monotonic() - begin > patience:
            kill(child)
            os.waitpid(child, 0)
            return Ending(-signal.SIGKILL, time.monotonic() - begin, in_time=False)
        time.sleep(_GLANCE)
    return Ending(code, time.monotonic() - begin)


def run_all(jobs: Iterable[Job], at_once: int) -> Iterator[tuple[Job, Ending]]:
    """Every job with its ending, as they end; so many at a time."""
    waiting, running = iter(jobs), dict[int, tuple[Job, float]]()
    try:
        while True:
            while len(running) < at_once and (job := next(waiting, None)) is not None:
                running[start(job)] = job, time.monotonic()
            if not running:
                return
            for child, (job, begin) in list(running.items()):
                code, seconds = ended(child), time.monotonic() - begin
                if code is None and seconds > job.patience:
                    kill(child)
                    os.waitpid(child, 0)
                    ending = Ending(-signal.SIGKILL, seconds, in_time=False)
                elif code is None:
                    continue
                else:
                    ending = Ending(code, seconds)
                del running[child]
                yield job, ending
            time.sleep(_GLANCE)
    finally:
        for child in running:
            kill(child)
            os.waitpid(child, 0)
