"""What goes along with a registration: nodes of the moving image, under its transform or as copies that follow it.

A point of the moving image reaches the fixed one by φ⁻¹, which is the ToParent direction of the transform: Slicer's own
way of putting a node under a transform, and of hardening it, knows that.
"""

import slicer
from slicer.i18n import tr as _

from .Carried import hardened, markCarried, removeCopies, samePlacing
from .Companions import markCopy, putUnder
from .Loan import copyOwn
from .SceneImport import useLinearInterpolation


class Carrying:
    """Some nodes on their way; the scene changes only in :meth:`commit`.

    Args:
        nodes: what lies where the moving volume lies, from now on until it is carried.
        asCopies: leave them where they are, and carry hardened copies.

    Attributes:
        leftBehind: names of those that went elsewhere, or out of the scene, meanwhile.
    """

    def __init__(self, nodes, asCopies):
        self._placed = [(node, node.GetTransformNodeID()) for node in nodes]
        self._asCopies = asCopies
        self._copies = []
        self.leftBehind = []

    def steps(self, loaded):
        """What can take a while, in pieces: a copy each, made outside the scene.

        Args:
            loaded: {kind: node} of the results, filled by the time that the first step is taken.
        """
        if not self._asCopies:
            return []
        return [lambda node=node, place=place: self._copy(node, place, loaded) for node, place in self._placed]

    def commit(self, transform, fixed):
        """Put everything under the transform, or the copies into the scene; either in the folder of the results.

        Returns:
            the nodes that follow the transform now.
        """
        removeCopies(transform)  # it was another's before
        if self._asCopies:
            with samePlacing():
                carried = [_added(node, copy, fixed) for node, copy in self._copies]
        else:
            carried = [node for node, place in self._placed if self._isThere(node, place)]
            putUnder(carried, transform)
        markCarried(carried, transform)
        self._placed, self._copies = [], []
        return carried

    def _isThere(self, node, place):
        isThere = node.GetScene() is slicer.mrmlScene and node.GetTransformNodeID() == place
        if not isThere:
            self.leftBehind.append(node.GetName())
        return isThere

    def _copy(self, node, place, loaded):
        if self._isThere(node, place):
            useLinearInterpolation(loaded["transform"])
            self._copies.append((node, hardened(node, loaded["transform"].GetTransformToParent())))


def showLikeModel(copy, model):
    """Show a copy as the node that it was made of is shown."""
    if model.GetDisplayNode() is not None:
        copy.CreateDefaultDisplayNodes()
        copyOwn(model.GetDisplayNode(), copy.GetDisplayNode())


def _added(node, copy, fixed):
    """A copy in the scene, named after where it lies, and shown like its model."""
    name = _("{name} on {fixed}").format(name=node.GetName(), fixed=_("fixed") if fixed is None else fixed.GetName())
    copy.SetName(slicer.mrmlScene.GenerateUniqueName(name))
    markCopy(copy)
    copy = slicer.mrmlScene.AddNode(copy)
    showLikeModel(copy, node)
    return copy
