"""Clicks in the slice views that become pairs of points: one in the fixed volume, its partner in the moving one."""

import slicer
from slicer.util import VTKObservationMixin

from ..Later import later
from ..Signal import Signal
from .Landmarks import areByLabel, labelsOf, placed
from .SliceViews import borrowLayers, compositeNodes, showLayers


class PairPlacing(VTKObservationMixin):
    """Has the slice views and the mouse from :meth:`start` to :meth:`stop`; no node is held.

    The views show the volume whose turn it is, alone.

    Signals:
        turn(bool, int): whose turn it is now, True for the moving volume, and the number of the pair, from 1.
        stopped(): whoever stopped it: also another mouse mode.
    """

    def __init__(self):
        VTKObservationMixin.__init__(self)
        self.turn, self.stopped = Signal(), Signal()
        self._volumeIds, self._listIds = (), ()
        self._loans = []
        self._isMoving = False

    def isActive(self):
        """Whether clicks become points."""
        return bool(self._listIds)

    def start(self, volumes, lists):
        """Let clicks become points until :meth:`stop`.

        Args:
            volumes: the fixed and the moving volume.
            lists: the point lists of both.
        """
        self.stop()
        self._volumeIds = tuple(volume.GetID() for volume in volumes)
        self._listIds = tuple(points.GetID() for points in lists)
        self._loans = [borrowLayers(node) for node in compositeNodes()]
        for points in lists:
            self.addObserver(points, points.PointPositionDefinedEvent, self._onPlaced)
        self._next()
        mouse = _mouse()
        self.addObserver(mouse, mouse.InteractionModeChangedEvent, self._onMouseMode)

    def stop(self):
        """Give everything back."""
        if not self.isActive():
            return
        self.removeObservers()
        self._volumeIds = self._listIds = ()
        mouse = _mouse()
        mouse.SetPlaceModePersistence(0)
        if mouse.GetCurrentInteractionMode() == mouse.Place:
            mouse.SwitchToViewTransformMode()
        loans, self._loans = self._loans, []
        for loan in loans:
            loan.giveBack()
        self.stopped.emit()

    def _onPlaced(self, points, event):
        """A point of either list was put somewhere; the views are told when they have done with the click."""
        fixed, moving = self._lists()
        if points is moving and len(placed(moving)) <= len(placed(fixed)):
            _labelLikePartner(fixed, moving)
        later(self._next)

    def _onMouseMode(self, mouse, event):
        if mouse.GetCurrentInteractionMode() != mouse.Place:
            self.stop()

    def _lists(self):
        return [slicer.mrmlScene.GetNodeByID(listId) for listId in self._listIds]

    def _next(self):
        """Wait for the next click, in the volume whose turn it is."""
        if not self.isActive():
            return
        fixed, moving = self._lists()
        volumes = [slicer.mrmlScene.GetNodeByID(volumeId) for volumeId in self._volumeIds]
        if None in (fixed, moving, *volumes):
            self.stop()
            return
        here, there = len(placed(fixed)), len(placed(moving))
        isMoving = here > there
        logic = slicer.modules.markups.logic()
        logic.SetActiveList(moving if isMoving else fixed)
        logic.StartPlaceMode(True)
        showLayers(volumes[isMoving])
        self.turn.emit(isMoving, min(here, there) + 1)


def _mouse():
    """What says what the mouse does in the views."""
    return slicer.app.applicationLogic().GetInteractionNode()


def _labelLikePartner(fixed, moving):
    """Name the newest moving point after the fixed one that has no partner, unless these lists go by their order."""
    here, (*there, _newest) = labelsOf(fixed), labelsOf(moving)
    lonely = [label for label in here if label not in there]
    if lonely and (not there or areByLabel(here, there)):
        moving.SetNthControlPointLabel(placed(moving)[-1], lonely[0])
