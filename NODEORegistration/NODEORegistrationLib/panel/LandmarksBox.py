"""Places that are seen in both volumes: the part Landmarks of the section Guidance."""

import qt
import slicer
from slicer.i18n import tr as _

from ..run.Readiness import whyNotRegistrable
from ..scene.ContentWatch import ContentWatch
from ..scene.Landmarks import labelsOf, newList, pairsOf
from ..scene.PairPlacing import PairPlacing
from ..scene.Results import metricsFor
from ..scene.ResultSummary import landmarkErrors
from ..Signal import Signal

_GREEN, _MAGENTA = (0.2, 0.9, 0.3), (0.95, 0.3, 0.9)  # as the volumes over each other
_NO_NUMBER = "–"
_LABEL_WIDTH = 70  # pixels


class LandmarksBox:
    """Point lists, the clicks that fill them, and the table of their pairs.

    Args:
        ui: the widgets of the panel.

    Signals:
        started(): clicks in the views are about to become points.
        changed(): the lists have other points.
    """

    def __init__(self, ui):
        self.ui = ui
        self.started, self.changed = Signal(), Signal()
        self._parameters = None
        self._chosen = ()
        self._rows = []
        self._placing = PairPlacing()
        self._placing.turn.connect(self._onTurn)
        self._placing.stopped.connect(self._onStopped)
        self._escape = None
        self._watch = ContentWatch(labelsOf, self._onPoints)
        ui.placeLabel.visible = False
        ui.placePairsButton.connect("toggled(bool)", self._onPlace)
        ui.registerButton.connect("clicked()", self.stopPlacing)
        ui.inspectCollapsibleButton.connect("contentsCollapsed(bool)", self._onInspect)
        ui.pointsTable.connect("cellDoubleClicked(int,int)", self._onRow)
        ui.pointsTable.setHorizontalHeaderLabels([_("Landmark"), _("Error before → after")])
        ui.pointsTable.setColumnWidth(0, _LABEL_WIDTH)
        ui.pointsTable.horizontalHeader().setStretchLastSection(True)

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing."""
        self._parameters = parameters
        chosen = () if parameters is None else self._choice()
        if chosen != self._chosen:
            self._chosen = chosen
            self.stopPlacing()
        if parameters is None:
            self._watch.stop()
            return
        self._watch.watch(parameters.fixedPoints, parameters.movingPoints)
        self.ui.placePairsButton.enabled = not whyNotRegistrable(parameters.fixedVolume, parameters.movingVolume)
        self.update()

    def update(self):
        """Look what is known of the pairs now."""
        if self._parameters is None:
            return
        fixed, moving = self._parameters.fixedPoints, self._parameters.movingPoints
        names = [] if None in (fixed, moving) else [pair.name for pair in pairsOf(fixed, moving)]
        errors = self._errors() if names else {}
        rows = [(name, errors.get(name, _NO_NUMBER)) for name in names]
        if rows != self._rows:
            self._rows = rows
            self._fill(rows)

    def stopPlacing(self):
        """Give the views and the mouse back."""
        self._placing.stop()

    def _choice(self):
        """The IDs of what is clicked in, and of what clicks go to."""
        names = ("fixedVolume", "movingVolume", "fixedPoints", "movingPoints")
        nodes = [getattr(self._parameters, name) for name in names]
        return tuple(None if node is None else node.GetID() for node in nodes)

    def _onPlace(self, wanted):
        if not wanted:
            self.stopPlacing()
        elif self._parameters is not None:
            self._start(self._parameters)

    def _start(self, parameters):
        """Let clicks become points, of new lists where none are chosen."""
        volumes = parameters.fixedVolume, parameters.movingVolume
        self.started.emit()
        if parameters.fixedPoints is None:
            parameters.fixedPoints = newList(_("Fixed landmarks"), _GREEN, volumes[0])
        if parameters.movingPoints is None or parameters.movingPoints is parameters.fixedPoints:
            parameters.movingPoints = newList(_("Moving landmarks"), _MAGENTA, volumes[1])
        self._placing.start(volumes, (parameters.fixedPoints, parameters.movingPoints))
        self.ui.placePairsButton.checked = self._placing.isActive()
        self._escape = qt.QShortcut(qt.QKeySequence("Esc"), slicer.util.mainWindow())
        self._escape.connect("activated()", self.stopPlacing)

    def _onTurn(self, isMoving, number):
        volume = self._parameters.movingVolume if isMoving else self._parameters.fixedVolume
        sentence = _("Click landmark {number} in {volume}. Esc ends it.")
        self.ui.placeLabel.text = sentence.format(number=number, volume=volume.GetName())
        self.ui.placeLabel.visible = True

    def _onStopped(self):
        self.ui.placeLabel.visible = False
        self.ui.placePairsButton.checked = False
        if self._escape is not None:
            self._escape.disconnect("activated()", self.stopPlacing)
            self._escape.deleteLater()
            self._escape = None

    def _onInspect(self, collapsed):
        if not collapsed:  # it takes the views, too
            self.stopPlacing()

    def _onPoints(self):
        self.update()
        self.changed.emit()

    def _errors(self):
        """{name of a pair: its error before and after the registration that is shown, in words}"""
        return landmarkErrors(metricsFor(self._parameters, "fixedPoints", "movingPoints"))

    def _fill(self, rows):
        table = self.ui.pointsTable
        table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.setItem(row, column, qt.QTableWidgetItem(text))

    def _onRow(self, row, column):
        """Show the fixed point of a row in the slice views."""
        if self._parameters is None or not 0 <= row < len(self._rows):
            return
        fixed = self._parameters.fixedPoints
        pair = pairsOf(fixed, self._parameters.movingPoints)[row]
        slicer.modules.markups.logic().JumpSlicesToNthPointInMarkup(fixed.GetID(), pair.fixed, True)
