"""What a registration tells while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Progress:
    """One piece of news.

    Attributes:
        stage: what is being done, for people.
        fraction: share of the whole work done, 0..1.
        level, levels: the pyramid level, from 1, and how many there are; 0 outside the optimisation.
        iteration, iterations: within the level, from 1.
        loss, similarity: their values at this iteration, or None.
    """

    stage: str
    fraction: float
    level: int = 0
    levels: int = 0
    iteration: int = 0
    iterations: int = 0
    loss: float | None = None
    similarity: float | None = None

    def as_dict(self) -> dict:
        """The fields by name."""
        return asdict(self)


ProgressCallback = Callable[[Progress], None]
CALLERS_OWN = "_raised_by_the_caller_of_nodeo"  # marks an exception that a callback raised


class Reporter:
    """Passes news on and keeps the time of each stage.

    Args:
        callback: called with each :class:`Progress`; it stops the run by raising.
    """

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._last = Progress("starting", 0.0)
        self.seconds: dict[str, float] = {}

    def tell(self, stage: str, fraction: float, **details) -> None:
        """News; ``fraction`` never goes back."""
        self._last = Progress(stage, max(self._last.fraction, min(fraction, 1.0)), **details)
        self.check()

    def check(self) -> None:
        """Give the caller a chance to stop the run, with nothing new to tell."""
        if self._callback is None:
            return
        try:
            self._callback(self._last)
        except BaseException as error:
            error.__dict__[CALLERS_OWN] = True
            raise

    def rounded_seconds(self) -> dict[str, float]:
        """The time of each stage and, as ``total``, of all, in s, to a thousandth."""
        return {
            **{name: round(value, 3) for name, value in self.seconds.items()},
            "total": round(sum(self.seconds.values()), 3),
        }

    @contextmanager
    def timed(self, name: str):
        """Add the time spent inside to ``seconds[name]``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
