"""Word of a scene that is being saved, or closed."""

import slicer


class SceneWatch:
    """Watches from :meth:`start` to :meth:`stop`.

    Slicer 5.13 itself tells nobody that it saves; others may, with ``StartState(vtkMRMLScene.SaveState)``.

    Args:
        pause, resume: called before and after a saving that is told.
        closed: called when the scene is about to be closed.
    """

    def __init__(self, pause, resume, closed):
        kind = slicer.vtkMRMLScene
        self._calls = {kind.StartSaveEvent: pause, kind.EndSaveEvent: resume, kind.StartCloseEvent: closed}
        self._tags = []

    def start(self):
        """Watch."""
        self.stop()
        for event, call in self._calls.items():
            self._tags.append(slicer.mrmlScene.AddObserver(event, lambda caller, event, call=call: call()))

    def stop(self):
        """Watch no longer."""
        for tag in self._tags:
            slicer.mrmlScene.RemoveObserver(tag)
        self._tags = []
