"""What an output node remembers of its registration; a scene that is saved and opened again remembers it, too."""

import functools
import json
from datetime import datetime

import slicer
import vtk

from ..Parameters import OUTPUTS
from .Series import itemsShownBy

_SETTINGS, _METRICS = "NODEO.Settings", "NODEO.Metrics"
_MARK, _KIND, _NAME = "NODEO.Result", "NODEO.Kind", "NODEO.Name"
_FIXED, _MOVING = "NODEO.FixedVolume", "NODEO.MovingVolume"  # roles of node references
_SELF = "NODEO.Itself"  # role of an output's reference to itself: a copy of the node refers to another


def newMark():
    """What the outputs of one registration will have in common; later ones sort behind earlier ones."""
    return datetime.now().isoformat(timespec="microseconds")


def setMarks(node, mark, kind, fixed, moving, settings, metrics):
    """Make an output node remember everything.

    Args:
        kind: transform, inverse, warped or jacobian.
        fixed, moving: the input volumes; None if they are no longer in the scene.
        settings, metrics: dictionaries.
    """
    _remember(node, mark, kind, settings, metrics)
    setPair(node, fixed, moving)


def setPair(node, fixed, moving):
    """Make an output node remember itself and the input volumes, each of which may be None."""
    for role, volume in ((_SELF, node), (_FIXED, fixed), (_MOVING, moving)):
        node.SetNodeReferenceID(role, None if volume is None else volume.GetID())


def markItem(item, mark, kind, name, settings, metrics):
    """Make an item of a sequence of outputs remember what the node that shows it is to tell.

    A browser gives that node all attributes of an item, and takes away its own.

    Args:
        name: of the node that shows it, if a registration gave it that name; else an empty text.
    """
    _remember(item, mark, kind, settings, metrics)
    item.SetAttribute(_NAME, name or None)


def _remember(node, mark, kind, settings, metrics):
    for name, text in ((_MARK, mark), (_KIND, kind)):
        node.SetAttribute(name, text)
    for name, content in ((_SETTINGS, settings), (_METRICS, metrics)):
        node.SetAttribute(name, json.dumps(content))


def setName(node, name):
    """Name an output after what it holds; a number tells it from another of that name."""
    node.SetName("")  # its own name is free for it
    node.SetName(slicer.mrmlScene.GenerateUniqueName(name))
    node.SetAttribute(_NAME, node.GetName())


def isNamedByUs(node):
    """Whether an output still has the name that a registration gave it, and nobody's own."""
    return node.GetAttribute(_NAME) == node.GetName()


def markOf(node):
    """What the node has in common with the other outputs of its registration."""
    return node.GetAttribute(_MARK) or ""


def kindOf(node):
    """transform, inverse, warped or jacobian; empty for a node that is no output, but perhaps a copy of one."""
    return (node.GetAttribute(_KIND) or "") if node.GetNodeReference(_SELF) is node else ""


def pairOf(node):
    """The fixed and the moving volume that an output node was made from; None for one that is gone."""
    return node.GetNodeReference(_FIXED), node.GetNodeReference(_MOVING)


def isOutput(node):
    """Whether a node came out of a registration, or is a copy of one that did."""
    return bool(node.GetAttribute(_SETTINGS))


def outputsInScene():
    """All nodes of the scene that registrations were asked for; no copies of them, nor what went along."""
    classes = ("vtkMRMLTransformNode", "vtkMRMLScalarVolumeNode")
    return [node for name in classes for node in slicer.util.getNodesByClass(name) if kindOf(node) in OUTPUTS]


def separateMarks():
    """Give each registration a mark of its own: a scene may have been opened twice, into one."""
    pairs = {}
    for node in outputsInScene():
        pair = tuple(None if volume is None else volume.GetID() for volume in pairOf(node))
        pairs.setdefault(markOf(node), {}).setdefault(pair, []).append(node)
    for groups in pairs.values():
        for nodes in list(groups.values())[1:]:
            mark = newMark()
            for node in nodes:
                for marked in (node, *itemsShownBy(node)):
                    marked.SetAttribute(_MARK, mark)


def storedMetrics(node):
    """The metrics that came with an output node, as a dictionary; None if it has none that can be read."""
    return _stored(node, _METRICS)


def storedSettings(node):
    """The settings that an output node was made with, as a dictionary; None if it has none that can be read."""
    return _stored(node, _SETTINGS)


def _stored(node, attribute):
    return _parsed(node.GetAttribute(attribute) or "null")


@functools.lru_cache(maxsize=64)
def _parsed(text):
    """A dictionary, not to be changed: it is parsed once, and asked for at every change of a parameter."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def folderOf(hierarchy, node):
    """The folder of the subject hierarchy that a registration made for this node, or 0."""
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node))
    return parent if hierarchy.GetItemAttribute(parent, _MARK) else 0


def newFolder(hierarchy, name, mark):
    """A folder of the subject hierarchy for the outputs of a registration."""
    folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), name)
    hierarchy.SetItemAttribute(folder, _MARK, mark)
    return folder


def removeIfEmpty(hierarchy, folder):
    """Remove a folder that a registration made and whose nodes have all gone elsewhere."""
    children = vtk.vtkIdList()
    hierarchy.GetItemChildren(folder, children)
    if not children.GetNumberOfIds():
        hierarchy.RemoveItem(folder)
