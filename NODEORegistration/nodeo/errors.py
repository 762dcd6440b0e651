"""What can go wrong in ways a person can mend, and the one way a person stops a run."""

from __future__ import annotations

CODES = {
    "device": "Offer the devices that there are.",
    "histograms": "Offer to leave the histograms as they are.",
    "initial": "Offer another initial transform: none, auto, centred, rigid, affine, or another of the user's own.",
    "labels": "Offer to name the moving labels, too, or none.",
    "masks": "Offer other masks or none, and another initial transform.",
    "memory": "Offer the preset fast, a crop of the images, a smaller limit of voxels.",
    "output": "Offer another folder, or to replace what is in this one.",
    "overlap": "Offer an initial transform that brings the images together: centred, rigid, affine or auto.",
    "package": "Offer to install what is missing.",
    "points": "Show the point in its image, or let the user look whether its list belongs to that image.",
    "settings": "Show which settings were changed, and offer to put them back to their preset.",
}
"""What a hint may be about, and what a program with controls of its own does in place of showing the hint's words."""


class InputError(ValueError):
    """The input cannot be registered as it is; the message says why, the hint what to do about it.

    Attributes:
        message: one sentence with the offending value.
        hint: one sentence with the remedy, in the words of the command line.
        code: what the hint is about, one of :data:`CODES`; "" where it says the same to everyone.
    """

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.code = code


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
