"""What a registration tells while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Progress:
    """One piece of news.

    Attributes:
        stage: what is being done, for people.
        fraction: share of the whole work done, 0..1: of the time that it is expected to take.
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
    """Passes news on, says how much of the work is done, and keeps the time of each stage.

    Args:
        callback: called with each :class:`Progress`; it stops the run by raising.

    Attributes:
        seconds: spent so far, by the name of the stage.
    """

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._last = Progress("starting", 0.0)
        self._expected: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def expect(self, work: Mapping[str, float]) -> None:
        """What is to be done from beginning to end: the work of each stage by its name, in their order, in any unit."""
        self._expected = dict(work)

    def tell(self, stage: str, at: str = "", share: float = 0.0, **details) -> None:
        """News; the fraction that is told never goes back.

        Args:
            stage: for people.
            at: the stage as it is expected; one that is not, as before there is a plan, adds nothing to the fraction.
            share: of that stage that is done, 0..1.
        """
        self.pass_on(Progress(stage, self.fraction(at, share), **details))

    def pass_on(self, news: Progress) -> None:
        """Somebody else's news of the same work."""
        self._last = replace(news, fraction=max(self._last.fraction, min(news.fraction, 1.0)))
        self.check()

    def fraction(self, at: str, share: float) -> float:
        """Of all the work, when so much of the stage ``at`` is done; 0 of one that is not expected."""
        if at not in self._expected:
            return 0.0
        names, work = list(self._expected), list(self._expected.values())
        number = names.index(at)
        return (sum(work[:number]) + share * work[number]) / sum(work)

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
