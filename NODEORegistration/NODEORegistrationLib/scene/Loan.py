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
            _write(node, self.values)

    def giveBack(self):
        """Set everything to what it was, unless the node is gone, or has it back already."""
        node = slicer.mrmlScene.GetNodeByID(self.nodeId)
        if node is None or node.GetAttribute(_ATTRIBUTE) is None:
            return
        _setAll(node, self.values)
        if self._isFirst:
            _erase(node)


def settleLoans():
    """Give back what was on loan when this scene was saved."""
    scene = slicer.mrmlScene
    for node in [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]:
        if node.GetAttribute(_ATTRIBUTE) is not None:
            _setAll(node, _read(node))
            _erase(node)


def copyOwn(source, target):
    """Copy the content of a node to another, without what is on loan."""
    target.CopyContent(source)
    if source.GetAttribute(_ATTRIBUTE) is not None:
        _setAll(target, _read(source))
        _erase(target)


def ownValue(node, name):
    """What a setting of a node is, or was before it was lent."""
    lent = _read(node)
    return lent[name] if name in lent else getattr(node, f"Get{name}")()


def _write(node, values):
    """IDs as references: when a scene is opened into another, MRML gives them the new IDs."""
    for name, value in values.items():
        if _isId(name):
            node.SetNodeReferenceID(f"{_ATTRIBUTE}.{name}", value or None)
    plain = {name: None if _isId(name) else value for name, value in values.items()}
    node.SetAttribute(_ATTRIBUTE, json.dumps(plain))


def _read(node):
    values = json.loads(node.GetAttribute(_ATTRIBUTE) or "{}")
    for name in filter(_isId, values):
        values[name] = node.GetNodeReferenceID(f"{_ATTRIBUTE}.{name}")
    return values


def _erase(node):
    for name in filter(_isId, json.loads(node.GetAttribute(_ATTRIBUTE) or "{}")):
        node.SetNodeReferenceID(f"{_ATTRIBUTE}.{name}", None)
    node.RemoveAttribute(_ATTRIBUTE)


def _isId(name):
    return name.endswith("ID")


def _setAll(node, values):
    wasModifying = node.StartModify()
    for name, value in values.items():
        if _isId(name) and value and slicer.mrmlScene.GetNodeByID(value) is None:
            value = None
        if name == "ColorNodeID":
            if value != node.GetColorNodeID():
                node.SetAndObserveColorNodeID(value or "")  # it does not take None
        else:
            getattr(node, f"Set{name}")(value)
    node.EndModify(wasModifying)
