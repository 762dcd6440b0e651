"""Structures that are segmented in both volumes: the part Structures of the section Guidance."""

import qt

from ..Parameters import leaveOutStructures, leftOutStructures
from ..scene.ContentWatch import ContentWatch
from ..scene.Results import metricsFor
from ..scene.ResultSummary import structureOverlaps
from ..scene.Structures import commonNames, namesOf
from ..Signal import Signal


class StructuresBox:
    """A tick for each structure that both have, with its overlap before and after the registration that is shown.

    Args:
        ui: the widgets of the panel.

    Signals:
        changed(): there are other structures.
    """

    def __init__(self, ui):
        self.changed = Signal()
        self._list = ui.structuresList
        self._parameters = None
        self._names, self._rows = [], []
        self._isFilling = False
        self._watch = ContentWatch(namesOf, self._onStructures)
        self._list.connect("itemChanged(QListWidgetItem*)", self._onTicked)

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing."""
        self._parameters = parameters
        if parameters is None:
            self._watch.stop()
            return
        self._watch.watch(parameters.fixedStructures, parameters.movingStructures)
        self.update()

    def update(self):
        """Look what both have in common now, and what is known of it."""
        if self._parameters is None:
            return
        fixed, moving = self._parameters.fixedStructures, self._parameters.movingStructures
        self._names = commonNames(fixed, moving)
        overlaps = self._overlaps() if self._names else {}
        leftOut = leftOutStructures(self._parameters)
        rows = [(_titled(name, overlaps.get(name)), name not in leftOut) for name in self._names]
        if rows != self._rows:
            self._rows = rows
            self._fill(rows)

    def _overlaps(self):
        """{name of a structure: its overlap before and after, in words}, if the result that is shown is of these."""
        return structureOverlaps(metricsFor(self._parameters, "fixedStructures", "movingStructures"))

    def _fill(self, rows):
        self._isFilling = True
        self._list.clear()
        for title, isTicked in rows:
            item = qt.QListWidgetItem(title)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsUserCheckable)
            item.setCheckState(qt.Qt.Checked if isTicked else qt.Qt.Unchecked)
            self._list.addItem(item)
        self._isFilling = False

    def _onTicked(self, item):
        """A person has ticked a structure, or unticked it; those of other segmentations keep what they have."""
        if self._isFilling or self._parameters is None:
            return
        ticks = [self._list.item(row).checkState() == qt.Qt.Checked for row in range(len(self._names))]
        elsewhere = [name for name in leftOutStructures(self._parameters) if name not in self._names]
        unticked = [name for name, isTicked in zip(self._names, ticks, strict=True) if not isTicked]
        leaveOutStructures(self._parameters, elsewhere + unticked)

    def _onStructures(self):
        self.update()
        self.changed.emit()


def _titled(name, overlap):
    return name if overlap is None else f"{name}  (Dice {overlap})"
