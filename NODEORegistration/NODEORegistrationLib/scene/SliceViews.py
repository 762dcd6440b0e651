"""What the slice views show, remembered so that it can be put back."""

import slicer
import vtk


class SliceViews:
    """A memory of all slice views: their layers, blending, position and zoom."""

    def __init__(self):
        self._layers = {node.GetID(): _layers(node) for node in _nodes("vtkMRMLSliceCompositeNode")}
        self._places = {node.GetID(): _place(node) for node in _nodes("vtkMRMLSliceNode")}

    def restore(self):
        """Put every view that still exists back to how it was; volumes that are gone stay gone."""
        for nodeId, layers in self._layers.items():
            node = slicer.mrmlScene.GetNodeByID(nodeId)
            if node is not None:
                _setLayers(node, layers)
        for nodeId, place in self._places.items():
            node = slicer.mrmlScene.GetNodeByID(nodeId)
            if node is not None:
                _setPlace(node, place)


def showResult(fixed, warped):
    """The warped volume half transparent on the fixed one; position and zoom stay if that was shown already."""
    if warped is None or fixed.GetScene() is not slicer.mrmlScene:
        return
    shown = all(node.GetBackgroundVolumeID() == fixed.GetID() for node in _nodes("vtkMRMLSliceCompositeNode"))
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
    for node in _nodes("vtkMRMLSliceCompositeNode"):
        node.SetForegroundOpacity(opacity)


def _nodes(className):
    return slicer.util.getNodesByClass(className)


def _layers(node):
    return {
        "BackgroundVolumeID": node.GetBackgroundVolumeID(),
        "ForegroundVolumeID": node.GetForegroundVolumeID(),
        "LabelVolumeID": node.GetLabelVolumeID(),
        "ForegroundOpacity": node.GetForegroundOpacity(),
        "LabelOpacity": node.GetLabelOpacity(),
        "Compositing": node.GetCompositing(),
    }


def _setLayers(node, layers):
    wasModifying = node.StartModify()
    for name, value in layers.items():
        if name.endswith("ID") and value and slicer.mrmlScene.GetNodeByID(value) is None:
            value = None
        getattr(node, f"Set{name}")(value)
    node.EndModify(wasModifying)


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
