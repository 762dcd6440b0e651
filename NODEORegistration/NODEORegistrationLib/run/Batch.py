"""Many moving volumes onto one fixed volume, one after the other through the queue: a run each, a row each."""

from dataclasses import dataclass

import qt

from ..scene.ResultSummary import foldsAndMeasure
from ..Signal import Signal
from .PairRun import PairRun
from .Request import whyNotRequest


@dataclass
class Row:
    """What is told of one run; it holds no node.

    Attributes:
        name: of the moving volume.
        state: of the run.
        percent: how far it is.
        message: why it failed.
        mark: of its results.
        folds, measure: what came of it, in words.
    """

    name: str
    state: str = "waiting"
    percent: int = 0
    message: str = ""
    mark: str = ""
    folds: str = ""
    measure: str = ""


class Batch:
    """Ends when every run has; one that fails does not keep the others from running.

    Args:
        requests: a :class:`~NODEORegistrationLib.run.Request.Request` each.
        submit: called with a run that is to be started as soon as those before it are over.

    Signals:
        started(Run): a run has left the queue.
        changed(int): the row has something new to tell.
        ended(Batch): all runs have ended.

    Attributes:
        runs: the runs, in the order of the requests; those that finished have ``nodes``, ``metrics`` and ``mark``.
        rows: a :class:`Row` each.
    """

    def __init__(self, requests, submit):
        self.started, self.changed, self.ended = Signal(), Signal(), Signal()
        self.runs = [PairRun(request) for request in requests]
        self.rows = [Row(request.moving.GetName()) for request in requests]
        self._submit = submit
        self._hasStarted = set()
        self._isCancelling = False

    def start(self):
        """Submit every run; what cannot be registered has failed already."""
        for index, run in enumerate(self.runs):
            run.progress.connect(lambda event, index=index: self._onProgress(index, event))
            run.ended.connect(lambda run, index=index: self._onEnded(index))
        for run in self.runs:
            if self._isCancelling:
                break
            reason = whyNotRequest(run.request)
            if reason:
                run.refuse(reason)
            else:
                self._submit(run)

    def cancel(self):
        """Stop the run that is under way, and forget those that wait."""
        self._isCancelling = True
        for run in reversed(self.runs):  # else the queue would start the next
            run.cancel()

    def isCancelling(self):
        """Whether it was told to stop and has not ended yet."""
        return self._isCancelling and not self.isOver()

    def isOver(self):
        """Whether every run has ended."""
        return all(run.isOver() for run in self.runs)

    def wait(self):
        """Return when all have ended; Slicer reacts to its user meanwhile."""
        if not self.isOver():
            loop = qt.QEventLoop()
            self.ended.connect(lambda batch: loop.quit())
            loop.exec_()

    def _onProgress(self, index, event):
        run, row = self.runs[index], self.rows[index]
        if run.state != "waiting" and index not in self._hasStarted:
            self._hasStarted.add(index)
            self.started.emit(run)
        row.state, row.percent = run.state, round(100 * (event.get("fraction") or 0.0))
        self.changed.emit(index)

    def _onEnded(self, index):
        run, row = self.runs[index], self.rows[index]
        row.state, row.mark = run.state, run.mark
        row.message = " ".join(filter(None, (run.message, run.hint)))
        row.folds, row.measure = foldsAndMeasure(run.metrics)
        self.changed.emit(index)
        if self.isOver():
            self.ended.emit(self)
            for signal in (self.started, self.changed, self.ended):
                signal.clear()
