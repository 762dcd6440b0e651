"""A registration's life: out of the scene, through the worker, back into the scene; never in Slicer's way for long."""

import json
import logging
import shutil
import time

import qt
import slicer
from slicer.i18n import tr as _

from ..Later import later
from ..scene import SceneExport
from ..scene.SceneImport import ImportFailed
from ..scene.TemporaryFolder import newFolder
from ..Signal import Signal
from .Hints import remedy
from .StandingWorker import standingWorker


class Run:
    """The life of one request; it ends once, finished, failed or cancelled.

    A pair or a series says which files the worker is handed (:meth:`_writing`), what it is to do with them
    (:meth:`_arguments`), and how its answer comes into the scene (:meth:`_loading`).

    Signals:
        progress(dict): the worker's news: stage, fraction, level, levels, iteration, iterations, loss, similarity.
        log(str): a line for the log.
        over(Run): its state is final, and the next may begin; nobody else has been told yet.
        finished(Run), failed(Run), cancelled(Run): how it ended.
        ended(Run): it ended; comes last, whichever way.

    Attributes:
        state: waiting, preparing, running, loading, finished, failed or cancelled.
        nodes: {kind: node} of a finished run.
        mark: what those nodes have in common, see :class:`~NODEORegistrationLib.scene.Results.Results`.
        metrics, settings: what the worker measured, and with what settings it ran.
        message, hint: why a failed run failed, and what to do.
        history: the losses so far.
        folder: the temporary folder, a Path; None before and after, unless it is kept.
    """

    def __init__(self, request):
        self.request = request
        self.progress, self.log = Signal(), Signal()
        self.over = Signal()
        self.finished, self.failed, self.cancelled, self.ended = Signal(), Signal(), Signal(), Signal()
        self.state = "waiting"
        self.nodes, self.metrics, self.settings = {}, {}, {}
        self.message, self.hint, self.mark = "", "", ""
        self.history, self.logLines = [], []
        self.folder = None
        self._worker = None
        self._answer = None
        self._cancelling = False
        self._steps = []

    def isCancelling(self):
        """Whether it was told to stop and has not ended yet."""
        return self._cancelling and not self.isOver()

    def isOver(self):
        """Whether it has ended."""
        return self.state in ("finished", "failed", "cancelled")

    def start(self):
        """Begin; what can take a while happens in pieces, between which Slicer is free."""
        self.state, self._begun = "preparing", time.monotonic()
        self.progress.emit({"stage": _("Sending the volumes"), "fraction": 0.0})
        self._do([self._makeFolder, *self._writing(), self._startWorker])

    def _writing(self):
        """The steps that write everything the worker reads."""
        raise NotImplementedError

    def _arguments(self):
        """What the worker is to do with those files, but where the result goes and what everyone says."""
        raise NotImplementedError

    def _loading(self, output):
        """The steps that read the worker's folder and, the last of them, change the scene."""
        raise NotImplementedError

    def refuse(self, reason):
        """Fail before the start, for a reason that is known."""
        self._fail(str(reason), "")

    def cancel(self):
        """Stop; the scene stays as it is. The end is told by the signals, within a second or two."""
        if self.isOver():
            return
        self._cancelling = True
        if self.state == "running":
            self._worker.cancel()
        else:
            self._end("cancelled")

    def wait(self):
        """Return when it has ended; Slicer reacts to its user meanwhile."""
        if not self.isOver():
            loop = qt.QEventLoop()
            self.ended.connect(lambda run: loop.quit())
            loop.exec_()

    def stopNow(self):
        """Cancel and return only when the worker is gone: for when Slicer closes."""
        self._cancelling = True
        if self._worker is not None:
            self._worker.stopNow()
        if not self.isOver():
            self._end("cancelled")

    def _do(self, steps):
        """Take the steps one by one, each in a turn of the event loop of its own."""
        self._steps = list(steps)
        later(self._step)

    def _step(self):
        if self.isOver() or not self._steps:
            return
        step = self._steps.pop(0)
        try:
            step()
        except (SceneExport.ExportError, ImportFailed) as error:
            self._fail(str(error), "")
        except OSError as error:
            self._fail(
                _("The temporary files could not be written or read: {reason}.").format(reason=error.strerror or error),
                _("Check that the temporary folder exists and has free space."),
            )
        except Exception as error:
            logging.exception("NODEO: a registration failed inside Slicer.")
            self._fail(_("Something went wrong inside Slicer: {error}.").format(error=error), "")
        else:
            if self._steps:
                later(self._step)

    def _makeFolder(self):
        gone = [node for node in self.request.inputs() if node.GetScene() is not slicer.mrmlScene]
        if gone:
            raise SceneExport.ExportError(_("{name} is no longer in the scene.").format(name=gone[0].GetName()))
        self.folder = newFolder()

    def _writeSettings(self, settings):
        text = json.dumps(settings, indent=2, default=_plain)
        (self.folder / "request.json").write_text(text, encoding="utf-8")

    def _startWorker(self):
        folder = self.folder
        arguments = [*self._arguments(), "--output", str(folder / "output"), "--progress", "json"]
        arguments += ["--preset", self.request.preset, "--settings", str(folder / "request.json")]
        self._worker = standingWorker().hire()
        self._worker.event.connect(self._onEvent)
        self._worker.log.connect(self._note)
        self._worker.ended.connect(self._onWorkerEnded)
        self.state = "running"
        self.progress.emit({"stage": _("Starting"), "fraction": 0.0})
        self._note("nodeo " + " ".join(arguments))
        self._worker.start(arguments)

    def _note(self, line):
        self.logLines.append(line)
        self.log.emit(line)

    def _onEvent(self, event):
        if event["event"] == "progress":
            self._onProgress(event)
        elif event["event"] in ("result", "error", "cancelled"):
            self._answer = event

    def _onProgress(self, event):
        if event.get("loss") is not None:
            self.history.append(event)
        self.progress.emit(event)

    def _onWorkerEnded(self, exitCode, failure):
        answer = self._answer or {"event": "nothing"}
        if self._cancelling or answer["event"] == "cancelled":
            self._end("cancelled")
        elif answer["event"] == "result" and exitCode == 0:
            self._load()
        elif answer["event"] == "error":
            self._fail(answer.get("message") or "", remedy(answer))
        else:
            sentence = failure or _("The registration process ended unexpectedly (exit code {code}).").format(
                code=exitCode
            )
            self._fail(sentence, _("The details tell what it said last."))

    def _load(self):
        self.state = "loading"
        self.progress.emit({"stage": _("Loading the result"), "fraction": 0.99})
        self._do(self._loading(self.folder / "output"))

    def _readNumbers(self, output):
        self.metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
        self.settings = json.loads((output / "settings.json").read_text(encoding="utf-8"))
        self.metrics.setdefault("seconds", {})["slicer"] = round(time.monotonic() - self._begun, 1)

    @staticmethod
    def _stillThere(node):
        """The node, unless it has left the scene."""
        return node if node is not None and node.GetScene() is slicer.mrmlScene else None

    def _fail(self, message, hint):
        self.message, self.hint = message, hint
        self._end("failed")

    def _end(self, state):
        if self.isOver():
            return
        self.state = state
        self._steps = []
        if self.message:
            self._note(self.message)
        if self.folder is not None and not self.request.keepFiles:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None
        self.over.emit(self)
        {"finished": self.finished, "failed": self.failed, "cancelled": self.cancelled}[state].emit(self)
        self.ended.emit(self)
        self._letGo()

    def _letGo(self):
        """Hold no volume longer than the scene does: whoever keeps a run that is over keeps its numbers and nodes."""
        self.request = self._worker = self._answer = None
        for signal in (self.progress, self.log, self.over, self.finished, self.failed, self.cancelled, self.ended):
            signal.clear()


def _plain(value):
    """A number or array of numpy as JSON has it; anything else as text, for the engine to judge."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
