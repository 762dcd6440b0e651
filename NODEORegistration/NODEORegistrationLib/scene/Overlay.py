"""Two volumes over each other, one green, one magenta: gray where they agree, colored where they do not."""

import slicer

from .Loan import Loan
from .SceneWatch import SceneWatch
from .SliceViews import borrowLayers, compositeNodes, showLayers

_GREEN, _MAGENTA = "vtkMRMLColorTableNodeGreen", "vtkMRMLColorTableNodeMagenta"


class Overlay:
    """The slice views from :meth:`show` to :meth:`close`. They stay where they are, and no node is held."""

    def __init__(self):
        self._volumeIds = ()
        self._balance = 0.5
        self._loans = []
        self._madeIds = []
        self._watch = SceneWatch(self._giveBack, self._take, self.forget)

    def isActive(self):
        """Whether two volumes are shown."""
        return bool(self._volumeIds)

    def show(self, fixed, other, balance=0.5):
        """Show two volumes, the fixed one green, the other magenta.

        Args:
            balance: see :meth:`setBalance`.
        """
        self.close()
        self._volumeIds, self._balance = (fixed.GetID(), other.GetID()), balance
        self._take()
        self._watch.start()

    def setBalance(self, balance):
        """0: the fixed volume alone, 0.5: both in full, 1: the other alone."""
        self._balance = balance
        if not self.isActive():
            return
        fixed, other = self._volumes()
        if balance <= 0.5:
            showLayers(fixed, other, 2.0 * balance, add=True)
        else:  # a background cannot be dimmed, and adding knows no order
            showLayers(other, fixed, 2.0 * (1.0 - balance), add=True)

    def close(self):
        """Give back the colors of the volumes and the layers of the views."""
        self._giveBack()
        self.forget()

    def forget(self):
        """Give up without giving anything back: the scene is being closed."""
        self._watch.stop()
        self._volumeIds, self._loans, self._madeIds = (), [], []

    def _volumes(self):
        return [slicer.mrmlScene.GetNodeByID(volumeId) for volumeId in self._volumeIds]

    def _take(self):
        if self._loans:
            return
        for volume, colorId in zip(self._volumes(), (_GREEN, _MAGENTA), strict=True):
            if volume is not None:
                self._color(volume, colorId)
        self._loans += [borrowLayers(node) for node in compositeNodes()]
        self.setBalance(self._balance)

    def _color(self, volume, colorId):
        if volume.GetDisplayNode() is None:
            volume.CreateDefaultDisplayNodes()
            self._madeIds.append(volume.GetDisplayNode().GetID())
        display = volume.GetDisplayNode()
        self._loans.append(Loan(display, ("ColorNodeID",)))
        display.SetAndObserveColorNodeID(colorId)

    def _keepWhatOthersChose(self, loan):
        """A view that shows another volume by now, as one that was just loaded, goes on showing it."""
        node = slicer.mrmlScene.GetNodeByID(loan.nodeId)
        if node is None or not node.IsA("vtkMRMLSliceCompositeNode"):
            return
        shown = {node.GetBackgroundVolumeID(), node.GetForegroundVolumeID()} - {None, ""}
        if not shown <= set(self._volumeIds):
            for name in ("BackgroundVolumeID", "ForegroundVolumeID", "LabelVolumeID"):
                loan.values.pop(name, None)

    def _giveBack(self):
        for loan in reversed(self._loans):
            self._keepWhatOthersChose(loan)
            loan.giveBack()
        for madeId in self._madeIds:
            slicer.mrmlScene.RemoveNode(slicer.mrmlScene.GetNodeByID(madeId))
        self._loans, self._madeIds = [], []
