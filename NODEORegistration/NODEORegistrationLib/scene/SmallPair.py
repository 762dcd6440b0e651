"""The sample pair, made small: enough to see whether all works."""

import slicer
import vtk

from .SampleDataSource import sampleFolder


def loadSmallPair(step):
    """The fixed and the moving volume of the sample pair, every ``step``-th voxel of them."""
    return [_loadSmall(name, step) for name in ("fixed", "moving")]


def _loadSmall(name, step):
    whole = slicer.util.loadVolume(str(sampleFolder() / f"{name}.nrrd"))
    matrix = vtk.vtkMatrix4x4()
    whole.GetIJKToRASMatrix(matrix)
    node = slicer.util.addVolumeFromArray(
        slicer.util.arrayFromVolume(whole)[::step, ::step, ::step].copy(), matrix, f"small {name}"
    )
    node.SetSpacing([step * spacing for spacing in whole.GetSpacing()])
    slicer.mrmlScene.RemoveNode(whole)
    return node
