"""The colors of det J: white where volume is kept, blue where it shrinks, red where it grows, violet for folds.

Violet differs from all the others for eyes without red, green or blue receptors, too; a test looks through them.
"""

import numpy as np
import slicer

NAME = "NODEO Jacobian"
WINDOW = (0.0, 2.0)
_POINTS = (  # det J, red, green, blue
    (0.0, 0.6, 0.0, 1.0),
    (0.004, 0.02, 0.19, 0.38),
    (0.5, 0.26, 0.58, 0.76),
    (1.0, 0.97, 0.97, 0.97),
    (1.5, 0.84, 0.38, 0.30),
    (2.0, 0.40, 0.00, 0.12),
)


def jacobianColorNode():
    """The scene's color node for det J; added to the scene if it is not there yet."""
    existing = slicer.mrmlScene.GetFirstNode(NAME, "vtkMRMLProceduralColorNode")
    if existing is not None:
        return existing
    node = slicer.vtkMRMLProceduralColorNode()
    node.SetName(NAME)
    node.SetAttribute("Category", "NODEO")
    colors = node.GetColorTransferFunction()
    colors.RemoveAllPoints()
    for point in _POINTS:
        colors.AddRGBPoint(*point)
    return slicer.mrmlScene.AddNode(node)


def jacobianColor(determinants):
    """The colors of an array of det J: [..., 3] from 0 to 1."""
    levels, *channels = zip(*_POINTS, strict=True)
    return np.stack([np.interp(determinants, levels, channel) for channel in channels], axis=-1)


def colorByJacobian(volumeNode):
    """Show a volume in these colors, window 0 to 2, and keep Slicer from choosing a window of its own."""
    volumeNode.CreateDefaultDisplayNodes()
    display = volumeNode.GetDisplayNode()
    display.SetAndObserveColorNodeID(jacobianColorNode().GetID())
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(*WINDOW)
