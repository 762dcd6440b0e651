"""The wish that a command ends before it is done, and the insistence on it."""

from __future__ import annotations

import _thread
import os
import threading

_PATIENCE = 2.0  # seconds a command gets to stop by itself, then again after being interrupted


class Stop:
    """One command's end, wished for in one thread and obeyed in another, the main one.

    Attributes:
        insisted: the main thread was interrupted, since it did not stop by itself.
    """

    def __init__(self) -> None:
        self._asked, self._over = threading.Event(), threading.Event()
        self._ending = threading.Lock()
        self.insisted = False

    @property
    def asked(self) -> bool:
        """Whether the command is to stop."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Wish for the end."""
        self._asked.set()

    def insist(self) -> None:
        """Wish for the end of what is running now, and return when it has come; the process ends if all else fails."""
        self.ask()
        for insist in (self._interrupt, lambda: os._exit(130)):
            if self._over.wait(_PATIENCE):
                return
            with self._ending:
                if not self._over.is_set():
                    insist()

    def over(self) -> None:
        """The command has ended."""
        with self._ending:
            self._over.set()

    def _interrupt(self) -> None:
        self.insisted = True
        _thread.interrupt_main()
