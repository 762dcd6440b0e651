"""The chosen volumes over each other, as soon as both are chosen: how far apart they are is seen before Register."""

from ..run.Readiness import whyNotRegistrable
from ..scene.Overlay import Overlay
from ..scene.Results import resultsInScene


class Preview:
    """Takes the slice views while two volumes are chosen that have not been registered, and gives them back.

    Args:
        inspectPanel: gives the views back before another pair is shown.
    """

    def __init__(self, inspectPanel):
        self._inspectPanel = inspectPanel
        self._overlay = Overlay()
        self._pairIds = ()

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: give the views back."""
        if parameters is None:
            self.hide()
            self._pairIds = ()
            return
        fixed, moving = parameters.fixedVolume, parameters.movingVolume
        pairIds = () if whyNotRegistrable(fixed, moving) else (fixed.GetID(), moving.GetID())
        if pairIds == self._pairIds:
            return
        self._inspectPanel.close()  # it has borrowed the views after this
        self.hide()
        self._pairIds = pairIds
        done = any((results.fixed, results.moving) == (fixed, moving) for results in resultsInScene())
        if pairIds and not done:
            self._overlay.show(fixed, moving)

    def hide(self):
        """Give the views back until another pair is chosen."""
        self._overlay.close()
