"""The preset, the slider and the values they stand for, kept together while a person changes any."""

from ..EngineSettings import DETAIL_PARAMETERS, applyDetail, applyPreset, followsPreset
from ..Parameters import Preset


class PresetFollower:
    """Another preset sets its values, the slider shifts the weights among them; another value makes it ``Custom``.

    Args:
        parameters: as they are now; nothing is changed at first, so that a scene opens as it was saved.
    """

    def __init__(self, parameters):
        self._parameters = parameters
        self._preset, self._detail, self._weights = parameters.preset, parameters.detail, self._currentWeights()

    def update(self):
        """To be called whenever a parameter has changed."""
        preset, detail = self._parameters.preset, self._parameters.detail
        change, self._detail = detail - self._detail, detail
        asBefore, self._weights = self._weights == self._currentWeights(), self._currentWeights()
        if preset != self._preset or (change and preset != Preset.CUSTOM):
            self._preset = preset
            applyPreset(self._parameters, preset)
        elif change and asBefore:  # else somebody has set both
            applyDetail(self._parameters, change)
        elif preset != Preset.CUSTOM and not followsPreset(self._parameters, preset):
            self._preset = Preset.CUSTOM
            self._parameters.preset = Preset.CUSTOM

    def _currentWeights(self):
        return [getattr(self._parameters, name) for name in DETAIL_PARAMETERS]
