"""What the slice views show, remembered so that it can be put back."""

import slicer
import vtk

from .Loan import Loan

_LAYERS = (
    "BackgroundVolumeID",
    "ForegroundVolumeID",
    "LabelVolumeID",
    "ForegroundOpacity",
    "LabelOpacity",
    "Compositing",
    "ClipToBackgroundVolume",
)


class SliceViews:
    """A memory of all slice views: their layers, blending, position and zoom."""

    def __init__(self):
        self._layers = [borrowLayers(node) for node in compositeNodes()]
        self._places = SlicePlaces()

    def adopt(self):
        """Remember the views that have appeared since; an empty one is to get the layers of the first one."""
        known = {loan.nodeId for loan in self._layers}
        for node in compositeNodes():
            if node.GetID() not in known:
                isEmpty = self._layers and not node.GetBackgroundVolumeID()
                self._layers.append(borrowLayers(node, self._layers[0].values if isEmpty else None))
        self._places.adopt()

    def restore(self):
        """Put every view that still exists back to how it was; volumes that are gone stay gone."""
        for loan in self._layers:
            loan.giveBack()
        self._places.restore()


class SlicePlaces:
    """A memory of where all slice views are."""

    def __init__(self):
        self._places = {}
        self.adopt()

    def adopt(self):
        """Remember the views that have appeared since."""
        for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
            self._places.setdefault(node.GetID(), _place(node))

    def restore(self):
        """Go back there."""
        for nodeId, place in self._places.items():
            node = slicer.mrmlScene.GetNodeByID(nodeId)
            if node is not None:
                _setPlace(node, place)


def compositeNodes():
    """What says, for each slice view, which volumes it shows."""
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")


def borrowLayers(compositeNode, values=None):
    """A :class:`~NODEORegistrationLib.scene.Loan.Loan` of the layers of one view, and of how they are blended."""
    return Loan(compositeNode, _LAYERS, values)


def showLayers(background, foreground=None, opacity=0.5, add=False):
    """Show these volumes in all slice views, wherever these are, and nothing else.

    Args:
        background, foreground: volume nodes, or None.
        opacity: of the foreground, 0 to 1.
        add: lay the foreground's light upon the background's, also beside it, instead of covering it.
    """
    kind = slicer.vtkMRMLSliceCompositeNode
    for node in compositeNodes():
        wasModifying = node.StartModify()
        node.SetBackgroundVolumeID(_idOf(background))
        node.SetForegroundVolumeID(_idOf(foreground))
        node.SetLabelVolumeID(None)
        node.SetForegroundOpacity(opacity)
        node.SetCompositing(kind.Add if add else kind.Alpha)
        if hasattr(node, "SetClipToBackgroundVolume"):
            node.SetClipToBackgroundVolume(not add)
        node.EndModify(wasModifying)


def showResult(fixed, warped):
    """The warped volume half transparent on the fixed one; position and zoom stay if that was shown already."""
    if None in (fixed, warped):
        return
    shown = all(node.GetBackgroundVolumeID() == fixed.GetID() for node in compositeNodes())
    flat = min(fixed.GetImageData().GetDimensions()) == 1
    slicer.util.setSliceViewerLayers(
        background=fixed,
        foreground=warped,
        foregroundOpacity=0.5,
        fit=not shown,
        rotateToVolumePlane=flat and not shown and slicer.app.layoutManager() is not None,
    )


def setForegroundOpacity(opacity):
    """Blend the foreground of every slice view: 0 the background alone, 1 the foreground alone."""
    for node in compositeNodes():
        node.SetForegroundOpacity(opacity)


def _idOf(node):
    return None if node is None else node.GetID()


def _place(node):
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(node.GetSliceToRAS())
    return matrix, node.GetFieldOfView(), node.GetXYZOrigin()


def _setPlace(node, place):
    matrix, fieldOfView, origin = place
    wasModifying = node.StartModify()
    node.GetSliceToRAS().DeepCopy(matrix)
    node.SetFieldOfView(*fieldOfView)
    node.SetXYZOrigin(*origin)
    node.UpdateMatrices()
    node.EndModify(wasModifying)
