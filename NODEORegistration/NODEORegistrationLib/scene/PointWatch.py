"""Word of points that are placed, named, removed or put under a transform."""

from .Landmarks import labelsOf

_EVENTS = (
    "PointPositionDefinedEvent",
    "PointPositionUndefinedEvent",
    "PointRemovedEvent",
    "PointModifiedEvent",
    "TransformModifiedEvent",
)


class PointWatch:
    """Watches some point lists at a time, and holds none of them longer than it watches it.

    Args:
        changed: called without arguments when there are other points, or labels; not for every step of the mouse.
    """

    def __init__(self, changed):
        self._changed = changed
        self._observed = []
        self._content = None

    def watch(self, *lists):
        """Watch these lists, and no others; what is None is left out."""
        self.stop()
        for points in filter(None, lists):
            for event in _EVENTS:
                self._observed.append((points, points.AddObserver(getattr(points, event), self._onEvent)))
        self._content = self._look()

    def stop(self):
        """Watch nothing."""
        for points, tag in self._observed:
            points.RemoveObserver(tag)
        self._observed = []

    def _onEvent(self, caller, event):
        content = self._look()
        if content != self._content:
            self._content = content
            self._changed()

    def _look(self):
        lists = list(dict.fromkeys(points for points, _tag in self._observed))
        return [(points.GetTransformNodeID(), labelsOf(points)) for points in lists]
