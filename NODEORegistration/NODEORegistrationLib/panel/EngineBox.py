"""Whether the engine is kept ready: a choice of this Slicer, which no scene brings along."""

from ..run import Dependencies
from ..run.StandingWorker import isWanted, setWanted, standingWorker


class EngineBox:
    """The tick under Advanced."""

    def __init__(self, ui):
        self._checkBox = ui.keepEngineReadyCheckBox
        self._checkBox.checked = isWanted()
        self._checkBox.connect("toggled(bool)", self._onToggled)

    def enter(self):
        """The panel is opened: have the engine loaded by the time that Register is pressed."""
        self._checkBox.checked = isWanted()
        self._start()

    def _onToggled(self, wanted):
        setWanted(wanted)
        if wanted:
            self._start()
        else:
            standingWorker().retire()

    @staticmethod
    def _start():
        if isWanted() and not Dependencies.missing():
            standingWorker().keepReady()
