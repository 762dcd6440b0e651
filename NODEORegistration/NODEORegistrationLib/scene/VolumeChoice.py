"""Which volumes are meant, when the scene leaves no doubt."""

import slicer


def chooseVolumes(parameters):
    """With two volumes in the scene and none chosen, it is clear which are meant."""
    if parameters is None or parameters.fixedVolume is not None or parameters.movingVolume is not None:
        return
    volumes = [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if node.GetClassName() == "vtkMRMLScalarVolumeNode" and not node.GetHideFromEditors()
    ]
    if len(volumes) == 2 and all(node.GetImageData() is not None for node in volumes):
        parameters.fixedVolume, parameters.movingVolume = volumes
