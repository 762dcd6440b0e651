"""What can go wrong in ways a person can mend, and the one way a person stops a run."""

from __future__ import annotations


class InputError(ValueError):
    """The input cannot be registered as it is; the message says why, the hint what to do about it.

    Attributes:
        message: one sentence with the offending value.
        hint: one sentence with the remedy.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class Cancelled(Exception):  # noqa: N818 nothing went wrong
    """The caller asked for the run to stop; raised from a progress callback, never caught inside the engine."""
