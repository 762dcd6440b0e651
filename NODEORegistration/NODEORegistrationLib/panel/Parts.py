"""The parts of the panel, put together."""

from .EngineBox import EngineBox
from .GuidanceBox import GuidanceBox
from .ImagesBox import ImagesBox
from .InspectPanel import InspectPanel
from .ParameterBinding import ParameterBinding
from .Preview import Preview
from .ProgressPanel import ProgressPanel
from .RegisterButton import RegisterButton
from .ResultPanel import ResultPanel


class Parts:
    """Every part of the panel, and the binding of the parameters that they follow.

    Args:
        ui: the widgets of the panel.
        logic: the module's logic, which queues runs.
    """

    def __init__(self, ui, logic):
        self.engineBox = EngineBox(ui)
        self.progressPanel = ProgressPanel(ui)
        self.guidanceBox = GuidanceBox(ui)  # before those that take the views from it
        self.inspectPanel = InspectPanel(ui)
        self.resultPanel = ResultPanel(ui, self.inspectPanel)
        preview = Preview(self.inspectPanel)
        self.registerButton = RegisterButton(
            ui, logic, self.progressPanel, self.inspectPanel, preview, self.guidanceBox
        )
        self.guidanceBox.started.connect(self.inspectPanel.close)
        self.guidanceBox.changed.connect(self.registerButton.update)
        self.binding = ParameterBinding(
            ui, ImagesBox(ui), self.guidanceBox, self.resultPanel, self.registerButton, preview
        )

    def update(self):
        """Look what the scene holds now."""
        self.resultPanel.update()
        self.guidanceBox.update()

    def leave(self):
        """Give the views back, and let go of the parameters; a run goes on."""
        self.inspectPanel.close()
        self.binding.release()

    def forget(self):
        """Keep nothing of the scene: it is being closed, or another is coming into it."""
        self.inspectPanel.forget()
        self.binding.release()
