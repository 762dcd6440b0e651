"""What a host program hears: one JSON object a line on standard output.

* ``{"event": "progress", "stage": …, "fraction": …, "level": …, "iteration": …, "loss": …, "similarity": …, …}``
* ``{"event": "result", "output": …, "metrics": {…}}``
* ``{"event": "error", "message": …, "hint": …, "code": …}``
* ``{"event": "cancelled"}``, with a ``message`` where something was kept
* ``{"event": "text", "text": …}``: the answer of a command that registers nothing

The last of a command is one of the last four. ``fraction`` is the share of the time that has passed, as far as it can
be foreseen: of a registration, from the start of the process to the written result. It never goes back. Of a series a
``progress`` event also says which ``frame`` it is about (from 0, or null), and how many are ``done`` ``of`` how many
that have to be registered; there is one when a frame begins and one when it is done. ``hint`` speaks of
options of the command line; a host with controls of its own words it anew by ``code``, which is one of
:data:`nodeo.errors.CODES`, or "" where the hint says the same to everyone.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from ..errors import Cancelled, InputError
from ..progress import Progress
from .stop import Stop


class Events:
    """The process's standard output, kept for events: what else writes to it from now on goes to standard error.

    Raises:
        InputError: standard output is closed.
    """

    def __init__(self) -> None:
        if sys.stdout is None:
            raise InputError("Standard output is closed, and JSON events are written to it.", "Use --progress none.")
        sys.stdout.flush()
        self._lines: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def send(self, event: str, **details: Any) -> bool:
        """Write one event; False if its reader is gone."""
        try:
            self._lines.write(json.dumps(_plain({"event": event, **details}), allow_nan=False) + "\n")
            self._lines.flush()
            return True
        except OSError:
            return False


class EventChannel:
    """A command's :class:`~nodeo.app.channel.Channel` to a host program.

    Args:
        stop: the wish of the host that the command ends.
        always: what every event says besides.
    """

    def __init__(self, events: Events, stop: Stop, **always: Any) -> None:
        self._events, self._stop, self._always = events, stop, always

    def progress(self, news: Progress) -> None:
        if self._stop.asked or not self._send("progress", **news.as_dict()):  # nobody listens any more
            raise Cancelled

    def say(self, text: str) -> None:
        self._send("text", text=text)

    def finished(self, output: Path, metrics: dict[str, Any], text: str) -> None:
        self._send("result", output=str(output), metrics=metrics)

    def failed(self, message: str, hint: str, code: str = "") -> None:
        self._send("error", message=message, hint=hint, code=code)

    def cancelled(self, note: str) -> None:
        self._send("cancelled", **({"message": note} if note else {}))

    def close(self) -> None:
        self._stop.over()

    def _send(self, event: str, **details: Any) -> bool:
        return self._events.send(event, **self._always, **details)


def _plain(value: Any) -> Any:
    """``value`` as strict JSON can hold it: what is not a finite number becomes null."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
