"""What of a series is registered, onto which of its frames, and how: rows under the moving volume, if it shows one."""

from slicer.i18n import tr as _

from ..Parameters import SeriesReference
from ..run.SeriesRequest import isOfSeries
from ..scene.Series import outsideReference, seriesOf

_SCOPE = ("seriesScopeLabel", "seriesScopeRow")  # whole rows: of one that is hidden nothing is left, not even a gap
_REFERENCE = ("seriesReferenceLabel", "seriesReferenceRow")
_MODE = ("seriesModeLabel", "seriesModeRow")


class SeriesBox:
    """Shows the rows that have an effect, and hides the others.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self._ui = ui
        self._noFixed = ui.fixedVolumeSelector.noneDisplay
        self._show(None, False, True, False)

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing, all stays as it is."""
        if parameters is None:
            return
        moving = parameters.movingVolume
        isAll = isOfSeries(parameters)
        isOutside = outsideReference(parameters.fixedVolume, moving) is not None
        isFrame = parameters.seriesReference == SeriesReference.FRAME
        self._show(seriesOf(moving), isAll, isOutside, isFrame)
        self._callNone(_("None: the reference below") if isAll else self._noFixed, parameters.fixedVolume)

    def _show(self, series, isAll, isOutside, isFrame):
        for names, isSeen in (
            (_SCOPE, series is not None),
            (_REFERENCE, isAll and not isOutside),
            (("seriesFrameSpinBox",), isAll and not isOutside and isFrame),
            (_MODE, isAll),
        ):
            for name in names:
                getattr(self._ui, name).visible = isSeen
        self._ui.seriesCyclicCheckBox.enabled = not isOutside  # the fixed volume is at no time
        if series is not None:
            self._ui.seriesCountLabel.text = _("{count} frames").format(count=series.count())
            self._ui.seriesCountLabel.toolTip = _span(series)
            self._ui.seriesFrameSpinBox.maximum = max(series.count(), 1)
            self._ui.seriesFrameSpinBox.suffix = _(" of {count}").format(count=series.count())

    def _callNone(self, text, fixed):
        """Say what no fixed volume means. The selector takes the row away for that, and goes on to its last volume."""
        selector = self._ui.fixedVolumeSelector
        if selector.noneDisplay != text:
            wasBlocked = selector.blockSignals(True)
            selector.noneDisplay = text
            selector.setCurrentNode(fixed)
            selector.blockSignals(wasBlocked)


def _span(series):
    """From where to where the frames go, such as from 0 to 800 ms."""
    index = series.index()
    if not index.values:
        return ""
    words = {"name": index.name, "first": index.values[0], "last": index.values[-1], "unit": index.unit}
    return _("{name}: {first} … {last} {unit}").format(**words).rstrip()
