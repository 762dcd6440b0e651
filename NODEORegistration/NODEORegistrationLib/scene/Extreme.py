"""The voxel where a Jacobian determinant is largest or smallest, among those that show something."""

import numpy as np
import slicer
import vtk

from .Comparison import sameGrid

_MARGIN = 0.05  # of the range of intensities, between background and content


def extreme(jacobian, largest, fixed=None, mask=None):
    """Find it.

    Args:
        jacobian: volume node.
        fixed, mask: the fixed volume and its mask, a segmentation or label map node, or None. Candidates are the voxels
            in the mask; without a mask those of the fixed volume that are not background; all if these are none.

    Returns:
        (det J, (x, y, z) in mm RAS of the world)
    """
    array = slicer.util.arrayFromVolume(jacobian)
    inside = _inside(jacobian, fixed, mask)
    candidates = array if inside is None else np.where(inside, array, -np.inf if largest else np.inf)
    index = np.unravel_index(candidates.argmax() if largest else candidates.argmin(), array.shape)
    return float(array[index]), _world(jacobian, index)


def content(array):
    """Where an array [D, H, W] is not background: not dark, or not bright if its borders are."""
    low, high = np.percentile(array, (1.0, 99.0))
    margin = _MARGIN * (high - low)
    faces = [np.take(array, (0, -1), axis=axis).ravel() for axis in range(array.ndim) if array.shape[axis] > 1]
    if faces and np.median(np.concatenate(faces)) > high - margin:
        return array < high - margin
    return array > low + margin


def _inside(jacobian, fixed, mask):
    for inside in (_masked(jacobian, mask), _shown(jacobian, fixed)):
        if inside is not None and inside.any():
            return inside
    return None


def _masked(jacobian, mask):
    if mask is None:
        return None
    if not mask.IsA("vtkMRMLSegmentationNode"):
        return slicer.util.arrayFromVolume(mask) > 0 if sameGrid(jacobian, mask) else None
    segments = mask.GetSegmentation().GetSegmentIDs()
    arrays = [slicer.util.arrayFromSegmentBinaryLabelmap(mask, segment, jacobian) for segment in segments]
    arrays = [array > 0 for array in arrays if array is not None]
    return np.any(arrays, axis=0) if arrays else None


def _shown(jacobian, fixed):
    if fixed is None or not sameGrid(jacobian, fixed):
        return None
    array = slicer.util.arrayFromVolume(fixed)
    if array.ndim > 3:  # colors
        array = array.mean(axis=-1)
    return content(array.astype(np.float32))


def _world(volume, index):
    k, j, i = (float(n) for n in index)
    ijkToLocal = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(ijkToLocal)
    toWorld = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(volume.GetParentTransformNode(), None, toWorld)
    return toWorld.TransformPoint(ijkToLocal.MultiplyPoint((i, j, k, 1.0))[:3])
