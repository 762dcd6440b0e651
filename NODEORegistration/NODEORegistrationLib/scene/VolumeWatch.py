"""Word of a chosen volume that is put under a transform, or gets other voxels: can it still be registered?"""

import slicer


class VolumeWatch:
    """Watches some volumes at a time, and holds none of them longer than it watches it.

    Args:
        changed: called without arguments.
    """

    def __init__(self, changed):
        self._changed = changed
        self._observed = []

    def watch(self, *volumes):
        """Watch these volumes, and no others; what is None is left out."""
        self.stop()
        events = slicer.vtkMRMLTransformableNode.TransformModifiedEvent, slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent
        for volume in filter(None, volumes):
            for event in events:
                self._observed.append((volume, volume.AddObserver(event, lambda caller, event: self._changed())))

    def stop(self):
        """Watch nothing."""
        for volume, tag in self._observed:
            volume.RemoveObserver(tag)
        self._observed = []
