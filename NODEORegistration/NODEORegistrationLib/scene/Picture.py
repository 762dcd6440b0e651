"""A volume that exists only while it is looked at."""

import slicer
import vtk

_NAME = "NODEO inspection"


class Picture:
    """The volume from the first :meth:`draw` to :meth:`remove`."""

    def __init__(self):
        self._volumeId = None

    def draw(self, array, like, window):
        """Fill it with an array that lies where the volume ``like`` does; returns its node.

        Args:
            window: (black, white).
        """
        volume = slicer.mrmlScene.GetNodeByID(self._volumeId) if self._volumeId else None
        if volume is None:
            volume = self._make()
        matrix = vtk.vtkMatrix4x4()
        like.GetIJKToRASMatrix(matrix)
        volume.SetIJKToRASMatrix(matrix)
        slicer.util.updateVolumeFromArray(volume, array)
        volume.CreateDefaultDisplayNodes()
        display = volume.GetDisplayNode()
        display.SetSaveWithScene(False)
        display.AutoWindowLevelOff()
        display.SetWindowLevelMinMax(*window)
        return volume

    def remove(self):
        """Take it out of the scene."""
        volume = slicer.mrmlScene.GetNodeByID(self._volumeId) if self._volumeId else None
        if volume is not None:
            if volume.GetDisplayNode() is not None:
                slicer.mrmlScene.RemoveNode(volume.GetDisplayNode())
            slicer.mrmlScene.RemoveNode(volume)
        self.forget()

    def forget(self):
        """Give up without taking anything away."""
        self._volumeId = None

    def _make(self):
        volume = slicer.vtkMRMLScalarVolumeNode()
        volume.SetName(_NAME)
        volume.SetSaveWithScene(False)
        volume.SetHideFromEditors(True)
        volume = slicer.mrmlScene.AddNode(volume)
        self._volumeId = volume.GetID()
        return volume
