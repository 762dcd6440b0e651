"""Which volumes are meant, when the scene leaves no doubt, and which may be."""

import slicer

from .ResultMarks import isOutput
from .Series import seriesOf


def chooseVolumes(parameters):
    """With two volumes in the scene and none chosen, it is clear which are meant; and so it is with a series alone."""
    if parameters is None or parameters.fixedVolume is not None or parameters.movingVolume is not None:
        return
    volumes = _volumes()
    if not all(node.GetImageData() is not None for node in volumes):
        return
    if len(volumes) == 2:
        parameters.fixedVolume, parameters.movingVolume = sorted(volumes, key=lambda node: seriesOf(node) is not None)
    elif len(volumes) == 1 and seriesOf(volumes[0]) is not None:
        parameters.movingVolume = volumes[0]


def movableVolumes(fixed):
    """The volumes that can be registered to ``fixed``, a volume or None: all but itself and what came of others."""
    return [node for node in _volumes() if node is not fixed and not isOutput(node)]


def _volumes():
    return [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if node.GetClassName() == "vtkMRMLScalarVolumeNode" and not node.GetHideFromEditors()
    ]
