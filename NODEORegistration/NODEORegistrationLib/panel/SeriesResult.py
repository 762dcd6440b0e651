"""The part of the section Result that is there for a series: which frame is shown, and the motion over time."""

import slicer
from slicer.i18n import tr as _

from ..Later import later
from ..scene.Series import browserOf
from .TimeCurve import drawTimeCurve

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
        self._series, self._names = None, []
        ui.seriesCurveComboBox.connect("currentIndexChanged(int)", self._draw)
        self.show(None)

    def show(self, results):
        """Show what belongs to some results, if they are of a series; None: hold on to nothing."""
        series = ((results.metrics() if results else None) or {}).get("series")
        self._series = series
        for widget in (self._ui.seriesResultLabel, self._ui.timeCurveLabel):
            widget.visible = series is not None
        structures = (series or {}).get("structures") or []
        self._ui.seriesCurveComboBox.visible = bool(structures)
        node = None if series is None else results.documented()
        self._watch(None if node is None else browserOf(node))
        if series is not None:
            self._offer([structure["name"] for structure in structures])
            self._draw()

    def _offer(self, names):
        """List what a curve can be drawn of; what is chosen stays chosen from frame to frame."""
        if names == self._names:
            return
        self._names, box = names, self._ui.seriesCurveComboBox
        wasBlocked = box.blockSignals(True)
        box.clear()
        for title in (_("Motion"), *(_("Volume of {name}").format(name=name) for name in names)):
            box.addItem(title)
        box.blockSignals(wasBlocked)

    def _draw(self, _index=0):
        if self._series is None:
            return
        frames, shown = self._series["frames"], self._series["frame"]
        chosen = self._ui.seriesCurveComboBox.currentIndex if self._names else 0
        if chosen > 0:
            structure = self._series["structures"][chosen - 1]
            values, unit, told = structure["volumes"], structure["unit"].replace("2", "²"), _sizeTold(structure, shown)
        else:
            values, unit, told = [frame["mean_mm"] for frame in frames], "mm", _motionTold(frames, shown)
        self._ui.seriesResultLabel.text = told
        label = self._ui.timeCurveLabel
        width = max(self._ui.registerButton.width - 18, 120)
        times = [frame.get("time") for frame in frames]
        label.setPixmap(drawTimeCurve(values, times, unit, shown, width, _HEIGHT, label.palette))

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


def _motionTold(frames, shown):
    frame = frames[shown]
    words = {"number": shown + 1, "count": len(frames), "mean": frame["mean_mm"], "max": frame["max_mm"]}
    if None in words.values():
        return _onlyShown(frames, shown)
    return _("Frame {number} of {count} is shown; it moves {mean:.2f} mm on average, {max:.1f} mm at most.").format(
        **words
    )


def _sizeTold(structure, shown):
    volumes = structure["volumes"]
    known = [volume for volume in volumes if volume is not None]
    if volumes[shown] is None:
        return _onlyShown(volumes, shown)
    low, high = min(known), max(known)
    told = _(
        "Frame {number} of {count} is shown; {name} has {volume:.4g} {unit}, over the series"
        " {low:.4g} (frame {smallest}) to {high:.4g} (frame {largest})."
    )
    return told.format(
        number=shown + 1,
        count=len(volumes),
        name=structure["name"],
        volume=volumes[shown],
        unit=structure["unit"].replace("2", "²"),
        low=low,
        smallest=volumes.index(low) + 1,
        high=high,
        largest=volumes.index(high) + 1,
    )


def _onlyShown(frames, shown):
    return _("Frame {number} of {count} is shown.").format(number=shown + 1, count=len(frames))
