"""The scene: one that is ready to use, and a text of all that is in it."""

from __future__ import annotations

import hashlib
import re

import numpy
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .faults import guarded

# What Slicer's plug-ins show in the data tree.
IN_DATA_TREE = (
    "vtkMRMLVolumeNode",
    "vtkMRMLTransformNode",
    "vtkMRMLSegmentationNode",
    "vtkMRMLModelNode",
    "vtkMRMLMarkupsNode",
    "vtkMRMLTableNode",
    "vtkMRMLTextNode",
    "vtkMRMLPlotChartNode",
)


def new() -> slicer.vtkMRMLScene:
    """A scene as a fresh Slicer has it, without the view nodes that the application adds."""
    scene = slicer.vtkMRMLScene()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    crosshair = slicer.vtkMRMLCrosshairNode()
    crosshair.SetCrosshairName("default")
    crosshair.SetSingletonTag("default")
    scene.AddNode(crosshair)
    scene.AddObserver(scene.NodeAddedEvent, _withNode(_addItem))
    scene.AddObserver(scene.NodeAddedEvent, _withNode(_draw))
    scene.AddObserver(scene.NodeAboutToBeRemovedEvent, _withNode(_removeItem))
    scene.AddObserver(scene.EndImportEvent, guarded(lambda *_: _addMissing(scene)))
    return scene


def _withNode(function):
    @vtk.calldata_type(vtk.VTK_OBJECT)
    def call(scene, event, node):
        guarded(function)(scene, node)

    return call


def _tree(scene: slicer.vtkMRMLScene) -> slicer.vtkMRMLSubjectHierarchyNode:
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


def _addItem(scene: slicer.vtkMRMLScene, node: slicer.vtkMRMLNode) -> None:
    """Every data node stands in the data tree, as Slicer's plug-ins see to it."""
    if scene.IsImporting() or node.GetHideFromEditors() or not any(node.IsA(kind) for kind in IN_DATA_TREE):
        return
    tree = _tree(scene)
    if not tree.GetItemByDataNode(node):
        tree.CreateItem(tree.GetSceneItemID(), node)


def _draw(scene: slicer.vtkMRMLScene, node: slicer.vtkMRMLNode) -> None:
    """What drawing a transform in a slice view does to the scene: it makes the colors of its lengths."""

    def look(display, event):
        drawn = display.GetVisibility() and display.GetVisibility2D() and display.GetScalarVisibility()
        if drawn and display.GetScene() is not None:
            display.GetColorMap()

    if node.IsA("vtkMRMLTransformDisplayNode"):
        node.AddObserver(vtk.vtkCommand.ModifiedEvent, guarded(look))


def _addMissing(scene: slicer.vtkMRMLScene) -> None:
    for index in range(scene.GetNumberOfNodes()):
        _addItem(scene, scene.GetNthNode(index))


def _removeItem(scene: slicer.vtkMRMLScene, node: slicer.vtkMRMLNode) -> None:
    if not scene.IsClosing() and any(node.IsA(kind) for kind in IN_DATA_TREE):
        tree = _tree(scene)
        item = tree.GetItemByDataNode(node)
        if item:
            tree.RemoveItem(item, False, False)


def snapshot(scene: slicer.vtkMRMLScene) -> str:
    """What would be saved of the scene, and a digest of every image, field and segment: equal if nothing changed."""
    lines = []
    for index in range(scene.GetNumberOfNodes()):
        node = scene.GetNthNode(index)
        for what, image in _images(node):
            lines.append(f"{node.GetID()} {what} {_digest(image)}")
        if node.IsA("vtkMRMLLinearTransformNode") or node.IsA("vtkMRMLVolumeNode"):
            lines.append(f"{node.GetID()} {_matrix(node)}")
    toString = scene.GetSaveToXMLString()
    scene.SetSaveToXMLString(True)
    scene.Commit()
    scene.SetSaveToXMLString(toString)
    text = re.sub(r' fileListMember\d+="[^"]*"', "", scene.GetSceneXMLString())  # writing a scene empties these
    return text + "\n".join(lines)


def _images(node: slicer.vtkMRMLNode):
    if node.IsA("vtkMRMLVolumeNode") and node.GetImageData():
        yield "image", node.GetImageData()
    elif node.IsA("vtkMRMLTransformNode"):
        parts = vtk.vtkCollection()
        node.FlattenGeneralTransform(parts, node.GetTransformFromParent())
        for index in range(parts.GetNumberOfItems()):
            grid = parts.GetItemAsObject(index)
            if grid.IsA("vtkGridTransform") and grid.GetDisplacementGrid():
                yield f"grid {index}", grid.GetDisplacementGrid()
    elif node.IsA("vtkMRMLSegmentationNode"):
        segmentation = node.GetSegmentation()
        for identifier in segmentation.GetSegmentIDs():
            labels = segmentation.GetSegment(identifier).GetRepresentation("Binary labelmap")
            if labels is not None:
                yield identifier, labels


def _digest(image: vtk.vtkImageData) -> str:
    scalars = image.GetPointData().GetScalars()
    values = numpy.ascontiguousarray(vtk_to_numpy(scalars)) if scalars else numpy.zeros(0)
    geometry = (image.GetExtent(), image.GetSpacing(), image.GetOrigin(), str(values.dtype))
    return f"{geometry} {hashlib.sha256(values.tobytes()).hexdigest()}"


def _matrix(node: slicer.vtkMRMLNode) -> list[float]:
    matrix = vtk.vtkMatrix4x4()
    if node.IsA("vtkMRMLVolumeNode"):
        node.GetIJKToRASMatrix(matrix)
    else:
        node.GetMatrixTransformFromParent(matrix)
    return [matrix.GetElement(row, column) for row in range(4) for column in range(4)]
