"""What the registrations of the scene achieved, one at a time, and what can be done with it."""

import html

import slicer
from slicer.i18n import tr as _

from ..run.SeriesRequest import isOfSeries
from ..scene.Results import Results, chosenOf, resultsInScene, resultsOf
from ..scene.ResultSummary import summaryHtml, summaryRows
from ..scene.Series import outsideReference
from ..scene.SeriesImport import isReference
from ..scene.Verdict import SHAPES, verdict
from .ApplyDialog import ApplyDialog
from .ExportDialog import ExportDialog
from .SeriesResult import SeriesResult


class ResultPanel:
    """Shows the results that are chosen, and leaves it to the Inspect section to show them in the views.

    Args:
        ui: the widgets of the panel.
        inspectPanel: told of them, too.
    """

    def __init__(self, ui, inspectPanel):
        self.ui = ui
        self._inspectPanel = inspectPanel
        self._parameters = None
        self._marks = []
        self._seriesResult = SeriesResult(ui, self._onFrame)
        ui.resultComboBox.connect("activated(int)", self._onChosen)
        ui.exportButton.connect("clicked()", self._onExport)
        ui.applyButton.connect("clicked()", self._onApply)

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing."""
        self._parameters = parameters
        if parameters is None:
            self._marks = []
            self._seriesResult.show(None)
            return
        self.update()

    def update(self):
        """Look what the scene holds now."""
        if self._parameters is None:
            return
        there = resultsInScene()
        shown = chosenOf(there, self._parameters)
        self._list(there, shown)
        metrics = shown.metrics()
        self.ui.pairLabel.text = self._pair(shown)
        self.ui.pairLabel.visible = bool(self.ui.pairLabel.text)
        self.ui.verdictLabel.text = _("Nothing registered yet.") if metrics is None else _light(*verdict(metrics))
        self.ui.verdictLabel.toolTip = "" if metrics is None else _plain(metrics)
        self._seriesResult.show(shown)
        self.ui.resultLabel.text = "" if metrics is None else summaryHtml(metrics)
        self.ui.detailsCollapsibleButton.visible = metrics is not None
        self.ui.exportButton.enabled = metrics is not None
        self.ui.applyButton.enabled = shown.transform is not None and shown.moving is not None
        sameFixed = shown.fixed is not None and shown.fixed is self._parameters.fixedVolume
        self._inspectPanel.update(shown, self._parameters.fixedMask if sameFixed else None)

    def _list(self, there, shown):
        box = self.ui.resultComboBox
        wasBlocked = box.blockSignals(True)
        box.clear()
        for results in there:
            box.addItem(results.name())
        self._marks = [results.mark for results in there]
        if shown.mark in self._marks:
            box.currentIndex = self._marks.index(shown.mark)
        box.blockSignals(wasBlocked)
        box.visible = bool(there)

    def _pair(self, shown):
        """The names of the pair, if it is not the one above, and why; else it is seen there."""
        if shown == Results():
            return ""
        fixed, moving = shown.inputNames()
        pair = _("Fixed: {fixed} · Moving: {moving}").format(fixed=fixed, moving=moving)
        if None in (shown.fixed, shown.moving):
            return _("{pair}. Not both are in the scene any more.").format(pair=pair)
        if not self._isChosen(shown):
            return _("{pair}. Other volumes are chosen above.").format(pair=pair)
        return ""

    def _isChosen(self, shown):
        """Whether the volumes that are chosen above are those of the results."""
        fixed, moving = self._parameters.fixedVolume, self._parameters.movingVolume
        if isReference(shown.fixed) and isOfSeries(self._parameters):
            fixed = outsideReference(fixed, moving) or shown.fixed
        return (fixed, moving) == (shown.fixed, shown.moving)

    def _onFrame(self):
        """The nodes of the results show another frame."""
        self.update()
        self._inspectPanel.redraw()

    def _onChosen(self, index):
        self._parameters.result = self._marks[index]

    def _onExport(self):
        ExportDialog(resultsOf(self._parameters), slicer.util.mainWindow()).run()

    def _onApply(self):
        ApplyDialog(resultsOf(self._parameters), slicer.util.mainWindow()).run()


def _light(color, sentences):
    return f"<span style='color:{color}'>{SHAPES[color]}</span> {html.escape(sentences, quote=False)}"


def _plain(metrics):
    """The numbers as plain lines."""
    return "\n".join(
        " ".join(filter(None, (f"{name}:", value, remark))) for name, value, remark in summaryRows(metrics)
    )
