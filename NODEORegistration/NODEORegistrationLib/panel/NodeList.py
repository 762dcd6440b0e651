"""A list of nodes with a tick before each; what is ticked is kept in the parameter node."""

import slicer

from ..scene.NodeChoices import chosenNodes, tickAmong
from .CheckList import CheckList


class NodeList:
    """Shows the nodes that can be ticked.

    Args:
        widget: a QListWidget.
        role: of the references of the parameter node, see :mod:`~NODEORegistrationLib.scene.NodeChoices`.
        titleOf: what a node is called in the list.
    """

    def __init__(self, widget, role, titleOf):
        self._list = CheckList(widget)
        self._role, self._titleOf = role, titleOf
        self._parameters = None
        self._ids = []
        self._list.ticked.connect(self._onTicked)

    def show(self, parameters, nodes):
        """Offer these nodes, ticked as ``parameters`` have it."""
        self._parameters = parameters
        self._ids = [node.GetID() for node in nodes]
        chosen = chosenNodes(parameters, self._role)
        self._list.show([(self._titleOf(node), node in chosen) for node in nodes])

    def ticked(self):
        """The nodes that are offered and ticked; none where the scene has been closed."""
        if self._parameters is None:
            return []
        return [node for node in chosenNodes(self._parameters, self._role) if node.GetID() in self._ids]

    def forget(self):
        """Hold on to nothing."""
        self._parameters = None

    def _onTicked(self, ticks):
        if self._parameters is None:
            return
        shown = [(slicer.mrmlScene.GetNodeByID(shownId), tick) for shownId, tick in zip(self._ids, ticks, strict=True)]
        shown = [(node, tick) for node, tick in shown if node is not None]
        tickAmong(self._parameters, self._role, [node for node, _tick in shown], [tick for _node, tick in shown])
