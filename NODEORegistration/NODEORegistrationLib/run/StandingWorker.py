"""The engine kept ready: ``nodeo serve``, a process that has loaded PyTorch before Register is pressed.

It is started when the panel is opened, runs one registration after the other, is started again if it died, and ends
with Slicer, after fifteen minutes without work, and before a package is installed. Whether there is one is a setting of
this Slicer, not of a scene. A registration gets the same answer from it as from a process of its own, which is what it
gets where there is none.
"""

import qt
import slicer

from ..Signal import Signal
from .Turn import Turn
from .WorkerProcess import GRACE_MS, WorkerProcess

SETTING = "NODEO/KeepEngineReady"
_IDLE_MS = 15 * 60 * 1000
_FAILURES = 2  # in a row, and it is not tried again

_worker = None


def standingWorker():
    """The one of this Slicer."""
    global _worker
    if _worker is None:
        _worker = StandingWorker()
    return _worker


def isWanted():
    """Whether the user wants the engine kept ready."""
    return slicer.util.settingsValue(SETTING, True, converter=slicer.util.toBool)


def setWanted(wanted):
    """Keep the engine ready from now on, or not; what there is is left as it is."""
    slicer.app.userSettings().setValue(SETTING, bool(wanted))


class StandingWorker:
    """At most one process, started and ended as needed.

    Signals:
        event(dict), log(str): what the process says, whichever run it is about.
        ended(int, str): there is no process any more: its exit code, and a sentence if it failed.
    """

    def __init__(self):
        self.event, self.log, self.ended = Signal(), Signal(), Signal()
        self._process = None
        self._isReady = self._isBusy = self._isRetiring = False
        self._turns = 0
        self._failures = 0  # processes that ended by themselves since the last run that one has finished
        self._idle = self._killer = None

    def keepReady(self):
        """Start the process, if it is wanted and not there; return at once. Only when no package is missing."""
        if self._process is None and self._failures < _FAILURES and isWanted():
            self._start()

    def hire(self):
        """For one run: a turn in the process, or a process of its own if there is none to be had."""
        self.keepReady()
        return Turn(self) if self._process is not None and not self._isRetiring else WorkerProcess()

    def isThere(self):
        """Whether there is a process."""
        return self._process is not None

    def isReady(self):
        """Whether the process has loaded everything."""
        return self._isReady

    def begin(self, arguments):
        """Start a run with the arguments of ``nodeo``; its name in all events about it."""
        self._idle.stop()
        self._isBusy = True
        self._turns += 1
        self._process.send({"run": self._turns, "arguments": arguments})
        return self._turns

    def cancel(self, name):
        """End the run; the process is killed if it does not within some seconds."""
        if self._process is not None and not self._killer.active:
            self._process.send({"cancel": name})
            self._killer.start(GRACE_MS)

    def rest(self):
        """The run is over: after some idle minutes the process ends."""
        self._failures = 0
        self._isBusy = False
        if self._process is not None:
            self._killer.stop()
            self._idle.start(_IDLE_MS)
            if self._isRetiring:
                self._process.cancel()

    def retire(self):
        """Let the process end when it has finished its run; the next one that is needed is another."""
        if self._process is not None:
            self._isRetiring = True
            if not self._isBusy:
                self._process.cancel()

    def stopNow(self):
        """End it and return when it is gone: for the end of Slicer, a reload, and before packages change."""
        self._failures = 0
        if self._process is not None:
            self._isRetiring = True
            self._process.stopNow()

    def _start(self):
        self._idle, self._killer = qt.QTimer(), qt.QTimer()
        for timer, slot in ((self._idle, self.retire), (self._killer, self._kill)):
            timer.setSingleShot(True)
            timer.connect("timeout()", slot)
        self._process = WorkerProcess()
        self._process.event.connect(self._onEvent)
        self._process.log.connect(self.log.emit)
        self._process.ended.connect(self._onEnded)
        slicer.app.connect("aboutToQuit()", self.stopNow)
        self._process.start(["serve"])
        if self._process is not None:  # else it has failed at once
            self._idle.start(_IDLE_MS)

    def _kill(self):
        self._process.kill()

    def _onEvent(self, event):
        if event["event"] == "ready":
            self._isReady = True
        self.event.emit(event)

    def _onEnded(self, exitCode, failure):
        for timer, slot in ((self._idle, self.retire), (self._killer, self._kill)):
            timer.stop()
            timer.disconnect("timeout()", slot)
            timer.deleteLater()
        slicer.app.disconnect("aboutToQuit()", self.stopNow)
        endedByItself = not self._isRetiring
        self._process = self._idle = self._killer = None
        self._isReady = self._isBusy = self._isRetiring = False
        self._failures += endedByItself
        self.ended.emit(exitCode, failure)
        if endedByItself:
            self.keepReady()
