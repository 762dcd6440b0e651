"""What goes along with a registration: nodes of the moving image, under its transform or as copies that follow it.

A point of the moving image reaches the fixed one by φ⁻¹, which is the ToParent direction of the transform: Slicer's own
way of putting a node under a transform, and of hardening it, knows that.
"""

import slicer
import vtk
from slicer.i18n import tr as _

from .Companions import isCopy, markCopy, putUnder, takeOut
from .Loan import copyOwn
from .ResultMarks import folderOf
from .SceneImport import useLinearInterpolation

_CARRIED_BY = "NODEO.CarriedBy"  # role of the reference to the transform


class Carrying:
    """Some nodes on their way; the scene changes only in :meth:`commit`.

    Args:
        nodes: what lies where the moving volume lies, from now on until it is carried.
        asCopies: leave them where they are, and carry hardened copies.

    Attributes:
        leftBehind: names of those that went elsewhere, or out of the scene, meanwhile.
    """

    def __init__(self, nodes, asCopies):
        self._placed = [(node, node.GetTransformNodeID()) for node in nodes]
        self._asCopies = asCopies
        self._copies = []
        self.leftBehind = []

    def steps(self, loaded):
        """What can take a while, in pieces: a copy each, made outside the scene.

        Args:
            loaded: {kind: node} of the results, filled by the time that the first step is taken.
        """
        if not self._asCopies:
            return []
        return [lambda node=node, place=place: self._copy(node, place, loaded) for node, place in self._placed]

    def commit(self, transform, fixed):
        """Put everything under the transform, or the copies into the scene; either in the folder of the results.

        Returns:
            the nodes that follow the transform now.
        """
        former = [node for node in carriedBy(transform) if isCopy(node)]  # the transform was another's before
        for node in former:
            _remove(node)
        if self._asCopies:
            carried = _added(self._copies, fixed)
        else:
            carried = [node for node, place in self._placed if self._isThere(node, place)]
            putUnder(carried, transform)
        for node in carried:
            node.SetNodeReferenceID(_CARRIED_BY, transform.GetID())
        _intoFolder(carried, transform)
        self._placed, self._copies = [], []
        return carried

    def _isThere(self, node, place):
        isThere = node.GetScene() is slicer.mrmlScene and node.GetTransformNodeID() == place
        if not isThere:
            self.leftBehind.append(node.GetName())
        return isThere

    def _copy(self, node, place, loaded):
        if not self._isThere(node, place):
            return
        useLinearInterpolation(loaded["transform"])
        toFixed = vtk.vtkGeneralTransform()  # segmentations know no other that deforms
        toFixed.Concatenate(loaded["transform"].GetTransformToParent())
        copy = slicer.mrmlScene.CreateNodeByClass(node.GetClassName())
        copy.UnRegister(None)
        copy.CopyContent(node)
        copy.ApplyTransform(toFixed)
        self._copies.append((node, copy))


def carriedBy(transform):
    """The nodes that follow a transform because they were carried along, and the copies that did."""
    if transform is None:
        return []
    found = []
    for node in slicer.util.getNodesByClass("vtkMRMLTransformableNode"):
        follows = isCopy(node) or node.GetParentTransformNode() is transform
        if follows and node.GetNodeReference(_CARRIED_BY) is transform:
            found.append(node)
    return found


def undoCarrying(transform):
    """Everything that was carried along lies where it lay before; the copies are gone."""
    nodes = carriedBy(transform)
    originals = [node for node in nodes if not isCopy(node)]
    takeOut(originals)
    _outOfFolder(originals)
    for node in nodes:
        if isCopy(node):
            _remove(node)
        else:
            node.SetNodeReferenceID(_CARRIED_BY, None)


def _added(copies, fixed):
    """The copies of nodes in the scene; what a person places goes on going to the list that it went to."""
    selection = slicer.mrmlScene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    if selection is None:
        return [_addedOne(node, copy, fixed) for node, copy in copies]
    place, kind = selection.GetActivePlaceNodeID(), selection.GetActivePlaceNodeClassName()
    added = [_addedOne(node, copy, fixed) for node, copy in copies]
    selection.SetReferenceActivePlaceNodeClassName(kind)  # with word to the tool bar of the mouse
    selection.SetReferenceActivePlaceNodeID(place)
    return added


def _addedOne(node, copy, fixed):
    """A copy in the scene, named after where it lies, and shown like its model."""
    name = _("{name} on {fixed}").format(name=node.GetName(), fixed=_("fixed") if fixed is None else fixed.GetName())
    copy.SetName(slicer.mrmlScene.GenerateUniqueName(name))
    markCopy(copy)
    copy = slicer.mrmlScene.AddNode(copy)
    if node.GetDisplayNode() is not None:
        copy.CreateDefaultDisplayNodes()
        copyOwn(node.GetDisplayNode(), copy.GetDisplayNode())
    return copy


def _remove(copy):
    """Take a copy out of the scene, and what it is shown with."""
    displays = [copy.GetNthDisplayNode(index) for index in range(copy.GetNumberOfDisplayNodes())]
    for node in (copy, *filter(None, displays)):
        slicer.mrmlScene.RemoveNode(node)


def _intoFolder(nodes, transform):
    """Into the folder of the results; what a person put into another folder stays there."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    folder = 0 if hierarchy is None else folderOf(hierarchy, transform)
    if folder:
        root = hierarchy.GetSceneItemID()
        for node in nodes:
            item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(root, node)
            if hierarchy.GetItemParent(item) == root or folderOf(hierarchy, node):
                hierarchy.SetItemParent(item, folder)


def _outOfFolder(nodes):
    """Back to the root of the subject hierarchy, where they came from."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    for node in nodes:
        if hierarchy is not None and folderOf(hierarchy, node):
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), hierarchy.GetSceneItemID())
