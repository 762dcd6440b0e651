"""Looking at a result in the slice views. Whatever is changed there is put back when the looking ends."""

import numpy as np
import qt
import slicer
import vtk

from . import Comparison
from .Results import Results
from .SliceViews import SliceViews, setForegroundOpacity

_FLICKER_MS = 500
_PICTURE = "NODEO inspection"
BEFORE, AFTER, CHECKERBOARD, DIFFERENCE, JACOBIAN = "before", "after", "checkerboard", "difference", "jacobian"


class Inspection:
    """The views while a result is inspected, from :meth:`enter` to :meth:`leave`.

    Attributes:
        results: what is looked at.
    """

    def __init__(self):
        self.results = Results()
        self._before = None
        self._picture = None
        self._grid = None
        self._opacity = 0.5
        self._flicker = qt.QTimer()
        self._flicker.setInterval(_FLICKER_MS)
        self._flicker.connect("timeout()", self._flick)
        self._flickOn = True

    def isActive(self):
        """Whether the views are being used."""
        return self._before is not None

    def enter(self, results):
        """Remember the views, and from now on show these :class:`~NODEORegistrationLib.scene.Results.Results`."""
        self.leave()
        self.results = results
        self._before = SliceViews()

    def leave(self):
        """Put everything back to how it was at :meth:`enter`."""
        self._flicker.stop()
        self.setGridVisible(False)
        if self._before is not None:
            self._before.restore()
            self._before = None
        if self._picture is not None:
            slicer.mrmlScene.RemoveNode(self._picture.GetDisplayNode())
            slicer.mrmlScene.RemoveNode(self._picture)
            self._picture = None

    def forget(self):
        """Give up without putting anything back: the scene is being closed."""
        self._flicker.stop()
        self._before = self._picture = self._grid = None

    def modes(self):
        """What can be shown with the nodes there are."""
        fixed, moving, warped = self.results.fixed, self.results.moving, self.results.warped
        comparable = fixed is not None and warped is not None and Comparison.sameGrid(fixed, warped)
        possible = {
            BEFORE: fixed is not None and moving is not None,
            AFTER: fixed is not None and warped is not None,
            CHECKERBOARD: comparable,
            DIFFERENCE: comparable,
            JACOBIAN: self.results.jacobian is not None,
        }
        return [mode for mode, can in possible.items() if can]

    def show(self, mode):
        """Fill the slice views with one of :meth:`modes`."""
        if mode in (CHECKERBOARD, DIFFERENCE):
            slicer.util.setSliceViewerLayers(background=self._drawn(mode), foreground=None, label=None)
            return
        foreground = {BEFORE: self.results.moving, AFTER: self.results.warped, JACOBIAN: self.results.jacobian}[mode]
        background = self.results.fixed if self.results.fixed is not None else self.results.warped
        slicer.util.setSliceViewerLayers(
            background=background, foreground=foreground, label=None, foregroundOpacity=self._opacity
        )

    def setOpacity(self, opacity):
        """Blend the foreground, 0 to 1."""
        self._opacity = opacity
        if self.isActive() and not self._flicker.active:
            setForegroundOpacity(opacity)

    def setFlicker(self, on):
        """Switch between background and foreground, twice a second."""
        if on and self.isActive():
            self._flicker.start()
        else:
            self._flicker.stop()
            if self.isActive():
                setForegroundOpacity(self._opacity)

    def setGridVisible(self, visible, spacing=10.0):
        """Draw the deformation as a grid, its lines ``spacing`` mm apart, in the slice views."""
        if visible and self.results.transform is not None and self.isActive():
            if self._grid is None:
                self._grid = _TransformDisplay(self.results.transform)
            self._grid.show(spacing)
        elif self._grid is not None:
            self._grid.restore()
            self._grid = None

    def goToExtreme(self, largest):
        """Move all slice views to the voxel of the largest or smallest det J; returns its value."""
        array = slicer.util.arrayFromVolume(self.results.jacobian)
        flat = array.argmax() if largest else array.argmin()
        k, j, i = np.unravel_index(flat, array.shape)
        ijkToRas = vtk.vtkMatrix4x4()
        self.results.jacobian.GetIJKToRASMatrix(ijkToRas)
        place = ijkToRas.MultiplyPoint((float(i), float(j), float(k), 1.0))[:3]
        slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, slicer.vtkMRMLSliceNode.CenteredJumpSlice)
        return float(array[k, j, i])

    def _flick(self):
        self._flickOn = not self._flickOn
        setForegroundOpacity(1.0 if self._flickOn else 0.0)

    def _drawn(self, mode):
        """A volume that exists only while it is looked at."""
        draw = {CHECKERBOARD: Comparison.checkerboard, DIFFERENCE: Comparison.difference}[mode]
        fixed, warped = self.results.fixed, self.results.warped
        array = draw(Comparison.seen(fixed), Comparison.seen(warped), warped.GetSpacing()[::-1])
        if self._picture is None:
            node = slicer.vtkMRMLScalarVolumeNode()
            node.SetName(_PICTURE)
            node.SetSaveWithScene(False)
            node.SetHideFromEditors(True)
            self._picture = slicer.mrmlScene.AddNode(node)
        matrix = vtk.vtkMatrix4x4()
        warped.GetIJKToRASMatrix(matrix)
        self._picture.SetIJKToRASMatrix(matrix)
        slicer.util.updateVolumeFromArray(self._picture, array)
        self._picture.CreateDefaultDisplayNodes()
        display = self._picture.GetDisplayNode()
        display.SetSaveWithScene(False)
        display.AutoWindowLevelOff()
        display.SetWindowLevelMinMax(-1.0 if mode == DIFFERENCE else 0.0, 1.0)
        return self._picture


class _TransformDisplay:
    """The grid of one transform in the slice views, and how its display was before."""

    def __init__(self, transform):
        display = transform.GetDisplayNode()
        self._made = display is None
        if self._made:
            transform.CreateDefaultDisplayNodes()
            display = transform.GetDisplayNode()
        self._display = display
        self._visibility = display.GetVisibility(), display.GetVisibility2D(), display.GetVisibility3D()
        self._look = display.GetVisualizationMode(), display.GetGridSpacingMm()

    def show(self, spacing):
        display = self._display
        display.SetVisualizationMode(slicer.vtkMRMLTransformDisplayNode.VIS_MODE_GRID)
        display.SetGridSpacingMm(spacing)
        display.SetVisibility3D(False)
        display.SetVisibility2D(True)
        display.SetVisibility(True)

    def restore(self):
        if self._display.GetScene() is None:
            return
        if self._made:
            slicer.mrmlScene.RemoveNode(self._display)
            return
        visible, visible2D, visible3D = self._visibility
        mode, spacing = self._look
        self._display.SetVisualizationMode(mode)
        self._display.SetGridSpacingMm(spacing)
        self._display.SetVisibility3D(visible3D)
        self._display.SetVisibility2D(visible2D)
        self._display.SetVisibility(visible)
