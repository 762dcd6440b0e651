"""How a run talks: to a person at a terminal, or, line by line in JSON, to a host program such as Slicer.

The JSON protocol (``--progress json``): one object a line on standard output,

* ``{"event": "progress", "stage": …, "fraction": …, "level": …, "iteration": …, "loss": …, "similarity": …, …}``
* ``{"event": "result", "output": …, "metrics": {…}}``
* ``{"event": "error", "message": …, "hint": …, "code": …}``
* ``{"event": "cancelled"}``, with a ``message`` where something was kept
* ``{"event": "text", "text": …}``: the answer of a command that registers nothing

The last line is one of the last four. The run is cancelled by the line ``cancel`` on standard input, or by its end: a
host that dies takes its worker with it.

``fraction`` is the share of the time that has passed, as far as it can be foreseen: of a registration, from the start
of the process to the written result. It never goes back. ``hint`` speaks of options of the command line; a host with
controls of its own words it anew by ``code``, which is one of :data:`nodeo.errors.CODES`, or "" where the hint says the
same to everyone.
"""

from __future__ import annotations

import _thread
import json
import math
import os
import sys
import threading
from pathlib import Path
from typing import Any, Protocol, TextIO

from ..errors import Cancelled, InputError
from ..progress import Progress
from .display import Display

_PATIENCE = 2.0  # seconds a cancelled run gets to stop by itself, then again after being interrupted


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

    Raises:
        InputError: there is nowhere to write to.
    """
    return JsonChannel() if kind == "json" else Display(live=kind == "bar")


class JsonChannel:
    """The JSON protocol on the process's standard streams.

    Standard output is kept for events: what else writes to it from now on goes to standard error.

    Raises:
        InputError: standard output is closed.
    """

    def __init__(self) -> None:
        if sys.stdout is None:
            raise InputError("Standard output is closed, and --progress json writes to it.", "Use --progress none.")
        sys.stdout.flush()
        self._events: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._stop = threading.Event()
        self._over = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def progress(self, news: Progress) -> None:
        if self._stop.is_set():
            raise Cancelled
        if not self._send("progress", **news.as_dict()):
            raise Cancelled  # nobody listens any more

    def say(self, text: str) -> None:
        self._send("text", text=text)

    def finished(self, output: Path, metrics: dict[str, Any], text: str) -> None:
        self._send("result", output=str(output), metrics=metrics)

    def failed(self, message: str, hint: str, code: str = "") -> None:
        self._send("error", message=message, hint=hint, code=code)

    def cancelled(self, note: str) -> None:
        self._send("cancelled", **({"message": note} if note else {}))

    def close(self) -> None:
        self._over.set()

    def _send(self, event: str, **details) -> bool:
        """Write one event; False if its reader is gone."""
        try:
            self._events.write(json.dumps(_plain({"event": event, **details}), allow_nan=False) + "\n")
            self._events.flush()
            return True
        except OSError:
            return False

    def _listen(self) -> None:
        """Wait for ``cancel`` or the end of standard input; insist if the run does not stop by itself."""
        heard = b""
        while b"cancel" not in (line.strip() for line in heard.split(b"\n")[:-1]):
            heard = heard.rpartition(b"\n")[2]
            # the file descriptor, not sys.stdin: a thread that waits on that would hang the interpreter's exit
            news = os.read(0, 4096)
            if not news:
                break
            heard += news
        self._stop.set()
        for insist in (_thread.interrupt_main, lambda: os._exit(130)):
            if self._over.wait(_PATIENCE):
                return
            insist()


def _plain(value: Any) -> Any:
    """``value`` as strict JSON can hold it: what is not a finite number becomes null."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
