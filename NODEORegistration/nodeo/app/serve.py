"""``nodeo serve``: a process that stays, and runs one command after the other for a host program.

A registration in a process of its own spends two seconds on loading PyTorch, and on a GPU as long again on waking it.
Here that is done once, before anybody asks. A line of JSON on standard input is a request:

* ``{"run": ID, "arguments": ["register", FIXED, MOVING, "--output", DIR, …]}``: what stands behind ``nodeo`` on the
  command line. ID is a text or a number of the host's own; requests that come meanwhile wait.
* ``{"cancel": ID}``: end that run, whether it has begun or waits.

The end of standard input ends the run and the process. The answers are the events of :mod:`nodeo.app.events`, each with
``"run": ID``, and besides

* ``{"event": "ready", "version": …}``: once, when everything is loaded
* ``{"event": "done", "run": ID, "exit_code": …}``: last of every run; memory has been given back
* ``{"event": "error", …}`` without ``run``: a line that is no request

A run gives the same bits as it would in a process of its own. If it does not stop when it is cancelled the process
ends, with exit code 130.
"""

from __future__ import annotations

import argparse
import json
import queue
import threading
from typing import Any

from ..errors import InputError
from ..version import __version__
from . import process
from .answer import BAD_INPUT, CANCELLED, OK, answered
from .arguments import Parser
from .channel import lines_of_input
from .events import EventChannel, Events
from .stop import Stop

_HINT = 'A request is {"run": 1, "arguments": ["register", …]} or {"cancel": 1}, in one line.'


def serve(parser: argparse.ArgumentParser) -> int:
    """Serve until standard input ends; the exit code.

    Args:
        parser: of the commands; a :class:`Refusing` one.

    Raises:
        InputError: standard output is closed, or the libraries cannot be loaded.
    """
    events = Events()
    process.make_ready()
    with process.lasting_imports():
        from . import warmth
    warmth.warm_up()
    return Server(events, parser).run()


class Refusing(Parser):
    """A parser that prints nothing and does not end the process."""

    def error(self, message: str) -> Any:
        raise InputError(f"{message[:1].upper()}{message[1:]}.", "The arguments are those of the command line.")

    def exit(self, status: int = 0, message: str | None = None) -> Any:
        raise InputError("The request asks for help or the version, which are for people.", "Ask for a command.")


class Request:
    """What is to be run, and the wish that it ends.

    Attributes:
        name: the host's own, in all its events.
        arguments: of the command line.
    """

    def __init__(self, name: str | int, arguments: list[str]) -> None:
        self.name, self.arguments, self.stop = name, arguments, Stop()


class Server:
    """Requests in, events out, until standard input ends."""

    def __init__(self, events: Events, parser: argparse.ArgumentParser) -> None:
        self._events, self._parser = events, parser
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._known: dict[str | int, Request] = {}  # that have not ended
        self._running: Request | None = None
        self._gone = False  # the host

    def run(self) -> int:
        """The exit code of the process."""
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self._events.send("ready", version=__version__)
            while (request := self._waiting.get()) is not None:
                self._answer(request)
                if process.was_told_to_end() and not request.stop.insisted:
                    return CANCELLED
        except KeyboardInterrupt:  # a signal, while nothing ran
            return CANCELLED
        return OK

    def _answer(self, request: Request) -> None:
        channel = EventChannel(self._events, request.stop, run=request.name)
        self._running = request
        code = CANCELLED
        try:
            code = self._ran(request, channel)
        except KeyboardInterrupt:
            if not request.stop.insisted:  # else it came when the command had just ended
                raise
        finally:
            self._running = None
            del self._known[request.name]
        process.give_memory_back()
        self._events.send("done", run=request.name, exit_code=code)

    def _ran(self, request: Request, channel: EventChannel) -> int:
        if request.stop.asked or self._gone:
            channel.cancelled("")
            channel.close()
            return CANCELLED
        try:
            options = self._parser.parse_args(request.arguments)
            if options.command == "serve":
                raise InputError("A process that serves does not start another.", "Ask for another command.")
        except InputError as error:
            channel.failed(error.message, error.hint)
            channel.close()
            return BAD_INPUT
        options.standing = True
        return answered(options, channel)

    def _listen(self) -> None:
        """Take requests, and the wish to end one; the end of standard input is the wish to end all."""
        for line in filter(None, lines_of_input()):
            try:
                self._heard(line)
            except InputError as error:
                self._events.send("error", message=error.message, hint=error.hint, code="")
        self._gone = True
        self._waiting.put(None)
        self._end(self._running)

    def _end(self, request: Request | None) -> None:
        """Have a run end, or not begin: one that has ended meanwhile is None."""
        if request is not None:
            request.stop.ask()
            if request is self._running:
                request.stop.insist()

    def _heard(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError("A line is not JSON.", _HINT) from error
        if not isinstance(said, dict):
            raise InputError("A line is no request.", _HINT)
        if "cancel" in said:
            self._end(self._known.get(_name(said["cancel"])))
            return
        name, arguments = _name(said.get("run")), said.get("arguments")
        if name in self._known:
            raise InputError(f"There is a run {name!r} already.", "Give every run a name of its own.")
        if not isinstance(arguments, list) or not all(isinstance(part, str) for part in arguments):
            raise InputError(f"The arguments of the run {name!r} are not a list of texts.", _HINT)
        request = self._known[name] = Request(name, arguments)
        self._waiting.put(request)


def _name(value: Any) -> str | int:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return value
    raise InputError("A request has no name that is a text or a whole number.", _HINT)
