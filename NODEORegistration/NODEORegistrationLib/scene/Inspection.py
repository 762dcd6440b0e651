"""Looking at a result in the slice views. Whatever is changed there is put back when the looking ends."""

import qt
import slicer

from . import Comparison
from .Crosshair import Crosshair
from .DeformationGrid import DeformationGrid
from .Extreme import extreme
from .JacobianLegend import JacobianLegend
from .NewViews import NewViews
from .Overlay import Overlay
from .Picture import Picture
from .ResultIds import idsOf, nodesOf
from .Results import Results
from .SceneExport import isUnder
from .SceneWatch import SceneWatch
from .SliceViews import SlicePlaces, SliceViews, setForegroundOpacity, showLayers

_FLICKER_MS = 500
BEFORE, AFTER, CHECKERBOARD, DIFFERENCE, JACOBIAN = "before", "after", "checkerboard", "difference", "jacobian"
VERSUS = "versus"
_DRAWN = {CHECKERBOARD: (Comparison.checkerboard, (0.0, 1.0)), DIFFERENCE: (Comparison.difference, (-1.0, 1.0))}


class Inspection:
    """The views while a result is inspected, from :meth:`enter` to :meth:`leave`. No node is held."""

    def __init__(self):
        self._resultIds = Results()
        self._versusId = None
        self._views = None
        self._mode = None
        self._gridSpacing = None
        self._opacity = 0.5
        self._flickOn = True
        self._paused = None
        self._overlay, self._picture, self._grid = Overlay(), Picture(), DeformationGrid()
        self._legend, self._crosshair = JacobianLegend(), Crosshair()
        self._newViews = NewViews(self._onNewViews)
        self._watch = SceneWatch(self._pause, self._resume, self.forget)
        self._flicker = qt.QTimer()
        self._flicker.setInterval(_FLICKER_MS)
        self._flicker.connect("timeout()", self._flick)

    @property
    def results(self):
        """What is looked at: the nodes that are still in the scene."""
        return nodesOf(self._resultIds)

    @property
    def versus(self):
        """The warped volume of another result, to compare with; None if there is none."""
        return slicer.mrmlScene.GetNodeByID(self._versusId) if self._versusId else None

    def setVersus(self, warped):
        """Compare with the warped volume of another result; None: with none."""
        self._versusId = None if warped is None else warped.GetID()

    def isActive(self):
        """Whether the views are being used."""
        return self._views is not None

    def enter(self, results):
        """Remember the views, and from now on show these :class:`~NODEORegistrationLib.scene.Results.Results`."""
        self.leave()
        self._resultIds = idsOf(results)
        self._views = SliceViews()
        self._newViews.start()
        self._watch.start()

    def leave(self):
        """Put everything back to how it was at :meth:`enter`."""
        self._putBack()
        self._end()

    def forget(self):
        """Nothing may be kept: the scene is being closed, or another is coming into it."""
        if not slicer.mrmlScene.IsClosing():
            self.leave()
        self._end()
        self._resultIds, self._versusId = Results(), None
        for part in (self._overlay, self._picture, self._grid, self._legend, self._crosshair):
            part.forget()

    def modes(self):
        """What can be shown with the nodes there are."""
        results = self.results
        fixed, moving, warped = results.fixed, results.moving, results.warped
        comparable = fixed is not None and warped is not None and Comparison.sameGrid(fixed, warped)
        possible = {
            BEFORE: fixed is not None and moving is not None and not isUnder(moving, results.transform),
            AFTER: fixed is not None and warped is not None,
            CHECKERBOARD: comparable,
            DIFFERENCE: comparable,
            JACOBIAN: results.jacobian is not None,
            VERSUS: warped is not None and self.versus is not None,
        }
        return [mode for mode, can in possible.items() if can]

    def show(self, mode):
        """Fill the slice views with one of :meth:`modes`."""
        self._mode = mode
        self._draw()

    def setOpacity(self, opacity):
        """Blend, 0 to 1: from the fixed volume alone to the other alone."""
        self._opacity = opacity
        if not self.isActive() or self._flicker.active:
            return
        if self._overlay.isActive():
            self._overlay.setBalance(opacity)
        else:
            setForegroundOpacity(opacity)

    def setFlicker(self, on):
        """Switch between the two, each alone and gray, twice a second."""
        if on and self.isActive():
            self._flickOn = True
            self._flicker.start()
        else:
            self._flicker.stop()
        if self.isActive() and self._mode is not None:
            self._draw()

    def setGridVisible(self, visible, spacing=10.0):
        """Draw the deformation as a grid, its lines ``spacing`` mm apart, in the slice views."""
        transform = self.results.transform
        if visible and transform is not None and self.isActive():
            self._gridSpacing = spacing
            self._grid.show(transform, spacing)
        else:
            self._gridSpacing = None
            self._grid.remove()

    def goToExtreme(self, largest, mask=None):
        """Move all slice views, and the crosshair, to the voxel of the largest or smallest det J.

        Args:
            mask: search there only, else where the fixed volume is not background.

        Returns:
            det J there; None if the Jacobian is gone.
        """
        results = self.results
        if results.jacobian is None:
            return None
        value, place = extreme(results.jacobian, largest, results.fixed, mask)
        slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, slicer.vtkMRMLSliceNode.CenteredJumpSlice)
        if self.isActive():
            self._crosshair.show(place)
        return value

    def _draw(self):
        results, mode = self.results, self._mode
        self._overlay.close()
        self._legend.remove()
        if mode in _DRAWN:
            showLayers(self._drawn(results.fixed, results.warped))
            return
        others = {BEFORE: results.moving, AFTER: results.warped, JACOBIAN: results.jacobian, VERSUS: self.versus}
        base, other = results.warped if mode == VERSUS else results.fixed, others[mode]
        if mode != JACOBIAN and not self._flicker.active and None not in (base, other):
            self._overlay.show(base, other, self._opacity)
            return
        opacity = float(self._flickOn) if self._flicker.active else self._opacity
        showLayers(base if base is not None else results.warped, other, opacity)
        if mode == JACOBIAN and other is not None:
            self._legend.show(other)

    def _drawn(self, fixed, warped):
        if fixed is None or warped is None:
            return None
        draw, window = _DRAWN[self._mode]
        array = draw(Comparison.seen(fixed), Comparison.seen(warped), warped.GetSpacing()[::-1])
        return self._picture.draw(array, warped, window)

    def _flick(self):
        self._flickOn = not self._flickOn
        setForegroundOpacity(float(self._flickOn))

    def _onNewViews(self):
        if self.isActive() and self._mode is not None:
            self._overlay.close()
            self._views.adopt()
            self._draw()

    def _putBack(self):
        self._flicker.stop()
        self._grid.remove()
        self._overlay.close()
        self._legend.remove()
        self._crosshair.giveBack()
        if self._views is not None:
            self._views.restore()
            self._views = None
        self._picture.remove()

    def _end(self):
        self._flicker.stop()
        self._newViews.stop()
        self._watch.stop()
        self._views = self._mode = self._gridSpacing = self._paused = None

    def _pause(self):
        """The scene is being saved."""
        if self.isActive():
            self._paused = SlicePlaces(), self._crosshair.place, self._flicker.active
            self._putBack()

    def _resume(self):
        """It has been saved."""
        if self._paused is None:
            return
        places, crosshairPlace, flickers = self._paused
        self._paused, self._views = None, SliceViews()
        self.setFlicker(flickers)
        if self._gridSpacing is not None:
            self.setGridVisible(True, self._gridSpacing)
        places.restore()
        if crosshairPlace is not None:
            self._crosshair.show(crosshairPlace)
