"""The parameters that the panel shows, and everything in it that depends on them."""

import vtk

from .PresetFollower import PresetFollower
from .WidgetStates import updateWidgetStates


class ParameterBinding:
    """Binds the widgets to the parameters of one node at a time, or to nothing.

    Args:
        ui: the widgets of the panel.
        followers: what else depends on the parameters. Each one's ``follow`` is called, in this order, with the
            parameters when they are bound and whenever one has changed, and with None when they are let go.

    Attributes:
        parameters: what is bound now, or None.
    """

    def __init__(self, ui, *followers):
        self.ui = ui
        self.parameters = None
        self._followers = followers
        self._presetFollower = None
        self._guiTag = self._nodeTag = None

    def bind(self, parameters):
        """Show ``parameters``, and no others."""
        self.release()
        presetFollower = PresetFollower(parameters)
        self._guiTag = parameters.connectParametersToGui(_widgets(self.ui))  # connectGui() returns no tag
        self._nodeTag = parameters.parameterNode.AddObserver(
            vtk.vtkCommand.ModifiedEvent,
            self._onModified,
            -1.0,  # after the parameters have read what another wrapper of the node has written
        )
        self.parameters, self._presetFollower = parameters, presetFollower
        self._onModified()

    def release(self):
        """Let go of the parameters; the widgets stay as they are."""
        if self.parameters is None:
            return
        self.parameters.disconnectGui(self._guiTag)
        self.parameters.parameterNode.RemoveObserver(self._nodeTag)
        self.parameters = self._presetFollower = None
        for follower in self._followers:
            follower.follow(None)

    def _onModified(self, caller=None, event=None):
        self._presetFollower.update()
        updateWidgetStates(self.ui, self.parameters)
        for follower in self._followers:
            follower.follow(self.parameters)


def _widgets(ui):
    """{parameter: its widget}, by what the widgets say in the designer's file."""
    found = {}
    for widget in vars(ui).values():
        name = widget.property("SlicerParameterName")
        if name:
            found[name] = widget
    return found
