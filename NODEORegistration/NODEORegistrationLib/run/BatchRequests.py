"""What a batch registers: the same for each moving volume, but for what was drawn on it."""

import slicer
from slicer.i18n import tr as _

from ..Parameters import InitialTransform, leftOutStructures, wantedOutputs
from ..scene.Companions import isDrawnOn
from ..scene.Structures import commonNames
from .Readiness import whyNotOptions
from .Reason import Reason
from .Request import Request, requestFromParameters


def whyNotBatch(parameters, volumes):
    """The :class:`Reason` why these volumes cannot be registered one after the other; an empty one if they can.

    A volume that cannot be, by itself, is told in its own row.
    """
    reason = whyNotOptions(parameters)
    if reason:
        return reason
    if parameters.initial == InitialTransform.POINTS:
        return Reason(_("A batch knows no points: choose another initial transform."), "initial")
    if not wantedOutputs(parameters):
        return Reason(_("Choose at least one output."), "outputs")
    if not volumes:
        return Reason(_("Tick the volumes that are to be registered to the fixed volume."), "batched")
    return Reason("")


def batchRequests(parameters, volumes):
    """A request for each volume: the panel's options, new outputs, and nothing that belongs to another volume.

    The mask, points and further images of the panel's moving volume are its own; what is drawn on each volume
    itself takes the place of the moving structures.
    """
    requests = []
    for volume in volumes:
        request = requestFromParameters(parameters)
        _forVolume(request, volume)
        leftOut = leftOutStructures(parameters)
        common = commonNames(request.fixedStructures, request.movingStructures)
        request.structures = [name for name in common if name not in leftOut]
        requests.append(request)
    return requests


def scriptRequests(fixed, volumes, preset, settings, fixedMask, fixedStructures, structuresFor, outputs):
    """A request for each volume, from a script: see ``logic.registerAll``."""
    requests = []
    for volume in volumes:
        request = Request(fixed, volume, preset, dict(settings), fixedMask)
        request.fixedStructures, request.structuresFor = fixedStructures, structuresFor
        if outputs is not None:
            request.outputs = dict.fromkeys(outputs)
        _forVolume(request, volume)
        requests.append(request)
    return requests


def _forVolume(request, volume):
    """Make a request one for this moving volume."""
    request.moving, request.movingMask = volume, None
    request.fixedPoints = request.movingPoints = None
    request.channels, request.carried = [], []
    request.outputs = dict.fromkeys(request.outputs)
    request.movingStructures = _drawnOn(volume, request.fixedStructures)
    if request.movingStructures is None:
        request.fixedStructures = None


def _drawnOn(volume, fixedStructures):
    """The first segmentation of a volume that has a structure in common with the fixed one, or None."""
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        if node is not fixedStructures and isDrawnOn(node, volume) and commonNames(fixedStructures, node):
            return node
    return None
