"""How a command talks: to a person at a terminal, or to a host program such as Slicer."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from ..progress import Progress
from .display import Display
from .events import EventChannel, Events
from .stop import Stop


class Channel(Protocol):
    """Where a command's news goes."""

    def progress(self, news: Progress) -> None:
        """News of a running registration; raises Cancelled when it should stop."""

    def say(self, text: str) -> None:
        """The answer of a command, for people."""

    def finished(self, output: Path, metrics: dict[str, Any], text: str) -> None:
        """The work is done and written to ``output``; ``text`` is for people, ``metrics`` for programs."""

    def failed(self, message: str, hint: str, code: str = "") -> None:
        """The command could not do it; ``code``, one of :data:`nodeo.errors.CODES`, says what the hint is about."""

    def cancelled(self, note: str) -> None:
        """The run was cancelled; ``note`` says what was kept, if anything."""

    def close(self) -> None:
        """The command is over."""


def open_channel(kind: str) -> Channel:
    """The channel for ``--progress`` ``bar``, ``json`` or ``none``.

    With ``json`` the line ``cancel`` on standard input, or its end, stops the command: a host that dies takes its
    worker with it.

    Raises:
        InputError: there is nowhere to write to.
    """
    if kind != "json":
        return Display(live=kind == "bar")
    stop = Stop()
    channel = EventChannel(Events(), stop)
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    return channel


def _listen(stop: Stop) -> None:
    """Wait for ``cancel`` or the end of standard input."""
    for line in lines_of_input():
        if line == b"cancel":
            break
    stop.insist()


def lines_of_input() -> Iterator[bytes]:
    """The whole lines of standard input as they come, without the space around them."""
    heard: list[bytes] = []  # of the line that has not ended; joined once, however long it is
    # the file descriptor, not sys.stdin: a thread that waits on that would hang the interpreter's exit
    while news := os.read(0, 65536):
        first, *others = news.split(b"\n")
        heard.append(first)
        if others:
            *whole, begun = others
            yield from (line.strip() for line in (b"".join(heard), *whole))
            heard = [begun]
