"""How far the making of a template is, round by round."""

from __future__ import annotations

from dataclasses import replace

from ..progress import Progress, ProgressCallback, Reporter

_FIRST_WORK = 0.3  # of a round's: to align the images, and to average them


class News:
    """Tells what is done, of the whole: the alignment, round 0; each round; and the results, the round after the last.

    Args:
        progress: is told; raises when the work is to stop.
        rounds: of registration.
    """

    def __init__(self, progress: ProgressCallback, rounds: int) -> None:
        self._report = Reporter(progress)
        self._rounds, self._at = rounds, 0
        self._report.expect({str(number): _FIRST_WORK if number == 0 else 1.0 for number in range(rounds + 2)})

    def enter(self, number: int) -> None:
        """A round begins."""
        self._at = number

    def check(self) -> None:
        """Raise if the work is to stop."""
        self._report.check()

    def tell(self, text: str) -> None:
        """Say what is done now."""
        self._report.tell(self._stage(text))

    def pass_on(self, news: Progress) -> None:
        """News of a cohort as news of the whole."""
        share = self._report.fraction(str(self._at), news.fraction)
        self._report.pass_on(replace(news, stage=self._stage(news.stage), fraction=share))

    def _stage(self, text: str) -> str:
        names = {0: "Alignment", self._rounds + 1: "Results"}
        return f"{names.get(self._at, f'Round {self._at} of {self._rounds}')}: {text}"
