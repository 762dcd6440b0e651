"""The controls of the Inspect section, and what they do to an :class:`Inspection`."""

from slicer.i18n import tr as _

from ..scene.Inspection import AFTER, BEFORE, CHECKERBOARD, DIFFERENCE, JACOBIAN, Inspection
from ..scene.Results import Results

_TITLES = {
    BEFORE: _("Before: moving on fixed"),
    AFTER: _("After: warped on fixed"),
    CHECKERBOARD: _("Checkerboard: fixed, warped"),
    DIFFERENCE: _("Difference: fixed − warped"),
    JACOBIAN: _("Jacobian determinant"),
}


class InspectPanel:
    """Opening the section takes the slice views, closing it gives them back as they were.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self.ui = ui
        self.inspection = Inspection()
        self._results = Results()
        self._modes = []
        ui.inspectCollapsibleButton.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.inspectModeComboBox.connect("currentIndexChanged(int)", self._onMode)
        ui.beforeAfterButton.connect("clicked()", self._onBeforeAfter)
        ui.overlayOpacitySlider.connect("valueChanged(double)", self.inspection.setOpacity)
        ui.flickerCheckBox.connect("toggled(bool)", self.inspection.setFlicker)
        ui.gridCheckBox.connect("toggled(bool)", self._onGrid)
        ui.gridSpacingSpinBox.connect("valueChanged(double)", self._onGrid)
        ui.smallestButton.connect("clicked()", lambda: self._onGoTo(False))
        ui.largestButton.connect("clicked()", lambda: self._onGoTo(True))

    def update(self, results):
        """Follow the scene: results appeared, changed or went."""
        changed = results != self._results
        self._results = results
        there = any(node is not None for node in (results.warped, results.jacobian, results.transform))
        self.ui.inspectCollapsibleButton.enabled = there
        if not there:
            self.close()
        elif changed and self.inspection.isActive():
            self._open()

    def close(self):
        """Leave Inspect."""
        self.ui.inspectCollapsibleButton.collapsed = True
        self.inspection.leave()

    def _onCollapsed(self, collapsed):
        if collapsed:
            self._untick()
            self.inspection.leave()
        else:
            self._open()

    def _open(self):
        self._untick()
        self.inspection.enter(self._results)
        self._modes = self.inspection.modes()
        box = self.ui.inspectModeComboBox
        wasBlocked = box.blockSignals(True)
        box.clear()
        for mode in self._modes:
            box.addItem(_TITLES[mode])
        box.currentIndex = self._modes.index(AFTER) if AFTER in self._modes else 0
        box.blockSignals(wasBlocked)
        self.ui.beforeAfterButton.enabled = BEFORE in self._modes and AFTER in self._modes
        for button in (self.ui.smallestButton, self.ui.largestButton):
            button.enabled = self._results.jacobian is not None
        for widget in (self.ui.gridCheckBox, self.ui.gridSpacingSpinBox):
            widget.enabled = self._results.transform is not None
        self.ui.jumpLabel.visible = False
        self._onMode(box.currentIndex)

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
        value = self.inspection.goToExtreme(largest)
        self.ui.jumpLabel.visible = True
        self.ui.jumpLabel.text = _("det J = {value:.3f} here").format(value=value)
