"""Slicer's crosshair, at a place that is worth a look."""

import slicer

from .Loan import Loan


class Crosshair:
    """The crosshair from :meth:`show` to :meth:`giveBack`.

    Attributes:
        place: where it is shown, mm RAS, or None.
    """

    def __init__(self):
        self.place = None
        self._loan = None

    def show(self, place):
        """Show it there, mm RAS."""
        node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        if node is None:
            return
        if self._loan is None:
            self._loan = Loan(node, ("CrosshairMode", "CrosshairRAS"))
        self.place = place
        node.SetCrosshairRAS(place)
        node.SetCrosshairMode(slicer.vtkMRMLCrosshairNode.ShowBasic)

    def giveBack(self):
        """Leave it as it was."""
        if self._loan is not None:
            self._loan.giveBack()
        self.forget()

    def forget(self):
        """Give up without putting anything back."""
        self.place = self._loan = None
