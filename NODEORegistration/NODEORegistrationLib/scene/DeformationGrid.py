"""A transform as a grid in the slice views, thin enough to see through."""

import slicer

from .Loan import Loan

_LOOK = (
    "Visibility",
    "Visibility2D",
    "Visibility3D",
    "VisualizationMode",
    "GridSpacingMm",
    "GridResolutionMm",
    "GridScalePercent",
    "GridShowNonWarped",
    "GridLineDiameterMm",
    "SliceIntersectionThickness",
    "Opacity",
    "Color",
    "ScalarVisibility",
    "ColorNodeID",
)
_COLOR = (1.0, 0.8, 0.2)  # seen on black and on white, and in no other picture of a result
_OPACITY = 0.6
_PIECES = 4  # of a line between two crossings


class DeformationGrid:
    """The grid of one transform at a time, from :meth:`show` to :meth:`remove`."""

    def __init__(self):
        self._displayId = None
        self._loan = None  # of a display that was there before

    def show(self, transform, spacing):
        """Draw a transform node, the lines ``spacing`` mm apart."""
        if self._displayId is None:
            self._take(transform)
        display = slicer.mrmlScene.GetNodeByID(self._displayId)
        if display is None:
            return
        wasModifying = display.StartModify()
        display.SetVisualizationMode(slicer.vtkMRMLTransformDisplayNode.VIS_MODE_GRID)
        display.SetGridSpacingMm(spacing)
        display.SetGridResolutionMm(spacing / _PIECES)
        display.SetGridScalePercent(100.0)
        display.SetGridShowNonWarped(False)
        display.SetGridLineDiameterMm(0.25)
        display.SetSliceIntersectionThickness(1)
        display.SetOpacity(_OPACITY)
        display.SetColor(_COLOR)
        display.SetScalarVisibility(False)  # colored by length, short displacements are dark gray
        display.SetVisibility3D(False)
        display.SetVisibility2D(True)
        display.SetVisibility(True)
        display.EndModify(wasModifying)

    def remove(self):
        """Leave the display as it was, or none, and no colors that were made for it."""
        display = slicer.mrmlScene.GetNodeByID(self._displayId) if self._displayId else None
        if display is not None:
            colors = display.GetColorNode()
            if self._loan is None:
                slicer.mrmlScene.RemoveNode(display)
                _removeUnused(colors, display)
            else:
                if colors is not None and colors.GetID() != self._loan.values["ColorNodeID"]:
                    _removeUnused(colors, display)
                self._loan.giveBack()
        self.forget()

    def forget(self):
        """Give up without putting anything back."""
        self._displayId = self._loan = None

    def _take(self, transform):
        display = transform.GetDisplayNode()
        if display is None:
            transform.CreateDefaultDisplayNodes()
            display = transform.GetDisplayNode()
            display.SetSaveWithScene(False)
        else:
            self._loan = Loan(display, _LOOK)
        self._displayId = display.GetID()


def _removeUnused(colors, display):
    """Remove the colors that Slicer makes for a transform's display when it draws it, if only that display has them."""
    scene = slicer.mrmlScene
    if colors is None or colors.GetAttribute("Category") != "Transform display":
        return
    others = [node for node in map(scene.GetNthNode, range(scene.GetNumberOfNodes())) if node is not display]
    if not any(scene.IsNodeReferencingNodeID(node, colors.GetID()) for node in others):
        scene.RemoveNode(colors)
