"""What goes along with the moving volume: the section Carry along."""

from ..run.CarryReadiness import offeredNodes
from ..scene.Carrying import carriedBy, undoCarrying
from ..scene.Companions import titleOf
from ..scene.NodeChoices import CARRIED
from ..scene.Results import resultsOf
from .NodeList import NodeList


class CarryBox:
    """A tick for each node that lies where the moving volume lies, and a button that undoes what a result has done.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self._list = NodeList(ui.carryList, CARRIED, titleOf)
        self._section, self._undoButton = ui.carryCollapsibleButton, ui.undoCarryButton
        self._parameters = None
        self._undoButton.connect("clicked()", self._onUndo)
        self._section.connect("contentsCollapsed(bool)", self._onCollapsed)

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing."""
        self._parameters = parameters
        if parameters is None:
            self._list.forget()
        self.update()

    def update(self):
        """Look what can go along now, and what did; nobody does where the section is closed."""
        if self._parameters is None or self._section.collapsed:
            return
        self._list.show(self._parameters, offeredNodes(self._parameters))
        self._undoButton.enabled = bool(carriedBy(resultsOf(self._parameters).transform))

    def _onUndo(self):
        if self._parameters is not None:
            undoCarrying(resultsOf(self._parameters).transform)
            self.update()

    def _onCollapsed(self, collapsed):
        if not collapsed:
            self.update()
