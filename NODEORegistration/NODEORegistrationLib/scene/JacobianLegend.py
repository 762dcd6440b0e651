"""Slicer's own color legend, for as long as a Jacobian is looked at."""

import slicer
from slicer.i18n import tr as _

from .Loan import Loan

_LOOK = ("Visibility", "TitleText", "NumberOfLabels", "LabelFormat")


class JacobianLegend:
    """The legend of one volume at a time, from :meth:`show` to :meth:`remove`."""

    def __init__(self):
        self._madeId = None
        self._loan = None  # of a legend that was there before

    def show(self, volume):
        """Show the legend of a volume of det J, 0 to 2."""
        self.remove()
        colors = slicer.modules.colors.logic()
        legend = colors.GetColorLegendDisplayNode(volume)
        if legend is not None:
            self._loan = Loan(legend, _LOOK)
        else:
            legend = colors.AddDefaultColorLegendDisplayNode(volume)
            if legend is None:  # the volume has no display
                return
            legend.SetSaveWithScene(False)
            self._madeId = legend.GetID()
        legend.SetTitleText(_("det J"))
        legend.SetNumberOfLabels(5)
        legend.SetLabelFormat("%.1f")
        legend.SetVisibility(True)

    def remove(self):
        """Leave the volume with the legend it had, or none."""
        if self._loan is not None:
            self._loan.giveBack()
        legend = slicer.mrmlScene.GetNodeByID(self._madeId) if self._madeId else None
        if legend is not None:
            slicer.mrmlScene.RemoveNode(legend)
        self.forget()

    def forget(self):
        """Give up without putting anything back."""
        self._madeId = self._loan = None
