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


def check_kind(role: str, value: object, wanted: type) -> None:
    """Refuse an argument of another type than ``wanted``; ``role`` names it.

    Raises:
        InputError: it is of another type.
    """
    if not isinstance(value, wanted):
        kind = f"{wanted.__module__.split('.')[0]}.{wanted.__name__}".removeprefix("builtins.")
        raise InputError(f"The {role} is of the type {type(value).__name__}.", f"It must be of the type {kind}.")
