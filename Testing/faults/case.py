"""A bad input: how it is made, what is asked of the engine then, and what must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

REFUSED = "refused"  # exit code 2, one sentence, nothing written, nothing changed
ANSWERED = "answered"  # that, or exit code 0 and a result that can be used
PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Case:
    """One line of the corpus.

    Attributes:
        family: cases that a table counts together.
        name: unique in its family.
        make: called in a folder that holds a good pair; makes the bad input, and says the command line.
        promise: ``REFUSED`` or ``ANSWERED``.
        check: called in that folder after exit code 0; says in a sentence what is wrong with what was written.
        patience: seconds until it must be over.
    """

    family: str
    name: str
    make: Callable[[], list[str]]
    promise: str = REFUSED
    check: Callable[[], str] | None = None
    patience: float = PATIENCE
