"""What goes along with the registration of a series: what changes with its frames, and what belongs to its reference.

A frame comes onto the reference by φ⁻¹, the ToParent direction of its transform. What belongs to the reference goes the
other way, by φ into each frame: it lies under a second sequence of transforms, whose ToParent is φ. Slicer cannot
invert a transform where it is used; two nodes can share one field.
"""

from dataclasses import dataclass, field

import slicer
from slicer.i18n import tr as _

from .Carried import FOLLOWER, followerOf, hardened, markCarried, removeCopies, samePlacing
from .Carrying import showLikeModel
from .Companions import markCopy, putUnder
from .Series import browserOf, isShownBy, showSequence


@dataclass(eq=False)
class _Carried:
    """A node on its way.

    Attributes:
        place: the ID of the transform that it lay under at the start.
        isOfFrames: whether it changes with the frames.
        copies: its hardened copies, a sequence node.
        isWhole: whether there is one for every frame.
    """

    node: object
    place: object
    isOfFrames: bool
    copies: object = field(default_factory=lambda: slicer.vtkMRMLSequenceNode())
    isWhole: bool = False


class SeriesCarrying:
    """Some nodes on their way; the scene changes only in :meth:`commit`.

    Args:
        browser: of the series.
        frames: nodes that it changes with the frames, and that lie where the moving volume lies.
        reference: nodes that lie where the reference lies.
        asCopies: leave all of them where they are, and carry sequences of hardened copies.
        referenceToWorld: the matrix of the reference's parents.

    Attributes:
        leftBehind: names of those that went elsewhere, or out of the scene, meanwhile.
    """

    def __init__(self, browser, frames, reference, asCopies, referenceToWorld):
        self._browser, self._asCopies, self._referenceToWorld = browser, asCopies, referenceToWorld
        self._placed = [_Carried(node, node.GetTransformNodeID(), True) for node in frames]
        self._placed += [_Carried(node, node.GetTransformNodeID(), False) for node in reference]
        self._follower = None
        self.leftBehind = []

    def steps(self, result, before):
        """What can take a while, in pieces; it happens outside the scene.

        Args:
            result: the :class:`~NODEORegistrationLib.scene.SeriesImport.SeriesImport`, whose transforms have been read
                by the time that the first step is taken.
            before: the transform node that is going to be updated, or None for a new one.
        """
        followed = any(not one.isOfFrames for one in self._placed)
        isShown = (followed and not self._asCopies) or followerOf(before) is not None
        steps = [lambda: self._follow(result, isShown)] if followed or isShown else []
        if self._asCopies:
            numbers = range(len(result.index.values))
            steps += [lambda o=one, n=number: self._copy(o, n, result) for one in self._placed for number in numbers]
        return steps

    def commit(self, nodes, fixedName, seriesName):
        """Put everything under the transforms, or the copies into the scene; either in the folder of the results.

        Args:
            nodes: {kind: node that shows the frame's result}
            fixedName, seriesName: what the reference and the series are called.

        Returns:
            the nodes that follow the transforms now.
        """
        transform, follower = nodes.get("transform"), nodes.get(FOLLOWER)
        if transform is None:
            return []
        removeCopies(transform)  # it was another's before
        if follower is not None:
            markCarried([follower], transform)
        there = [one for one in self._placed if self._isThere(one) and (not self._asCopies or one.isWhole)]
        self.leftBehind = [one.node.GetName() for one in self._placed if one not in there]
        if self._asCopies:
            with samePlacing():
                carried = [_shown(one, nodes, _nameOfCopies(one, fixedName, seriesName)) for one in there]
        else:
            putUnder([one.node for one in there if one.isOfFrames], transform)
            putUnder([one.node for one in there if not one.isOfFrames], follower)
            carried = [one.node for one in there]
        markCarried(carried, transform)
        return carried

    def _isThere(self, one):
        """Whether a node, put where it goes or not yet, is still what it was at the start."""
        node = one.node
        if node.GetScene() is not slicer.mrmlScene or node.GetTransformNodeID() != one.place:
            return False
        return not one.isOfFrames or isShownBy(self._browser, node)

    def _follow(self, result, isShown):
        self._follower = result.follower(self._referenceToWorld)
        if isShown:
            result.sequences[FOLLOWER] = self._follower

    def _copy(self, one, number, result):
        """Harden a copy of a node, or of what it shows in a frame, by that frame's transform."""
        if not self._isThere(one):
            return
        value, node, transforms = result.index.values[number], one.node, self._follower
        if one.isOfFrames:
            node = self._browser.GetSequenceNode(node).GetDataNodeAtValue(value, False)
            transforms = result.sequences["transform"]
        if number == 0:
            result.index.giveTo(one.copies)
        copy = hardened(node, transforms.GetNthDataNode(number).GetTransformToParent())
        empty = slicer.mrmlScene.CreateNodeByClass(node.GetClassName())
        empty.UnRegister(None)
        item = one.copies.SetDataNodeAtValue(empty, value)
        item.CopyContent(copy, False)  # handed over, not copied
        markCopy(item)
        one.isWhole = one.copies.GetNumberOfDataNodes() == len(result.index.values)


def _nameOfCopies(one, fixedName, seriesName):
    """After where they lie: on the reference, or in the frames."""
    words = {"name": one.node.GetName(), "fixed": fixedName, "series": seriesName}
    name = _("{name} on {fixed}") if one.isOfFrames else _("{name} in {series}")
    return slicer.mrmlScene.GenerateUniqueName(name.format(**words))


def _shown(one, nodes, name):
    """The node that shows a frame's copy, in the browser of the results."""
    copy = slicer.mrmlScene.AddNewNodeByClass(one.node.GetClassName(), name)
    showLikeModel(copy, one.node)
    browser = browserOf(nodes["transform"])
    showSequence(browser, copy, one.copies)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return copy
