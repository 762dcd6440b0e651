"""One run in the engine that is kept ready, with the signals and the methods of a process of its own."""

from ..Signal import Signal
from .WorkerProcess import WorkerProcess


class Turn:
    """Begins when its worker is free and has loaded everything.

    If the worker ends before it has, the run gets a process of its own, which knows what is wrong, or does it.

    Signals:
        event(dict), log(str), ended(int, str): as those of a :class:`~.WorkerProcess.WorkerProcess`.
    """

    def __init__(self, worker):
        self.event, self.log, self.ended = Signal(), Signal(), Signal()
        self._worker = worker
        self._arguments = []
        self._name = None
        self._hasBegun = self._isCancelling = False
        self._substitute = None

    def start(self, arguments):
        """Run ``nodeo`` with these arguments."""
        self._arguments = arguments
        self._hasBegun = self._worker.isReady()
        self._worker.event.connect(self._onEvent)
        self._worker.log.connect(self.log.emit)
        self._worker.ended.connect(self._onWorkerEnded)
        self._name = self._worker.begin(arguments)

    def isRunning(self):
        """Whether it has begun and not ended."""
        return self._name is not None

    def cancel(self):
        """Ask for the end; it comes within some seconds."""
        self._isCancelling = True
        if self._substitute is not None:
            self._substitute.cancel()
        elif self.isRunning():
            self._worker.cancel(self._name)

    def stopNow(self):
        """End it, with its worker, and return when that is gone."""
        self._isCancelling = True
        if self._substitute is not None:
            self._substitute.stopNow()
        elif self.isRunning():
            self._worker.stopNow()

    def _onEvent(self, event):
        if event["event"] == "ready":
            self._hasBegun = True
        elif event.get("run") != self._name:
            pass  # it is another's
        elif event["event"] == "done":
            self._leave()
            self._worker.rest()
            self._end(event["exit_code"], "")
        else:
            self.event.emit(event)

    def _onWorkerEnded(self, exitCode, failure):
        self._leave()
        if self._hasBegun or self._isCancelling:
            self._end(exitCode, failure)
            return
        self._substitute = WorkerProcess()
        self._substitute.event.connect(self.event.emit)
        self._substitute.log.connect(self.log.emit)
        self._substitute.ended.connect(self._end)
        self._substitute.start(self._arguments)

    def _leave(self):
        self._worker.event.disconnect(self._onEvent)
        self._worker.log.disconnect(self.log.emit)
        self._worker.ended.disconnect(self._onWorkerEnded)

    def _end(self, exitCode, failure):
        self._name = None
        self.ended.emit(exitCode, failure)
        for signal in (self.event, self.log, self.ended):
            signal.clear()
