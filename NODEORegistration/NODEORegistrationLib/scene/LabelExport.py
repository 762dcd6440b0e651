"""From the scene to the worker's files: masks and structures, from segmentations and label maps."""

import slicer
import vtk
from slicer.i18n import tr as _

from .SceneExport import ExportError, fileMatrix, geometry, inverse, product, worldMatrix, writeNRRD

LABELMAP = "Binary labelmap"


def writeMask(maskNode, volumeNode, path, toWorld):
    """Write a segmentation or label map as a mask (not 0) that lies where its volume was written.

    Args:
        toWorld: the matrix that the volume itself was written with.

    Raises:
        ExportError: nothing is in the mask, or a parent transform of it deforms.
    """
    toFile = fileMatrix(maskNode, volumeNode, toWorld)
    copy = slicer.vtkMRMLLabelMapVolumeNode()
    if maskNode.IsA("vtkMRMLSegmentationNode"):
        shown = _visibleSegments(maskNode)
        copy.SetAndObserveImageData(onVoxels(maskNode, shown, volumeNode))
        copy.SetIJKToRASMatrix(geometry(volumeNode, toWorld))
    else:
        copy.SetAndObserveImageData(maskNode.GetImageData())
        copy.SetIJKToRASMatrix(geometry(maskNode, toFile))
    image = copy.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0 or image.GetScalarRange() == (0.0, 0.0):
        raise ExportError(_("The mask {name} is empty.").format(name=maskNode.GetName()))
    writeNRRD(copy, path, maskNode.GetName())


def _visibleSegments(segmentationNode):
    """The identifiers of the segments that count.

    Raises:
        ExportError: there are none.
    """
    display, name = segmentationNode.GetDisplayNode(), segmentationNode.GetName()
    there = segmentationNode.GetSegmentation().GetSegmentIDs()
    visible = [segment for segment in there if display is None or display.GetSegmentVisibility(segment)]
    if not there:
        raise ExportError(_("The mask {name} has no segment: draw one, or choose no mask.").format(name=name))
    if not visible:
        raise ExportError(_("The mask {name} has no visible segment: show those that count.").format(name=name))
    segmentIds = vtk.vtkStringArray()
    for segment in visible:
        segmentIds.InsertNextValue(segment)
    return segmentIds


def onVoxels(segmentationNode, segmentIds, volumeNode):
    """Segments as one label map on the volume's voxels.

    Raises:
        ExportError: the segments are empty, or lie outside the volume.
    """
    source, name = segmentationNode, segmentationNode.GetName()
    if not source.GetSegmentation().ContainsRepresentation(LABELMAP):
        source = slicer.vtkMRMLSegmentationNode()  # a copy: making a label map of surfaces changes the node
        source.GetSegmentation().DeepCopy(segmentationNode.GetSegmentation())
        if not source.GetSegmentation().CreateRepresentation(LABELMAP):
            raise ExportError(_("{name} cannot be made a label map.").format(name=name))
    volumeToSegmentation = product(inverse(worldMatrix(segmentationNode)), worldMatrix(volumeNode))
    grid = slicer.vtkOrientedImageData()
    grid.SetExtent(volumeNode.GetImageData().GetExtent())
    grid.SetGeometryFromImageToWorldMatrix(geometry(volumeNode, volumeToSegmentation))
    merged = slicer.vtkOrientedImageData()
    source.GenerateMergedLabelmapForAllSegments(
        merged, slicer.vtkSegmentation.EXTENT_REFERENCE_GEOMETRY, grid, segmentIds
    )
    if merged.GetScalarRange() == (0.0, 0.0):
        source.GenerateMergedLabelmapForAllSegments(
            merged, slicer.vtkSegmentation.EXTENT_UNION_OF_SEGMENTS, None, segmentIds
        )
        if merged.GetNumberOfPoints() == 0 or merged.GetScalarRange() == (0.0, 0.0):
            raise ExportError(_("{name} is empty: its segments hold nothing.").format(name=name))
        sentence = _("{name} lies outside {volume}: check that both belong together.")
        raise ExportError(sentence.format(name=name, volume=volumeNode.GetName()))
    voxels = vtk.vtkImageData()  # a volume node keeps the geometry apart from the voxels
    voxels.ShallowCopy(merged)
    voxels.SetOrigin(0.0, 0.0, 0.0)
    voxels.SetSpacing(1.0, 1.0, 1.0)
    voxels.SetDirectionMatrix(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return voxels
