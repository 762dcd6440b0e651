"""Structures of both volumes, or of the reference of a series: the part Structures of the section Guidance."""

from slicer.i18n import tr as _

from ..Parameters import leaveOutStructures, leftOutStructures
from ..run.SeriesRequest import isOfSeries, offeredStructures
from ..scene.ContentWatch import ContentWatch
from ..scene.Results import metricsFor
from ..scene.ResultSummary import structureOverlaps
from ..scene.Structures import namesOf
from ..Signal import Signal
from .CheckList import CheckList


class StructuresBox:
    """A tick for each structure that both have, with its overlap before and after the registration that is shown; of a
    series a tick for each that the reference has.

    Args:
        ui: the widgets of the panel.

    Signals:
        changed(): there are other structures.
    """

    def __init__(self, ui):
        self.changed = Signal()
        self._list = CheckList(ui.structuresList)
        self._label = ui.structuresListLabel
        self._ofBoth = self._label.text
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
        """Look which there are now, and what is known of them."""
        if self._parameters is None:
            return
        isSeries = isOfSeries(self._parameters)
        self._label.text = _("Of the reference:") if isSeries else self._ofBoth
        self._names = offeredStructures(self._parameters)
        overlaps = self._overlaps() if self._names and not isSeries else {}
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
