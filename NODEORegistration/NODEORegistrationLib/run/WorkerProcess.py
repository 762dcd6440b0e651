"""The engine as a process of its own: started, listened to, told to stop.

``PythonSlicer`` is a launcher: killing it leaves its Python child running. The worker ends by itself when it reads
``cancel`` or the end of its standard input, so that is how it is stopped; killing is for what does not listen.
"""

import json
import os
import shutil

import qt
from slicer.i18n import tr as _

from ..EngineSettings import MODULE_FOLDER
from ..Later import later
from ..Signal import Signal

GRACE_MS = 8000  # a worker that was told to stop insists on itself after 4 s


class WorkerProcess:
    """``nodeo`` with some arguments: one registration, or the worker that stays.

    Signals:
        event(dict): one event of the worker's protocol, see ``nodeo/app/events.py`` and ``serve.py``.
        log(str): a line the worker wrote to standard error.
        ended(int, str): exit code, and a sentence if the process itself failed (else empty). Emitted once.
    """

    def __init__(self):
        self.event = Signal()
        self.log = Signal()
        self.ended = Signal()
        self._partial = {"out": b"", "err": b""}
        self._over = False
        self._process = qt.QProcess()
        self._killer = qt.QTimer()
        self._killer.setSingleShot(True)
        self._connections = (
            (self._process, "readyReadStandardOutput()", self._readEvents),
            (self._process, "readyReadStandardError()", self._readLog),
            (self._process, "finished(int,QProcess::ExitStatus)", self._onFinished),
            (self._process, "errorOccurred(QProcess::ProcessError)", self._onError),
            (self._killer, "timeout()", self._process.kill),
        )
        for sender, signal, slot in self._connections:
            sender.connect(signal, slot)

    def start(self, arguments):
        """Start the worker with the arguments of ``nodeo``."""
        environment = qt.QProcessEnvironment.systemEnvironment()
        path = [str(MODULE_FOLDER), environment.value("PYTHONPATH", "")]
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, path)))
        environment.insert("PYTHONUNBUFFERED", "1")
        self._process.setProcessEnvironment(environment)
        # Slicer's own folders come before PYTHONPATH; the working directory comes before those.
        self._process.setWorkingDirectory(str(MODULE_FOLDER))
        program = shutil.which("PythonSlicer")
        if program is None:
            self._end(-1, _("PythonSlicer was not found, so the registration could not be started."))
            return
        self._process.start(program, ["-m", "nodeo", *arguments])

    def isRunning(self):
        """Whether there is a process."""
        return self._process is not None and self._process.state() != qt.QProcess.NotRunning

    def send(self, request):
        """Give the worker that stays a request, a dictionary."""
        if self._process is not None:
            self._process.write(json.dumps(request).encode() + b"\n")

    def kill(self):
        """End what does not listen."""
        if self._process is not None:
            self._process.kill()

    def cancel(self):
        """Ask the worker to stop: its input ends. It is killed if it does not within some seconds."""
        if self.isRunning() and not self._killer.active:
            self._process.closeWriteChannel()
            self._killer.start(GRACE_MS)

    def stopNow(self):
        """Cancel and wait: for when Slicer closes or the module is reloaded."""
        self.cancel()
        if self.isRunning() and not self._process.waitForFinished(GRACE_MS):
            self._process.kill()
            self._process.waitForFinished(1000)

    def _readEvents(self):
        for line in self._lines("out", self._process.readAllStandardOutput()):
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if isinstance(event, dict) and "event" in event:
                self.event.emit(event)
            else:
                self.log.emit(line)

    def _readLog(self):
        for line in self._lines("err", self._process.readAllStandardError()):
            self.log.emit(line)

    def _lines(self, stream, news):
        """Whole lines; half of one waits for the rest."""
        *whole, self._partial[stream] = (self._partial[stream] + news.data()).split(b"\n")
        return [text for text in (line.decode("utf-8", "replace").rstrip() for line in whole) if text]

    def _onFinished(self, exitCode, exitStatus):
        self._readEvents()
        self._readLog()
        for stream, partial in self._partial.items():
            if partial.strip():
                self._partial[stream] = b""
                self.log.emit(partial.decode("utf-8", "replace").rstrip())
        self._end(exitCode, "" if exitStatus == qt.QProcess.NormalExit else _("The registration process crashed."))

    def _onError(self, error):
        if error == qt.QProcess.FailedToStart:  # only then is there no finished()
            self._end(
                -1,
                _("The registration process could not be started: {reason}.").format(
                    reason=self._process.errorString()
                ),
            )

    def _end(self, exitCode, failure):
        if not self._over:
            self._over = True
            self._killer.stop()
            self.ended.emit(exitCode, failure)
            later(self._release)  # a process cannot be deleted inside its own signal

    def _release(self):
        """Let go of the process: connections hold what they call, and Python's collector does not see them."""
        for sender, signal, slot in self._connections:
            sender.disconnect(signal, slot)
        self._process.deleteLater()
        self._killer.deleteLater()
        self._process = self._killer = None
        self._connections = ()
        for signal in (self.event, self.log, self.ended):
            signal.clear()
