"""How a run is getting on: bar, stage, time left, loss curve and log."""

import time

from slicer.i18n import tr as _

from .LossCurve import drawLossCurve

_CURVE_HEIGHT = 110
_REDRAW_SECONDS = 0.2


class ProgressPanel:
    """Shows one run at a time.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self.ui = ui
        self._run = None
        self._started = self._drawn = 0.0
        ui.progressFrame.visible = False

    def follow(self, run):
        """Show ``run`` from its start to its end."""
        self._run = run
        self._started, self._drawn = time.monotonic(), 0.0
        self.ui.progressFrame.visible = self.ui.progressBar.visible = True
        self.ui.progressBar.setValue(0)
        self.ui.lossCurveLabel.visible = False
        self.ui.logTextEdit.plainText = ""
        self.ui.stageLabel.text = _("Starting")
        run.progress.connect(self._onProgress)
        run.log.connect(self._onLog)
        run.ended.connect(self._onEnded)

    def stopFollowing(self):
        """Let go of the run; it goes on without being shown."""
        if self._run is not None:
            self._run.progress.disconnect(self._onProgress)
            self._run.log.disconnect(self._onLog)
            self._run.ended.disconnect(self._onEnded)
            self._run = None

    def clear(self):
        """Forget the last run, also one that goes on."""
        self.stopFollowing()
        self.ui.progressFrame.visible = False
        self.ui.lossCurveLabel.clear()
        self.ui.logTextEdit.plainText = ""

    def _onProgress(self, event):
        fraction = event.get("fraction") or 0.0
        if self._run.state == "preparing":  # it may have waited before
            self._started = time.monotonic()
        self.ui.progressBar.setValue(round(100 * fraction))
        self.ui.stageLabel.text = " · ".join(filter(None, (_stage(event), self._timeLeft(fraction))))
        if event.get("loss") is not None and time.monotonic() - self._drawn > _REDRAW_SECONDS:
            self._drawCurve()

    def _onLog(self, line):
        self.ui.logTextEdit.appendPlainText(line)

    def _onEnded(self, run):
        if run.history:
            self._drawCurve()
        self.ui.progressBar.setValue(100 if run.state == "finished" else 0)
        self.ui.progressBar.visible = run.state != "finished"  # the room is for the result
        self.ui.lossCurveLabel.visible = bool(run.history) and run.state != "finished"
        if run.state == "finished":
            self.ui.stageLabel.text = _("Done in {seconds:.1f} s").format(seconds=run.metrics["seconds"]["slicer"])
        elif run.state == "cancelled":
            self.ui.stageLabel.text = _("Cancelled; the scene is as it was")
        else:
            self.ui.stageLabel.text = _("Failed: {message}").format(message=run.message)
        self.stopFollowing()

    def _timeLeft(self, fraction):
        spent = time.monotonic() - self._started
        if fraction < 0.04 or spent < 1.0:
            return ""
        left = spent / fraction - spent
        if left < 90:
            return _("about {seconds:.0f} s left").format(seconds=max(left, 1))
        return _("about {minutes:.0f} min left").format(minutes=left / 60)

    def _drawCurve(self):
        label = self.ui.lossCurveLabel
        label.visible = True
        width = max(self.ui.registerButton.width - 18, 120)
        label.setPixmap(drawLossCurve(self._run.history, width, _CURVE_HEIGHT, label.palette))
        self._drawn = time.monotonic()


def _stage(event):
    part = _part(event)
    if event.get("frame") is None:
        return part
    words = {"number": event["frame"] + 1, "done": event["done"], "of": event["of"]}
    return " · ".join(filter(None, (_("Frame {number}, {done} of {of} done").format(**words), part)))


def _part(event):
    if not event.get("iteration"):
        return event.get("stage") or ""
    return _("Level {level} of {levels}, iteration {iteration} of {iterations}").format(
        level=event["level"], levels=event["levels"], iteration=event["iteration"], iterations=event["iterations"]
    )
