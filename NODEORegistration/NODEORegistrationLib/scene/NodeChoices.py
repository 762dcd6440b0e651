"""Several nodes that a person has ticked, as references of the parameter node: saved with the scene, gone with them."""

import slicer

CARRIED = "carried"  # role of what goes along with the moving volume
BATCHED = "batched"  # role of the moving volumes of a batch


def chosenNodes(parameters, role):
    """The nodes that are ticked, in the order in which they were."""
    node = parameters.parameterNode
    found = [node.GetNthNodeReference(role, index) for index in range(node.GetNumberOfNodeReferences(role))]
    return [chosen for chosen in found if chosen is not None]


def chooseNodes(parameters, role, nodes):
    """Tick these nodes, and no others."""
    node = parameters.parameterNode
    with slicer.util.NodeModify(node):
        node.RemoveNodeReferenceIDs(role)
        for chosen in nodes:
            node.AddNodeReferenceID(role, chosen.GetID())


def tickAmong(parameters, role, offered, ticks):
    """Tick those of the nodes that are offered; what is ticked elsewhere stays ticked.

    Args:
        ticks: a truth value for each node that is offered.
    """
    elsewhere = [node for node in chosenNodes(parameters, role) if node not in offered]
    ticked = [node for node, isTicked in zip(offered, ticks, strict=True) if isTicked]
    chooseNodes(parameters, role, elsewhere + ticked)
