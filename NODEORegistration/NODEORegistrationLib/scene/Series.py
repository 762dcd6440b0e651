"""A series of the scene: a sequence of volumes, and the volume node in which its browser shows one of them."""

from dataclasses import dataclass
from itertools import pairwise

import slicer

_VOLUME = "vtkMRMLScalarVolumeNode"


@dataclass(frozen=True)
class Series:
    """A sequence whose items are volumes, its frames.

    Attributes:
        browser: the sequence browser node that shows the frames.
        sequence: the sequence node.
        proxy: the volume node that holds the frame that is shown.
    """

    browser: object
    sequence: object
    proxy: object

    def count(self):
        """How many frames there are."""
        return self.sequence.GetNumberOfDataNodes()

    def frame(self, number):
        """The volume node of a frame, from 0; it is in no scene, and not to be changed."""
        return self.sequence.GetNthDataNode(number)

    def frames(self):
        """All volume nodes, in their order; None for an item that holds nothing."""
        return [self.frame(number) for number in range(self.count())]

    def name(self):
        """What people call it."""
        return self.sequence.GetName() or self.proxy.GetName()

    def index(self):
        """What its frames are counted by."""
        return SeriesIndex.of(self.sequence)


@dataclass(frozen=True)
class SeriesIndex:
    """What the items of a sequence are counted by, such as time in s.

    Attributes:
        values: a text for each item.
        name, unit: of the values.
        type: numeric or text, as MRML numbers them.
        tolerance: how far two numeric values may be apart and be the same.
    """

    values: tuple
    name: str
    unit: str
    type: int
    tolerance: float

    @staticmethod
    def of(sequence):
        """That of a sequence node."""
        return SeriesIndex(
            tuple(sequence.GetNthIndexValue(number) for number in range(sequence.GetNumberOfDataNodes())),
            sequence.GetIndexName(),
            sequence.GetIndexUnit(),
            sequence.GetIndexType(),
            sequence.GetNumericIndexValueTolerance(),
        )

    def giveTo(self, sequence):
        """Have an empty sequence counted like this."""
        sequence.SetIndexName(self.name)
        sequence.SetIndexUnit(self.unit)
        sequence.SetIndexType(self.type)
        sequence.SetNumericIndexValueTolerance(self.tolerance)

    def times(self):
        """The values as numbers; an empty list if they are none that increase."""
        try:
            times = [float(value) for value in self.values]
        except ValueError:
            return []
        return times if all(before < after for before, after in pairwise(times)) else []


def seriesOf(node):
    """The :class:`Series` that a volume node shows a frame of, or a sequence node is; None if there is none."""
    if node is None:
        return None
    browser = browserOf(node)
    if browser is None:
        return None
    isSequence = node.IsA("vtkMRMLSequenceNode")
    sequence, proxy = (node, browser.GetProxyNode(node)) if isSequence else (browser.GetSequenceNode(node), node)
    if None in (sequence, proxy) or proxy.GetClassName() != _VOLUME:
        return None
    return Series(browser, sequence, proxy)


def itemsOf(sequence):
    """The nodes that a sequence node holds; they are in no scene."""
    items = [sequence.GetNthDataNode(number) for number in range(sequence.GetNumberOfDataNodes())]
    return [item for item in items if item is not None]


def itemsShownBy(node):
    """The items of the sequence that a node shows one of; none if it shows none."""
    browser = browserOf(node)
    return [] if browser is None else itemsOf(browser.GetSequenceNode(node))


def browserOf(node):
    """The sequence browser that a node is shown by, or a sequence is played by; None if there is none."""
    module = getattr(slicer.modules, "sequences", None)
    if module is None:
        return None
    if node.IsA("vtkMRMLSequenceNode"):
        return module.logic().GetFirstBrowserNodeForSequenceNode(node)
    return module.logic().GetFirstBrowserNodeForProxyNode(node)


def isShownBy(browser, node):
    """Whether a node changes with the frames that a browser shows."""
    return browser.GetSequenceNode(node) is not None


def showSequence(browser, node, sequence):
    """Have a node show the items of a sequence that is not in the scene yet, and no others."""
    scene = slicer.mrmlScene
    forgetSequence(node)
    sequence.SetName(scene.GenerateUniqueName(f"{node.GetName()}-Sequence"))  # as Slicer names them
    scene.AddNode(sequence)
    browser.AddSynchronizedSequenceNodeID(sequence.GetID())
    other = browser.GetProxyNode(sequence)  # a browser makes one of its own as soon as it may
    browser.AddProxyNode(node, sequence, False)
    if other is not None and other is not node:
        removeShown(other)


def removeShown(node):
    """Take a node out of the scene, and what it is shown with."""
    displays = []
    if node.IsA("vtkMRMLDisplayableNode"):
        displays = [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
    for gone in (node, *filter(None, displays)):
        slicer.mrmlScene.RemoveNode(gone)


def forgetSequence(node):
    """Take the sequence that a node shows an item of out of the scene; the node stays."""
    browser, scene = browserOf(node), slicer.mrmlScene
    if browser is not None:
        sequence = browser.GetSequenceNode(node)
        scene.StartState(scene.BatchProcessState)  # else the browser makes another node to show it, in between
        try:
            browser.RemoveSynchronizedSequenceNode(sequence.GetID())
            scene.RemoveNode(sequence)
        finally:
            scene.EndState(scene.BatchProcessState)


def outsideReference(fixed, moving):
    """The volume that the frames of a series are to lie on, if it is none of them; else None.

    Args:
        fixed: the volume node that is chosen as fixed, or None.
        moving: the volume node that shows the series.
    """
    return None if fixed is moving else fixed
