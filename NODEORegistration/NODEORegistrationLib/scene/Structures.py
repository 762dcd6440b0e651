"""Structures of a volume: their names, which ones two volumes have in common, and their label maps."""

import functools

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

from .LabelExport import onVoxels
from .SceneExport import ExportError, fileMatrix, geometry, writeNRRD


def namesOf(node):
    """The names of the structures of a segmentation or label map, in their order; of several alike the first counts.

    A code of a label map is called what its colors call it.
    """
    return list(_found(node))


def keysOf(node, names):
    """The identifiers of the segments, or the codes, that have these names."""
    found = _found(node)
    return [found[name] for name in names]


def commonNames(fixed, moving):
    """The names that both have, in the order of the fixed one; none if either is None."""
    if fixed is None or moving is None:
        return []
    there = set(namesOf(moving))
    return [name for name in namesOf(fixed) if name in there]


def writeStructures(names, node, volumeNode, path, toWorld):
    """Write structures as a label map, 1 for the first name and so on, that lies where their volume was written.

    Args:
        toWorld: the matrix that the volume itself was written with.

    Raises:
        ExportError: they hold nothing, or a parent transform of theirs deforms.
    """
    keys = keysOf(node, names)
    toFile = fileMatrix(node, volumeNode, toWorld)
    copy = slicer.vtkMRMLLabelMapVolumeNode()
    if node.IsA("vtkMRMLSegmentationNode"):
        segmentIds = vtk.vtkStringArray()
        for key in keys:
            segmentIds.InsertNextValue(key)
        copy.SetAndObserveImageData(onVoxels(node, segmentIds, volumeNode))  # these are 1, 2, … in their order
        copy.SetIJKToRASMatrix(geometry(volumeNode, toWorld))
    else:
        voxels = slicer.util.arrayFromVolume(node)
        labels = np.zeros(voxels.shape, np.uint16)
        for number, key in enumerate(keys, start=1):
            labels[voxels == key] = number
        if not labels.any():
            raise ExportError(_("{name} is empty: its structures hold nothing.").format(name=node.GetName()))
        slicer.util.updateVolumeFromArray(copy, labels)
        copy.SetIJKToRASMatrix(geometry(node, toFile))
    writeNRRD(copy, path, node.GetName())


def _found(node):
    """{name: identifier of the segment, or code}"""
    if node.IsA("vtkMRMLSegmentationNode"):
        segmentation = node.GetSegmentation()
        pairs = [(segmentation.GetSegment(key).GetName(), key) for key in segmentation.GetSegmentIDs()]
    else:
        pairs = [(_nameOf(node, code), code) for code in _codes(node)]
    found = {}
    for name, key in pairs:
        found.setdefault(name.strip(), key)
    return found


def _codes(node):
    """The codes of a label map but 0."""
    image = node.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0:
        return ()
    return _codesOf(node.GetID(), image.GetMTime())


@functools.lru_cache(maxsize=8)
def _codesOf(nodeId, time):
    """As :func:`_codes`; looked for once as long as nobody draws: it is asked at every change of a parameter."""
    node = slicer.mrmlScene.GetNodeByID(nodeId)
    codes = () if node is None else np.unique(slicer.util.arrayFromVolume(node))
    return tuple(int(code) for code in codes if code != 0)


def _nameOf(labelMap, code):
    display = labelMap.GetDisplayNode()
    colors = None if display is None else display.GetColorNode()
    name = None if colors is None else colors.GetColorName(code)
    return name or str(code)
