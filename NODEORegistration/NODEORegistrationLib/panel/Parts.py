"""The parts of the panel, put together."""

from .ChannelsBox import ChannelsBox
from .EngineBox import EngineBox
from .FieldNames import nameFields
from .ImagesBox import ImagesBox
from .InspectPanel import InspectPanel
from .LandmarksBox import LandmarksBox
from .ParameterBinding import ParameterBinding
from .Preview import Preview
from .ProgressPanel import ProgressPanel
from .RegisterButton import RegisterButton
from .ResultPanel import ResultPanel
from .SeriesBox import SeriesBox
from .StructuresBox import StructuresBox


class Parts:
    """Every part of the panel, and the binding of the parameters that they follow.

    Args:
        ui: the widgets of the panel.
        logic: the module's logic, which queues runs.
    """

    def __init__(self, ui, logic):
        nameFields(ui)
        self.engineBox = EngineBox(ui)
        self.progressPanel = ProgressPanel(ui)
        self.landmarksBox = LandmarksBox(ui)  # before those that take the views from it
        self.structuresBox = StructuresBox(ui)
        self.inspectPanel = InspectPanel(ui)
        self.resultPanel = ResultPanel(ui, self.inspectPanel)
        preview = Preview(self.inspectPanel)
        self.registerButton = RegisterButton(
            ui, logic, self.progressPanel, self.inspectPanel, preview, self.landmarksBox
        )
        self.landmarksBox.started.connect(self.inspectPanel.close)
        for box in (self.landmarksBox, self.structuresBox):
            box.changed.connect(self.registerButton.update)
        self.binding = ParameterBinding(
            ui,
            ImagesBox(ui),
            SeriesBox(ui),
            self.landmarksBox,
            self.structuresBox,
            ChannelsBox(ui),
            self.resultPanel,
            self.registerButton,
            preview,
        )

    def update(self):
        """Look what the scene holds now."""
        self.resultPanel.update()
        self.landmarksBox.update()
        self.structuresBox.update()

    def leave(self):
        """Give the views back, and let go of the parameters; a run goes on."""
        self.inspectPanel.close()
        self.binding.release()

    def forget(self):
        """Keep nothing of the scene: it is being closed, or another is coming into it."""
        self.inspectPanel.forget()
        self.binding.release()
