"""Structures that are segmented in both volumes: the part Structures of the section Guidance."""

from ..Parameters import leaveOutStructures, leftOutStructures
from ..scene.ContentWatch import ContentWatch
from ..scene.Results import metricsFor
from ..scene.ResultSummary import structureOverlaps
from ..scene.Structures import commonNames, namesOf
from ..Signal import Signal
from .CheckList import CheckList


class StructuresBox:
    """A tick for each structure that both have, with its overlap before and after the registration that is shown.

    Args:
        ui: the widgets of the panel.

    Signals:
        changed(): there are other structures.
    """

    def __init__(self, ui):
        self.changed = Signal()
        self._list = CheckList(ui.structuresList)
        self._parameters = None
        self._names = []
        self._watch = ContentWatch(namesOf, self._onStructures)
        self._list.ticked.connect(self._onTicked)

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
        self._list.show([(_titled(name, overlaps.get(name)), name not in leftOut) for name in self._names])

    def _overlaps(self):
        """{name of a structure: its overlap before and after, in words}, if the result that is shown is of these."""
        return structureOverlaps(metricsFor(self._parameters, "fixedStructures", "movingStructures"))

    def _onTicked(self, ticks):
        """A person has ticked a structure, or unticked it; those of other segmentations keep what they have."""
        if self._parameters is None:
            return
        elsewhere = [name for name in leftOutStructures(self._parameters) if name not in self._names]
        unticked = [name for name, isTicked in zip(self._names, ticks, strict=True) if not isTicked]
        leaveOutStructures(self._parameters, elsewhere + unticked)

    def _onStructures(self):
        self.update()
        self.changed.emit()


def _titled(name, overlap):
    return name if overlap is None else f"{name}  (Dice {overlap})"
