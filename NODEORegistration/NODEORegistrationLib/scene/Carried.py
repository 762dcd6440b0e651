"""What went along with a registration, how it is known, and how it is taken back."""

from contextlib import contextmanager

import slicer
import vtk

from .Companions import isCopy, takeOut
from .ResultMarks import folderOf
from .Series import forgetSequence, removeShown

FOLLOWER = "follower"  # kind of the transform that leads from the reference of a series into its frames
_CARRIED_BY = "NODEO.CarriedBy"  # role of the reference to the transform


def markCarried(nodes, transform):
    """Have nodes remember the transform that they, or their copies, went along with, in the folder of its results."""
    for node in nodes:
        node.SetNodeReferenceID(_CARRIED_BY, transform.GetID())
    _intoFolder(nodes, transform)


def followerOf(transform):
    """The transform by which what belongs to the reference of a series follows its frames; None if there is none."""
    if transform is None:
        return None
    nodes = slicer.util.getNodesByClass("vtkMRMLTransformNode")
    return next((node for node in nodes if node.GetNodeReference(_CARRIED_BY) is transform), None)


def carriedBy(transform):
    """The nodes that follow a transform because they were carried along, and the copies that did."""
    if transform is None:
        return []
    follower, found = followerOf(transform), []
    places = [transform] if follower is None else [transform, follower]
    for node in slicer.util.getNodesByClass("vtkMRMLTransformableNode"):
        follows = isCopy(node) or (node is not follower and node.GetParentTransformNode() in places)
        if follows and node.GetNodeReference(_CARRIED_BY) is transform:
            found.append(node)
    return found


def undoCarrying(transform):
    """Everything that was carried along lies where it lay before; the copies are gone."""
    nodes = carriedBy(transform)
    originals = [node for node in nodes if not isCopy(node)]
    takeOut(originals)
    _outOfFolder(originals)
    for node in originals:
        node.SetNodeReferenceID(_CARRIED_BY, None)
    removeCopies(transform)
    follower = followerOf(transform)
    if follower is not None:
        _remove(follower)


def removeCopies(transform):
    """Take the copies that were carried along out of the scene."""
    for node in carriedBy(transform):
        if isCopy(node):
            _remove(node)


def hardened(node, transformToParent):
    """A copy of a node, outside the scene, that lies where a transform takes it."""
    anywhere = vtk.vtkGeneralTransform()  # segmentations know no other that deforms
    anywhere.Concatenate(transformToParent)
    copy = slicer.mrmlScene.CreateNodeByClass(node.GetClassName())
    copy.UnRegister(None)
    copy.CopyContent(node)
    copy.ApplyTransform(anywhere)
    return copy


@contextmanager
def samePlacing():
    """Add lists of points to the scene; what a person places goes on going to the list that it went to."""
    selection = slicer.mrmlScene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    if selection is None:
        yield
        return
    place, kind = selection.GetActivePlaceNodeID(), selection.GetActivePlaceNodeClassName()
    yield
    selection.SetReferenceActivePlaceNodeClassName(kind)  # with word to the tool bar of the mouse
    selection.SetReferenceActivePlaceNodeID(place)


def _remove(node):
    """Take a node out of the scene, with its sequence, if it shows one."""
    forgetSequence(node)
    removeShown(node)


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
