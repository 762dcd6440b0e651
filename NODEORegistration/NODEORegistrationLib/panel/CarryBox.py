"""What goes along with the moving volume: the section Carry along."""

from ..run.Asked import offeredToCarry
from ..scene.Carried import carriedBy, undoCarrying
from ..scene.NodeChoices import CARRIED
from ..scene.Results import resultsOf
from .NodeList import NodeList


class CarryBox:
    """A tick for each node that can go along with the moving volume, and a button that undoes what a result has done.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self._list = NodeList(ui.carryList, CARRIED, self._titleOf)
        self._titles = {}
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
        offered = offeredToCarry(self._parameters)
        self._titles = {node.GetID(): title for node, title in offered.items()}
        self._list.show(self._parameters, list(offered))
        self._undoButton.enabled = bool(carriedBy(resultsOf(self._parameters).transform))

    def _titleOf(self, node):
        return self._titles[node.GetID()]

    def _onUndo(self):
        if self._parameters is not None:
            undoCarrying(resultsOf(self._parameters).transform)
            self.update()

    def _onCollapsed(self, collapsed):
        if not collapsed:
            self.update()
