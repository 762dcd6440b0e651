"""Structures of a series' reference, and what becomes of them in a frame: a node like theirs."""

import numpy as np
import slicer
import vtk

from .LabelExport import LABELMAP
from .Structures import keysOf, writeStructures


class FollowedStructures:
    """Some structures of a segmentation or label map, as they are now.

    Args:
        node: the segmentation or label map.
        names: of the structures, in their order: the worker's code of the first is 1.
    """

    def __init__(self, node, names):
        self.names = list(names)
        self._node = node
        self._isSegmentation = node.IsA("vtkMRMLSegmentationNode")
        if self._isSegmentation:
            self._segments = [(key, _likeness(node, key)) for key in keysOf(node, names)]
        else:
            codes = [0, *keysOf(node, names)]
            self._codes = np.array(codes, dtype=slicer.util.arrayFromVolume(node).dtype)

    def write(self, volumeNode, path, toWorld):
        """Write them for the worker; as :func:`~NODEORegistrationLib.scene.Structures.writeStructures`."""
        writeStructures(self.names, self._node, volumeNode, path, toWorld)

    def emptyItem(self):
        """A node of their kind, outside the scene."""
        return slicer.vtkMRMLSegmentationNode() if self._isSegmentation else slicer.vtkMRMLLabelMapVolumeNode()

    def fill(self, item, labels):
        """Put the structures of one frame into a node of their kind.

        Args:
            labels: a volume node of the worker's codes; it is used up.
        """
        if self._isSegmentation:
            self._fillSegmentation(item, labels)
        else:
            self._fillLabelMap(item, labels)

    def display(self, node):
        """Show a node of their kind as they are shown."""
        node.CreateDefaultDisplayNodes()
        model = self._node.GetDisplayNode() if self._node.GetScene() is slicer.mrmlScene else None
        if not self._isSegmentation and model is not None and model.GetColorNodeID():
            node.GetDisplayNode().SetAndObserveColorNodeID(model.GetColorNodeID())

    def _fillSegmentation(self, item, labels):
        """All segments are in one layer, as the worker's label map has them."""
        voxels, place = slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
        voxels.ShallowCopy(labels.GetImageData())
        labels.GetIJKToRASMatrix(place)
        voxels.SetGeometryFromImageToWorldMatrix(place)
        segmentation = item.GetSegmentation()
        segmentation.SetSourceRepresentationName(LABELMAP)
        for code, (key, likeness) in enumerate(self._segments, start=1):
            segment = slicer.vtkSegment()
            segment.DeepCopyMetadata(likeness)
            segment.SetLabelValue(code)
            segment.AddRepresentation(LABELMAP, voxels)
            segmentation.AddSegment(segment, key)

    def _fillLabelMap(self, item, labels):
        place = vtk.vtkMatrix4x4()
        labels.GetIJKToRASMatrix(place)
        item.SetIJKToRASMatrix(place)
        slicer.util.updateVolumeFromArray(item, self._codes[slicer.util.arrayFromVolume(labels)])


def _likeness(node, key):
    """Name, color and tags of a segment."""
    likeness = slicer.vtkSegment()
    likeness.DeepCopyMetadata(node.GetSegmentation().GetSegment(key))
    return likeness
