"""Runs wait for each other: one at a time has the processor, or the GPU and its memory."""

import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

_queue = None


def runQueue():
    """The one queue of this Slicer."""
    global _queue
    if _queue is None:
        _queue = RunQueue()
    return _queue


class RunQueue(VTKObservationMixin):
    """The runs of this Slicer, whoever asked for them. Scene close cancels them all, and so does Slicer's end."""

    def __init__(self):
        VTKObservationMixin.__init__(self)
        self._runs = []

    def submit(self, run):
        """Start ``run`` as soon as no other is running."""
        if not self.hasObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self._onSceneStartClose):
            self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self._onSceneStartClose)
            slicer.app.connect("aboutToQuit()", self.stopNow)
        self._runs.append(run)
        run.over.connect(self._onOver)
        self._startNext()
        if run.state == "waiting":
            run.progress.emit({"stage": _("Waiting for another registration"), "fraction": 0.0})

    def stopNow(self):
        """End every run, and return when no worker is left: for the end of Slicer and the module's reload."""
        runs, self._runs = self._runs, []
        for run in reversed(runs):
            run.stopNow()
        if self.hasObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self._onSceneStartClose):
            self.removeObservers()
            slicer.app.disconnect("aboutToQuit()", self.stopNow)

    def _onSceneStartClose(self, caller, event):
        for run in reversed(list(self._runs)):
            run.cancel()

    def _onOver(self, run):
        if run in self._runs:
            self._runs.remove(run)
        self._startNext()

    def _startNext(self):
        if self._runs and self._runs[0].state == "waiting":
            self._runs[0].start()
