"""The button that says Register or Cancel, and the run that it has started."""

import time

import qt
import slicer
from slicer.i18n import tr as _

from ..Later import later
from ..Parameters import CHANNEL_NUMBERS, channelsOf
from ..run import Dependencies
from ..run.Asked import runAsked, whyNotAsked
from ..run.Reason import Reason
from ..scene.Results import resultsOf
from ..scene.SliceViews import showResult
from ..scene.VolumeWatch import VolumeWatch

DOUBLE_CLICK_SECONDS = 0.5  # the second click of two on Register does not mean Cancel

_SHORTCUT = "Ctrl+Return"
_MARKED = "color: #e5524c"  # a contrast of 3 on light and on dark
_LABELS = {  # parameter → label of its row
    "fixedVolume": "fixedVolumeLabel",
    "movingVolume": "movingVolumeLabel",
    "seriesScope": "seriesScopeLabel",
    "seriesReference": "seriesReferenceLabel",
    "seriesMode": "seriesModeLabel",
    "fixedMask": "fixedMaskLabel",
    "movingMask": "movingMaskLabel",
    "initialTransform": "initialTransformLabel",
    "levels": "levelsLabel",
    "iterations": "iterationsLabel",
    "steps": "stepsLabel",
    "lncc_window": "lnccWindowLabel",
    "fixedPoints": "fixedPointsLabel",
    "movingPoints": "movingPointsLabel",
    "fixedStructures": "fixedStructuresLabel",
    "movingStructures": "movingStructuresLabel",
    **{f"channel{number}": f"channel{number}Label" for number in CHANNEL_NUMBERS},
    "start": "startLabel",
    "other_settings": "otherSettingsLabel",
}


class RegisterButton:
    """Starts one run at a time, cancels it, and brings its end to the panel.

    Args:
        ui: the widgets of the panel.
        logic: the module's logic, which queues the run.
        progressPanel: shows how the run is getting on.
        inspectPanel: gives the slice views back before a run begins, and shows its result.
        preview, landmarksBox: give the slice views back before a result is shown.

    Attributes:
        run: what was started here and has not ended, or None.
    """

    def __init__(self, ui, logic, progressPanel, inspectPanel, preview, landmarksBox):
        self.run = None
        self._started = 0.0
        self._button = ui.registerButton
        self._reasonLabel = ui.reasonLabel
        self._labels = {name: getattr(ui, label) for name, label in _LABELS.items()}
        self._logic = logic
        self._progressPanel = progressPanel
        self._inspectPanel = inspectPanel
        self._preview = preview
        self._landmarksBox = landmarksBox
        self._parameters = None
        self._volumeWatch = VolumeWatch(self.update)
        self._button.connect("clicked()", self._onClicked)

    def follow(self, parameters):
        """Register what ``parameters`` say; None: hold on to nothing, a run goes on."""
        self._parameters = parameters
        if parameters is None:
            self._volumeWatch.stop()
            return
        further = [volume for fixed, moving, _weight in channelsOf(parameters) for volume in (fixed, moving)]
        self._volumeWatch.watch(parameters.fixedVolume, parameters.movingVolume, *further)
        self.update()

    def update(self):
        """Register, with the reason if it cannot be pressed, or Cancel."""
        button = self._button
        if self.run is not None:
            self._say(Reason(""))
            self._call(_("Cancel"))
            button.toolTip = _("Stop the registration; the scene stays as it is.")
            button.enabled = not self.run.isCancelling()
            return
        reason = whyNotAsked(self._parameters)
        self._call(_("Register"))
        button.toolTip = str(reason) or _("Deform the moving volume onto the fixed one.")
        button.enabled = not reason
        self._say(reason)

    def _call(self, text):
        """Name the button; Qt takes the shortcut away with the old name."""
        self._button.text = text
        self._button.shortcut = qt.QKeySequence(_SHORTCUT)

    def _say(self, reason):
        """Why Register cannot be pressed, under the button, and in color at the row that it is about."""
        self._reasonLabel.text = str(reason)
        self._reasonLabel.visible = bool(reason)
        for parameter, label in self._labels.items():
            label.styleSheet = _MARKED if reason and reason.parameter == parameter else ""

    def _onClicked(self):
        if self.run is None:
            self._register()
        elif time.monotonic() - self._started > DOUBLE_CLICK_SECONDS:
            self.run.cancel()
            self.update()

    def _register(self):
        self._button.enabled = False  # an installation may let a second click through
        reason = Dependencies.ensure() or whyNotAsked(self._parameters)
        self.update()
        if reason:
            slicer.util.warningDisplay(str(reason), windowTitle=_("NODEO Registration"))
            return
        self._inspectPanel.close()
        self.run, self._started = runAsked(self._parameters), time.monotonic()
        self.run.finished.connect(self._onFinished)
        self.run.failed.connect(self._onFailed)
        self.run.ended.connect(self._onEnded)
        self._progressPanel.follow(self.run)
        self._logic.submit(self.run)
        self.update()

    def _onFinished(self, run):
        self.show(run.mark)

    def show(self, mark):
        """Choose results, and show them."""
        self.giveViewsBack()
        parameters = self._parameters or self._logic.getParameterNode()
        parameters.result = mark
        if self._parameters is not None:  # else the views are another module's
            results = resultsOf(parameters)
            showResult(results.fixed, results.warped)
            self._inspectPanel.open()

    def giveViewsBack(self):
        """As they were before the parts of the panel borrowed them."""
        self._inspectPanel.close()
        self._landmarksBox.stopPlacing()
        self._preview.hide()

    def _onFailed(self, run):
        """Say why, and what to do."""
        text = run.message if not run.hint else f"{run.message}\n\n{run.hint}"
        log = "\n".join(run.logLines)
        # a dialog waits for its user: only when the run is over, and the next may have begun
        later(lambda: slicer.util.errorDisplay(text, windowTitle=_("NODEO Registration"), detailedText=log))

    def _onEnded(self, run):
        """Ready for the next."""
        self.run = None
        self.update()
