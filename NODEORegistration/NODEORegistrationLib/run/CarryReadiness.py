"""What can go along with the moving volume, and why something cannot, in one sentence."""

from slicer.i18n import tr as _

from ..Parameters import channelsOf
from ..scene.Companions import companionsBefore, isDrawnOn
from ..scene.NodeChoices import CARRIED, chosenNodes


def offeredNodes(parameters):
    """What lies where the moving volume lies, but what is known to be the fixed one's."""
    fixed = parameters.fixedVolume
    fixedOnes = [parameters.fixedMask, parameters.fixedPoints, parameters.fixedStructures]
    fixedOnes += [volume for volume, _moving, _weight in channelsOf(parameters)]
    found = [companion.node for companion in companionsBefore(fixed, parameters.movingVolume)]
    return [node for node in found if node not in fixedOnes and not (fixed and isDrawnOn(node, fixed))]


def carriedNodes(parameters):
    """What is ticked of that."""
    chosen = chosenNodes(parameters, CARRIED)
    return [node for node in offeredNodes(parameters) if node in chosen] if chosen else []


def whyNotCarried(nodes, outputs):
    """Why nodes cannot go along with the moving volume, or an empty text.

    Args:
        outputs: {kind of output: node or None for a new one}
    """
    if nodes and "transform" not in outputs:
        return _("Tick Transform under Outputs: what is carried along lies under it.")
    return ""
