"""The controls of the Inspect section, and what they do to an :class:`Inspection`."""

import slicer
from slicer.i18n import tr as _

from ..scene.Inspection import AFTER, BEFORE, CHECKERBOARD, DIFFERENCE, JACOBIAN, VERSUS, Inspection
from ..scene.ResultIds import idsOf, nodesOf
from ..scene.Results import Results, resultsInScene
from ..scene.ResultSummary import comparisonHtml

_TITLES = {
    BEFORE: _("Before: moving on fixed"),
    AFTER: _("After: warped on fixed"),
    CHECKERBOARD: _("Checkerboard: fixed, warped"),
    DIFFERENCE: _("Difference: fixed − warped"),
    JACOBIAN: _("Jacobian determinant"),
    VERSUS: _("Both results: warped, warped"),
}


class InspectPanel:
    """Opening the section takes the slice views, closing it gives them back as they were.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self.ui = ui
        self.inspection = Inspection()
        self._resultIds = Results()
        self._maskId = None
        self._modes, self._marks = [], []
        ui.inspectCollapsibleButton.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.inspectModeComboBox.connect("currentIndexChanged(int)", self._onMode)
        ui.versusComboBox.connect("activated(int)", self._onVersus)
        ui.beforeAfterButton.connect("clicked()", self._onBeforeAfter)
        ui.overlayOpacitySlider.connect("valueChanged(double)", self.inspection.setOpacity)
        ui.flickerCheckBox.connect("toggled(bool)", self.inspection.setFlicker)
        ui.gridCheckBox.connect("toggled(bool)", self._onGrid)
        ui.gridSpacingSpinBox.connect("valueChanged(double)", self._onGrid)
        ui.smallestButton.connect("clicked()", lambda: self._onGoTo(False))
        ui.largestButton.connect("clicked()", lambda: self._onGoTo(True))

    def update(self, results, fixedMask=None):
        """Follow the scene: results appeared, changed or went.

        Args:
            fixedMask: segmentation or label map node: where extremes count.
        """
        ids = idsOf(results)
        changed = ids != self._resultIds
        self._resultIds = ids
        self._maskId = None if fixedMask is None else fixedMask.GetID()
        there = any(node is not None for node in (results.warped, results.jacobian, results.transform))
        self.ui.inspectCollapsibleButton.enabled = there
        if not there:
            self.close()
        elif self.inspection.isActive() and (
            changed or self._marks[1:] != [other.mark for other in _comparable(results)]
        ):
            self._open()

    def open(self):
        """Show the results in the views, if there is anything to show."""
        if self.ui.inspectCollapsibleButton.enabled:
            self.ui.inspectCollapsibleButton.collapsed = False

    def redraw(self):
        """The nodes show another frame of a series: what was drawn from them is drawn anew."""
        if self._mode() in (CHECKERBOARD, DIFFERENCE):
            self._onMode(self.ui.inspectModeComboBox.currentIndex)

    def close(self):
        """Leave Inspect."""
        self.ui.inspectCollapsibleButton.collapsed = True
        self.inspection.leave()

    def forget(self):
        """Keep nothing: the scene is being closed, or another is coming into it."""
        self.inspection.forget()
        self._resultIds, self._maskId = Results(), None
        self.close()

    def _onCollapsed(self, collapsed):
        if collapsed:
            self._untick()
            self.inspection.leave()
        else:
            self._open()

    def _open(self):
        self._untick()
        results = nodesOf(self._resultIds)
        self.inspection.enter(results)
        self._listOthers(results)
        self._listModes(AFTER)
        self.ui.beforeAfterButton.enabled = BEFORE in self._modes and AFTER in self._modes
        for button in (self.ui.smallestButton, self.ui.largestButton):
            button.enabled = results.jacobian is not None
        for widget in (self.ui.gridCheckBox, self.ui.gridSpacingSpinBox):
            widget.enabled = results.transform is not None
        self.ui.jumpLabel.visible = False
        self._onMode(self.ui.inspectModeComboBox.currentIndex)

    def _listModes(self, chosen):
        self._modes = self.inspection.modes()
        box = self.ui.inspectModeComboBox
        wasBlocked = box.blockSignals(True)
        box.clear()
        for mode in self._modes:
            box.addItem(_TITLES[mode])
        box.currentIndex = self._modes.index(chosen) if chosen in self._modes else 0
        box.blockSignals(wasBlocked)

    def _listOthers(self, results):
        """What the results can be compared with."""
        others = _comparable(results)
        self._marks = [None, *(other.mark for other in others)]
        box = self.ui.versusComboBox
        box.clear()
        for name in (_("None"), *(other.name() for other in others)):
            box.addItem(name)
        box.visible = self.ui.versusLabel.visible = bool(others)
        self.inspection.setVersus(None)
        self.ui.comparisonLabel.visible = False

    def _onVersus(self, index):
        """Another result was chosen to compare with, or none."""
        other = next((other for other in resultsInScene() if other.mark == self._marks[index]), None)
        self.inspection.setVersus(None if other is None else other.warped)
        self.ui.comparisonLabel.visible = other is not None
        if other is not None:
            self.ui.comparisonLabel.text = comparisonHtml([self.inspection.results, other])
        self._listModes(AFTER if other is None else VERSUS)
        self._onMode(self.ui.inspectModeComboBox.currentIndex)

    def _untick(self):
        self.ui.flickerCheckBox.checked = False
        self.ui.gridCheckBox.checked = False

    def _mode(self):
        index = self.ui.inspectModeComboBox.currentIndex
        return self._modes[index] if 0 <= index < len(self._modes) else None

    def _onMode(self, index):
        mode = self._mode()
        if mode is None or not self.inspection.isActive():
            return
        blends = mode not in (CHECKERBOARD, DIFFERENCE)
        if not blends:
            self.ui.flickerCheckBox.checked = False
        for widget in (self.ui.flickerCheckBox, self.ui.overlayOpacitySlider):
            widget.enabled = blends
        self.inspection.show(mode)

    def _onBeforeAfter(self):
        self.ui.inspectModeComboBox.currentIndex = self._modes.index(BEFORE if self._mode() == AFTER else AFTER)

    def _onGrid(self, _value):
        self.inspection.setGridVisible(self.ui.gridCheckBox.checked, self.ui.gridSpacingSpinBox.value)

    def _onGoTo(self, largest):
        mask = slicer.mrmlScene.GetNodeByID(self._maskId) if self._maskId else None
        value = self.inspection.goToExtreme(largest, mask)
        self.ui.jumpLabel.visible = value is not None
        if value is not None:
            self.ui.jumpLabel.text = _("det J = {value:.3f} here").format(value=value)


def _comparable(results):
    """The other results of the same fixed volume that have a warped one."""
    if results.fixed is None or results.warped is None:
        return []
    others = (other for other in resultsInScene() if other.mark != results.mark)
    return [other for other in others if other.fixed is results.fixed and other.warped is not None]
