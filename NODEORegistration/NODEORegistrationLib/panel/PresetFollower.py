"""The preset and the values it stands for, kept together while a person changes either."""

from ..EngineSettings import applyPreset, followsPreset
from ..Parameters import Preset


class PresetFollower:
    """Another preset sets its values; another value makes the preset ``Custom``.

    Args:
        parameters: as they are now; nothing is changed at first, so that a scene opens as it was saved.
    """

    def __init__(self, parameters):
        self._parameters = parameters
        self._preset = parameters.preset

    def update(self):
        """To be called whenever a parameter has changed."""
        chosen = self._parameters.preset
        if chosen != self._preset:
            self._preset = chosen
            applyPreset(self._parameters, chosen)
        elif chosen != Preset.CUSTOM and not followsPreset(self._parameters, chosen):
            self._preset = Preset.CUSTOM
            self._parameters.preset = Preset.CUSTOM
