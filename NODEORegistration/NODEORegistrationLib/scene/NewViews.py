"""Word of slice views that are added, as by another layout."""

import qt
import slicer
import vtk


class NewViews:
    """Watches from :meth:`start` to :meth:`stop`.

    Args:
        added: called without arguments, when the layout is complete.
    """

    def __init__(self, added):
        self._tag = None
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", added)

    def start(self):
        """Watch."""
        self.stop()
        self._tag = slicer.mrmlScene.AddObserver(slicer.mrmlScene.NodeAddedEvent, self._onNodeAdded)

    def stop(self):
        """Watch no longer."""
        self._timer.stop()
        if self._tag is not None:
            slicer.mrmlScene.RemoveObserver(self._tag)
            self._tag = None

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node):
        if node.IsA("vtkMRMLSliceCompositeNode"):
            self._timer.start()
