"""Word of chosen nodes whose content changes: points, segments, voxels, and the transform that they are under."""

import slicer

_TRANSFORM = "TransformModifiedEvent"
_EVENTS = {  # of a class and those derived from it
    "vtkMRMLMarkupsNode": (
        "PointPositionDefinedEvent",
        "PointPositionUndefinedEvent",
        "PointRemovedEvent",
        "PointModifiedEvent",
    ),
    "vtkMRMLVolumeNode": ("ImageDataModifiedEvent",),
}
_SEGMENT_EVENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified")


class ContentWatch:
    """Watches some nodes at a time, and holds none of them longer than it watches it.

    Args:
        look: what counts of a node, such as its labels.
        changed: called without arguments when that is another than before; not for every step of the mouse.
    """

    def __init__(self, look, changed):
        self._look, self._changed = look, changed
        self._nodes, self._observed = [], []
        self._content = None

    def watch(self, *nodes):
        """Watch these nodes, and no others; what is None is left out."""
        self.stop()
        self._nodes = [node for node in nodes if node is not None]
        for node in self._nodes:
            for subject, event in _eventsOf(node):
                self._observed.append((subject, subject.AddObserver(event, self._onEvent)))
        self._content = self._contents()

    def stop(self):
        """Watch nothing."""
        for subject, tag in self._observed:
            subject.RemoveObserver(tag)
        self._nodes, self._observed = [], []

    def _onEvent(self, caller, event):
        content = self._contents()
        if content != self._content:
            self._content = content
            self._changed()

    def _contents(self):
        return [(node.GetTransformNodeID(), self._look(node)) for node in self._nodes]


def _eventsOf(node):
    """(who tells, event) of everything that may change what a node holds."""
    names = [_TRANSFORM, *(name for kind, names in _EVENTS.items() if node.IsA(kind) for name in names)]
    events = [(node, getattr(node, name)) for name in names]
    if node.IsA("vtkMRMLSegmentationNode"):
        events += [(node.GetSegmentation(), getattr(slicer.vtkSegmentation, name)) for name in _SEGMENT_EVENTS]
    return events
