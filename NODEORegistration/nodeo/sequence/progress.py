"""What a series tells while it is registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..progress import Progress, ProgressCallback, Reporter

_SURVEYED, _ENDED = 0.02, 0.97  # shares of the time when the survey ends, and when the last frame does
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
        callback: is told of everything; it stops the work by raising.
        begun_anew: of each frame that will be registered, in order, whether it has no neighbour to go on from.
    """

    def __init__(self, callback: ProgressCallback | None, begun_anew: Sequence[bool]) -> None:
        self._reporter = Reporter(callback)
        self._work = [1.0 if anew else _SHORT for anew in begun_anew]
        self._done = 0

    def tell(self, stage: str, fraction: float = 0.0) -> None:
        """News of no frame in particular."""
        self._reporter.pass_on(SeriesProgress(stage, fraction, done=self._done, of=len(self._work)))

    def check(self) -> None:
        """Give the caller a chance to stop the work, with nothing new to tell."""
        self._reporter.check()

    def of(self, frame: int, again: bool = False) -> ProgressCallback:
        """Who is to be told by the registration of a frame; ``again`` if it is the frame's second."""

        def told(news: Progress) -> None:
            share = self._share(1.0 if again else news.fraction)
            details = {**news.as_dict(), "fraction": share, "stage": f"Frame {frame}: {news.stage}"}
            self._reporter.pass_on(SeriesProgress(**details, frame=frame, done=self._done, of=len(self._work)))

        return told

    def finished(self, frame: int) -> None:
        """A frame is done."""
        self._done += 1
        share = self._share(0.0) if self._done < len(self._work) else _ENDED
        news = SeriesProgress(f"Frame {frame}: done", share, frame=frame, done=self._done, of=len(self._work))
        self._reporter.pass_on(news)

    def _share(self, of_frame: float) -> float:
        """Of the whole time, where so much of the frame after those that are done is over."""
        work = sum(self._work[: self._done]) + of_frame * self._work[self._done]
        return _SURVEYED + (_ENDED - _SURVEYED) * work / sum(self._work)
