"""What a series tells while it is registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..progress import Progress, ProgressCallback, Reporter

SURVEYED, ENDED = 0.02, 0.97  # shares of the time when the survey ends, and when the last frame does
_SHORT = 0.5  # of a new start's time, where a neighbour's flow is gone on with


@dataclass(frozen=True)
class SeriesProgress(Progress):
    """How far a series is.

    Attributes:
        frame: the number, from 0, of the frame that is worked on; None: of none in particular.
        done, of: frames that are registered, and that there are to register.
    """

    frame: int | None = None
    done: int = 0
    of: int = 0


class SeriesReporter:
    """Passes on the news of each frame's registration as news of the series.

    Args:
        reporter: is told of everything.
        begun_anew: of each frame that will be registered, in order, whether it has no neighbour to go on from.
        span: shares of the whole time between which this is done.
        ahead: what begins every stage's name; where there is something, the frames do not count as done.
    """

    def __init__(
        self,
        reporter: Reporter,
        begun_anew: Sequence[bool],
        span: tuple[float, float] = (SURVEYED, ENDED),
        ahead: str = "",
    ) -> None:
        self._reporter, self._span, self._ahead = reporter, span, ahead
        self._work = [1.0 if anew else _SHORT for anew in begun_anew]
        self._over = 0

    def of(self, frame: int, again: bool = False) -> ProgressCallback:
        """Who is to be told by the registration of a frame; ``again`` if it is the frame's second."""

        def told(news: Progress) -> None:
            share = self._share(1.0 if again else news.fraction)
            self._pass_on(replace(news, fraction=share, stage=f"Frame {frame}: {news.stage}"), frame)

        return told

    def finished(self, frame: int) -> None:
        """A frame is done."""
        self._over += 1
        share = self._share(0.0) if self._over < len(self._work) else self._span[1]
        self._pass_on(Progress(f"Frame {frame}: done", share), frame)

    def _pass_on(self, news: Progress, frame: int) -> None:
        details = {**news.as_dict(), "stage": f"{self._ahead}{news.stage}"}
        done = 0 if self._ahead else self._over
        self._reporter.pass_on(SeriesProgress(**details, frame=frame, done=done, of=len(self._work)))

    def _share(self, of_frame: float) -> float:
        """Of the whole time, where so much of the frame after those that are over is done."""
        begin, end = self._span
        work = sum(self._work[: self._over]) + of_frame * self._work[self._over]
        return begin + (end - begin) * work / sum(self._work)
