"""What can go along with a moving volume under the transform that was found: itself, and what was drawn on it."""

from dataclasses import dataclass

import slicer
from slicer.i18n import tr as _

from .ResultMarks import isOutput, kindOf, outputsInScene, pairOf
from .Series import browserOf, isShownBy

_CLASSES = ("vtkMRMLScalarVolumeNode", "vtkMRMLSegmentationNode", "vtkMRMLMarkupsNode", "vtkMRMLModelNode")

_TITLES = {  # of a class and those derived from it
    "vtkMRMLLabelMapVolumeNode": _("label map"),
    "vtkMRMLVolumeNode": _("volume"),
    "vtkMRMLSegmentationNode": _("segmentation"),
    "vtkMRMLMarkupsNode": _("markups"),
    "vtkMRMLModelNode": _("model"),
}
_COPY = "NODEO.Copy"  # attribute of what lies on the fixed volume already
_BEFORE = "NODEO.TransformBefore"  # role of the reference to what a node was under


@dataclass
class Companion:
    """A node that can be put under a transform.

    Attributes:
        belongs: whether it is known to have been drawn on the moving volume.
    """

    node: object
    belongs: bool


def companionsOf(results):
    """Every node that lies where the moving volume of these results lies; the volume itself comes first.

    A node under another transform than the volume lies elsewhere: the transform would lead it astray. So it would what
    does not change with the frames, where it is that of a series.
    """
    moving, fixed = results.moving, results.fixed
    if moving is None or results.transform is None:
        return []
    found = lyingIn((moving.GetParentTransformNode(), results.transform), moving, fixed)
    browser = browserOf(results.transform)
    if browser is not None:
        found = [companion for companion in found if isShownBy(browser, companion.node)]
    return [Companion(moving, True), *found]


def companionsBefore(fixed, moving):
    """What can be carried along when ``moving`` is registered to ``fixed``: what lies where it lies, but not itself.

    What an earlier registration of it has carried along belongs to it still.
    """
    if moving is None:
        return []
    return lyingIn((moving.GetParentTransformNode(), *earlierTransforms(moving)), moving, fixed)


def earlierTransforms(moving):
    """Where earlier registrations of a volume have put it, and what belongs to it."""
    return [node for node in outputsInScene() if kindOf(node) == "transform" and pairOf(node)[1] is moving]


def lyingIn(places, moving, fixed):
    """Every node under one of these transforms but the two volumes, and what came out of a registration."""
    found = []
    for className in _CLASSES:
        for node in slicer.util.getNodesByClass(className):
            if node is moving or node is fixed or node.GetHideFromEditors() or isOutput(node) or isCopy(node):
                continue
            if node.GetParentTransformNode() in places:
                found.append(Companion(node, isDrawnOn(node, moving)))
    return found


def titleOf(node):
    """A node's name, and what it is."""
    return f"{node.GetName()} ({next(title for className, title in _TITLES.items() if node.IsA(className))})"


def markCopy(node):
    """Say of a node that it is a copy that was carried along."""
    node.SetAttribute(_COPY, "true")


def isCopy(node):
    """Whether a node is a copy that was carried along: it lies on the fixed volume."""
    return bool(node.GetAttribute(_COPY))


def placeBefore(node):
    """The transform that a node lies under, or lay under before a registration took it along; None for the world."""
    parent = node.GetParentTransformNode()
    return node.GetNodeReference(_BEFORE) if parent is not None and isOutput(parent) else parent


def isDrawnOn(node, volume):
    """Whether a segmentation names the volume as its reference."""
    if not node.IsA("vtkMRMLSegmentationNode"):
        return False
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    return node.GetNodeReference(role) is volume


def putUnder(nodes, transform):
    """Put nodes under a transform, in place of the one above them, which they remember."""

    def change(node):
        before = node.GetParentTransformNode()
        if before is None or not isOutput(before):  # else it remembers what was there before that one
            node.SetNodeReferenceID(_BEFORE, None if before is None else before.GetID())
        node.SetAndObserveTransformNodeID(transform.GetID())

    _together(nodes, change)


def takeOut(nodes):
    """Put nodes back under what they were under before."""

    def change(node):
        node.SetAndObserveTransformNodeID(node.GetNodeReferenceID(_BEFORE))
        node.SetNodeReferenceID(_BEFORE, None)

    _together(nodes, change)


def _together(nodes, change):
    """One step for the views."""
    scene = slicer.mrmlScene
    scene.StartState(slicer.vtkMRMLScene.BatchProcessState)
    try:
        for node in nodes:
            change(node)
    finally:
        scene.EndState(slicer.vtkMRMLScene.BatchProcessState)
