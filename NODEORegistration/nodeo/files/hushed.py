"""What the libraries beneath SimpleITK print while they read or write, held back: a person gets a sentence instead."""

from __future__ import annotations

import contextlib
import locale
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator

_DAMAGED = ("Uncompress failed",)  # said by a library that then goes on with what it has
_turn = threading.RLock()  # the process has one standard error


# ITK's, of headers that contradict themselves: it has a rule for each, and says it with a place in its source
_WARNING = re.compile(rb"WARNING: In [^\n]*\n\w+ \(0x[0-9a-f]+\): .*?(?:\n\n|\Z)", re.DOTALL)


class Complaints:
    """What was printed; ``damaged`` once a library has said that the data are not whole."""

    damaged = False


@contextlib.contextmanager
def hushed() -> Iterator[Complaints]:
    """Hold back standard error; what was printed there is shown afterwards, unless the block failed or should have.

    The locale of the process stays what it was: ITK's library for VTK files sets that of C, in which Python takes no
    text for UTF-8 any more.
    """
    complaints = Complaints()
    with _turn, contextlib.ExitStack() as stack:
        stack.callback(_set_locale, locale.setlocale(locale.LC_ALL))
        try:
            if sys.stderr is not None:
                sys.stderr.flush()
            before = os.dup(2)
            stack.callback(os.close, before)
            held = stack.enter_context(tempfile.TemporaryFile())
        except OSError:  # it is closed, or there is no room: nothing to hold back
            yield complaints
            return
        try:
            os.dup2(held.fileno(), 2)
            yield complaints
        finally:
            os.dup2(before, 2)
            held.seek(0)
            printed = held.read()
            complaints.damaged = any(word.encode() in printed for word in _DAMAGED)
        if not complaints.damaged:
            with contextlib.suppress(OSError):
                os.write(2, _WARNING.sub(b"", printed))


def _set_locale(name: str) -> None:
    if locale.setlocale(locale.LC_ALL) != name:
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, name)
