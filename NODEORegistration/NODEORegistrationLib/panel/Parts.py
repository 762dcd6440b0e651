"""The parts of the panel, put together."""

from ..scene.Results import resultsInScene
from .BatchBox import BatchBox
from .CarryBox import CarryBox
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
        self.carryBox = CarryBox(ui)
        self.batchBox = BatchBox(ui, logic)
        self.batchBox.starting.connect(self.registerButton.giveViewsBack)
        self.batchBox.started.connect(self._showProgress)
        self.batchBox.chosen.connect(self._showResults)
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
            self.carryBox,
            self.batchBox,
        )

    def update(self):
        """Look what the scene holds now."""
        self.resultPanel.update()
        self.landmarksBox.update()
        self.structuresBox.update()
        self.carryBox.update()
        self.batchBox.update()

    def leave(self):
        """Give the views back, and let go of the parameters; a run goes on."""
        self.inspectPanel.close()
        self.binding.release()

    def clear(self):
        """An empty scene: what ran before was another's."""
        self.progressPanel.clear()
        self.batchBox.clear()

    def _showProgress(self, run):
        """A run of the batch has begun; what Register has started is shown first."""
        if self.registerButton.run is None:
            self.progressPanel.stopFollowing()
            self.progressPanel.follow(run)

    def _showResults(self, mark):
        if any(results.mark == mark for results in resultsInScene()):
            self.registerButton.show(mark)

    def forget(self):
        """Keep nothing of the scene: it is being closed, or another is coming into it."""
        self.inspectPanel.forget()
        self.binding.release()
