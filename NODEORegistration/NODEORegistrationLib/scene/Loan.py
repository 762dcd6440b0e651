"""Settings of a node that are borrowed for a while.

The node tells what it had, in an attribute: Slicer gives no word before it saves a scene, so that a scene may be saved
meanwhile, and is put right when it is opened.
"""

import json

import slicer

_ATTRIBUTE = "NODEO.borrowed"


class Loan:
    """What some settings of a node were. The node is known by its ID only: it may go.

    Args:
        names: such as ``"Opacity"``, for ``GetOpacity()`` and ``SetOpacity()``; what this Slicer has not is left out.
        values: {name: value} to give back in place of what the node has now.

    Attributes:
        nodeId: whose settings they are.
        values: {name: value}, what will be given back.
    """

    def __init__(self, node, names, values=None):
        self.nodeId = node.GetID()
        self.values = {name: getattr(node, f"Get{name}")() for name in names if hasattr(node, f"Get{name}")}
        self.values.update(values or {})
        self._isFirst = node.GetAttribute(_ATTRIBUTE) is None
        if self._isFirst:
            node.SetAttribute(_ATTRIBUTE, json.dumps(self.values))

    def giveBack(self):
        """Set everything to what it was, unless the node is gone, or has it back already."""
        node = slicer.mrmlScene.GetNodeByID(self.nodeId)
        if node is None or node.GetAttribute(_ATTRIBUTE) is None:
            return
        _setAll(node, self.values)
        if self._isFirst:
            node.RemoveAttribute(_ATTRIBUTE)


def copyOwn(source, target):
    """Copy the content of a node to another, without what is on loan."""
    target.CopyContent(source)
    lent = source.GetAttribute(_ATTRIBUTE)
    if lent is not None:
        _setAll(target, json.loads(lent))
        target.RemoveAttribute(_ATTRIBUTE)


def ownValue(node, name):
    """What a setting of a node is, or was before it was lent."""
    lent = json.loads(node.GetAttribute(_ATTRIBUTE) or "{}")
    return lent[name] if name in lent else getattr(node, f"Get{name}")()


def settleLoans():
    """Give back what was on loan when this scene was saved."""
    scene = slicer.mrmlScene
    for node in [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]:
        values = node.GetAttribute(_ATTRIBUTE)
        if values is not None:
            _setAll(node, json.loads(values))
            node.RemoveAttribute(_ATTRIBUTE)


def _setAll(node, values):
    wasModifying = node.StartModify()
    for name, value in values.items():
        if name.endswith("ID") and value and slicer.mrmlScene.GetNodeByID(value) is None:
            value = None
        if name == "ColorNodeID":
            if value != node.GetColorNodeID():
                node.SetAndObserveColorNodeID(value or "")  # it does not take None
        else:
            getattr(node, f"Set{name}")(value)
    node.EndModify(wasModifying)
