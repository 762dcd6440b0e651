"""The part of the section Result that is there for a series: which frame is shown, and the motion over time."""

import slicer
from slicer.i18n import tr as _

from ..Later import later
from ..scene.Series import browserOf
from .MotionCurve import drawMotionCurve

_HEIGHT = 70  # pixels


class SeriesResult:
    """Shows where in the series the figures of the panel belong, and follows the sequence browser while it plays.

    Args:
        ui: the widgets of the panel.
        changed: called without arguments when another frame is shown.
    """

    def __init__(self, ui, changed):
        self._ui, self._changed = ui, changed
        self._browserId, self._tag = "", None
        self._item, self._isLookingSoon = None, False
        self.show(None)

    def show(self, results):
        """Show what belongs to some results, if they are of a series; None: hold on to nothing."""
        series = ((results.metrics() if results else None) or {}).get("series")
        for widget in (self._ui.seriesResultLabel, self._ui.motionCurveLabel):
            widget.visible = series is not None
        node = None if series is None else results.documented()
        self._watch(None if node is None else browserOf(node))
        if series is None:
            return
        frames, shown = series["frames"], series["frame"]
        self._ui.seriesResultLabel.text = _told(frames, shown)
        label = self._ui.motionCurveLabel
        width = max(self._ui.registerButton.width - 18, 120)
        label.setPixmap(drawMotionCurve(frames, shown, width, _HEIGHT, label.palette))

    def _watch(self, browser):
        """Hear of the frames of this browser, and of no other's; the browser is not held."""
        browserId = "" if browser is None else browser.GetID()
        if browserId == self._browserId:
            return
        before = slicer.mrmlScene.GetNodeByID(self._browserId) if self._browserId else None
        if before is not None:
            before.RemoveObserver(self._tag)
        self._browserId, self._tag = browserId, None
        if browser is not None:
            self._item = browser.GetSelectedItemNumber()
            self._tag = browser.AddObserver("ModifiedEvent", self._onBrowser)

    def _onBrowser(self, browser, event):
        """Another frame: it is in the nodes when all have heard of it."""
        if browser.GetSelectedItemNumber() != self._item and not self._isLookingSoon:
            self._isLookingSoon = True
            later(self._look)

    def _look(self):
        self._isLookingSoon = False
        browser = slicer.mrmlScene.GetNodeByID(self._browserId) if self._browserId else None
        if browser is not None:
            self._item = browser.GetSelectedItemNumber()
            self._changed()


def _told(frames, shown):
    frame = frames[shown]
    words = {"number": shown + 1, "count": len(frames), "mean": frame["mean_mm"], "max": frame["max_mm"]}
    if None in words.values():
        return _("Frame {number} of {count} is shown.").format(**words)
    return _("Frame {number} of {count} is shown; it moves {mean:.2f} mm on average, {max:.1f} mm at most.").format(
        **words
    )
