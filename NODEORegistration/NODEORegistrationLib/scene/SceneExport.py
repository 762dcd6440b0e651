"""From the scene to the worker's files: volumes, masks and transforms as their parent transforms place them.

Nothing here changes the scene. Nodes that are written are nodes of their own outside it, which share the image data.
"""

import shutil

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

_RIGID = 1e-4  # how far a parent's matrix may be from a rotation


class ExportError(RuntimeError):
    """A node that cannot be handed to the engine, in one sentence."""


def writeVolume(volumeNode, path, toWorld):
    """Write a volume with ``toWorld``, a matrix (RAS), made part of its geometry.

    Raises:
        ExportError: it cannot be written.
    """
    copy = slicer.vtkMRMLScalarVolumeNode()
    copy.SetAndObserveImageData(volumeNode.GetImageData())
    copy.SetIJKToRASMatrix(geometry(volumeNode, toWorld))
    writeNRRD(copy, path, volumeNode.GetName())


def placedCopy(volumeNode, toWorld, name):
    """A volume node outside the scene with a copy of the voxels, and ``toWorld``, a matrix (RAS), in its geometry."""
    copy = slicer.vtkMRMLScalarVolumeNode()
    image = vtk.vtkImageData()
    image.DeepCopy(volumeNode.GetImageData())
    copy.SetAndObserveImageData(image)
    copy.SetIJKToRASMatrix(geometry(volumeNode, toWorld))
    copy.SetName(name)
    return copy


def worldMatrix(node, rigidOnly=False):
    """The node's local → world matrix (RAS).

    Raises:
        ExportError: a parent deforms, or (``rigidOnly``) it scales or shears.
    """
    matrix = vtk.vtkMatrix4x4()
    parent = node.GetParentTransformNode()
    if parent is None:
        return matrix
    if not parent.IsTransformToWorldLinear():
        raise ExportError(_("{name} is under a deforming transform: harden it first.").format(name=node.GetName()))
    parent.GetMatrixTransformToWorld(matrix)
    return _rigid(matrix, node) if rigidOnly else matrix


def _rigid(matrix, node):
    """The matrix, if it is a rotation and a shift."""
    rotation = slicer.util.arrayFromVTKMatrix(matrix)[:3, :3]
    if not np.allclose(rotation.T @ rotation, np.eye(3), atol=_RIGID):
        raise ExportError(
            _("The transform above {name} scales or shears it: harden it first.").format(name=node.GetName())
        )
    return matrix


def fileMatrix(node, volumeNode, toWorld):
    """The matrix (RAS) from a node's local coordinates to where the file of a volume has them.

    Args:
        toWorld: the matrix that the volume itself is written with.

    Raises:
        ExportError: a parent of either deforms.
    """
    return product(toWorld, inverse(worldMatrix(volumeNode)), worldMatrix(node))


def rigidFileMatrix(node, volumeNode, toWorld):
    """As :func:`fileMatrix`, for a volume: its file can hold no shear.

    Raises:
        ExportError: beside the other volume, it is scaled or sheared.
    """
    return _rigid(fileMatrix(node, volumeNode, toWorld), node)


def geometry(volumeNode, toWorld):
    ijkToLocal = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(ijkToLocal)
    return product(toWorld, ijkToLocal)


def writeNRRD(node, path, name):
    storage = slicer.vtkMRMLNRRDStorageNode()
    storage.SetFileName(str(path))
    storage.SetUseCompression(False)
    if not storage.WriteData(node) or path.stat().st_size < _bytes(node):
        free = shutil.disk_usage(path.parent).free
        if free < _bytes(node):
            sentence = _("{name} needs {needed:.0f} MB in the temporary folder, and {free:.0f} MB are free there.")
            raise ExportError(sentence.format(name=name, needed=_bytes(node) / 1e6, free=free / 1e6))
        raise ExportError(_("{name} could not be written to {folder}.").format(name=name, folder=path.parent))


def _bytes(volumeNode):
    image = volumeNode.GetImageData()
    return image.GetNumberOfPoints() * image.GetScalarSize() * image.GetNumberOfScalarComponents()


def writeInitialTransform(initialNode, movingNode, path):
    """Write A, the map fixed world -> moving volume, from a transform of the scene and the moving volume's parents.

    The initial transform acts as if the moving volume, parents and all, were put under it; one that the volume is
    under already is not counted twice.

    Args:
        initialNode: a transform node, or None.

    Raises:
        ExportError: the transform cannot be written.
    """
    composed = vtk.vtkGeneralTransform()
    composed.PostMultiply()
    if initialNode is not None and not isUnder(movingNode, initialNode):
        fromWorld = vtk.vtkGeneralTransform()
        initialNode.GetTransformFromWorld(fromWorld)
        if not _canBeStored(fromWorld):
            raise ExportError(
                _("{name} cannot be stored as it is: convert it to a grid transform in the Transforms module.").format(
                    name=initialNode.GetName()
                )
            )
        composed.Concatenate(fromWorld)
    composed.Concatenate(inverse(worldMatrix(movingNode)))
    copy = slicer.vtkMRMLTransformNode()
    copy.SetAndObserveTransformFromParent(composed)
    storage = slicer.vtkMRMLTransformStorageNode()
    storage.SetFileName(str(path))
    if not storage.WriteData(copy) or not path.exists():
        name = movingNode.GetName() if initialNode is None else initialNode.GetName()
        raise ExportError(
            _("The transform {name} could not be written: convert it to a grid transform first.").format(name=name)
        )


def _canBeStored(transform):
    """Whether ITK has this transform, in this direction."""
    parts = vtk.vtkCollection()
    slicer.vtkMRMLTransformNode.FlattenGeneralTransform(parts, transform)
    return all(_isForward(parts.GetItemAsObject(index)) for index in range(parts.GetNumberOfItems()))


def _isForward(transform):
    if transform.IsA("vtkHomogeneousTransform"):
        return True
    return (
        transform.IsA("vtkGridTransform") or transform.IsA("vtkBSplineTransform")
    ) and not transform.GetInverseFlag()


def isUnder(volumeNode, transformNode):
    """Whether a volume lies under a transform, directly or through others."""
    parent = volumeNode.GetParentTransformNode()
    while parent is not None:
        if parent is transformNode:
            return True
        parent = parent.GetParentTransformNode()
    return False


def product(first, *others):
    """The matrices multiplied, left to right."""
    product = vtk.vtkMatrix4x4()
    product.DeepCopy(first)
    for other in others:
        vtk.vtkMatrix4x4.Multiply4x4(product, other, product)
    return product


def inverse(matrix):
    inverse = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(matrix, inverse)
    return inverse
