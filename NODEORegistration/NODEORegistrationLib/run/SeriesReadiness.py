"""Why a series cannot be registered, in one sentence."""

from slicer.i18n import tr as _

from ..Parameters import InitialTransform, SeriesMode, channelsOf
from ..scene.Landmarks import placed
from ..scene.Series import browserOf
from ..scene.Structures import namesOf
from .Readiness import whyNotDimensions, whyNotOutputs, whyNotRigid
from .Reason import Reason, isDeformed, whyNotVolume
from .SeriesCarryReadiness import whyNotAlong


def whyNotSeries(request):
    """The first :class:`Reason` why a :class:`~.SeriesRequest.SeriesRequest` cannot be met; an empty one if it can."""
    for check in (_frames, _place, _mode, _reference, _mask, _points, _structures, _outputs, whyNotAlong):
        reason = check(request)
        if reason:
            return reason
    return Reason("")


def whyNotBesideSeries(parameters):
    """The :class:`Reason` why what is chosen in the panel does not go with a series; an empty one if all does."""
    if parameters.movingMask is not None:
        sentence = _("A moving mask does not go with a series: choose None. The fixed mask belongs to the reference.")
        return Reason(sentence, "movingMask")
    if parameters.movingPoints is not None:
        sentence = _("Pairs of points do not go with a series: choose None as moving points; the fixed are followed.")
        return Reason(sentence, "movingPoints")
    if parameters.movingStructures is not None:
        sentence = _("Structures do not guide a series: choose None as moving structures; the fixed are followed.")
        return Reason(sentence, "movingStructures")
    if channelsOf(parameters):
        return Reason(_("More images do not go with a series: remove them."), "channel2")
    if parameters.initial == InitialTransform.NODE:
        sentence = _("A series does not start from a transform of the scene: choose another initial transform.")
        return Reason(sentence, "initialTransform")
    if parameters.initial == InitialTransform.POINTS:
        sentence = _("A series does not start from points: choose another initial transform.")
        return Reason(sentence, "initialTransform")
    return Reason("")


def _frames(request):
    series = request.series
    if series.count() < 2:
        sentence = _("{name} has one frame only: choose This frame only.")
        return Reason(sentence.format(name=series.name()), "seriesScope")
    frames = series.frames()
    for number, frame in enumerate(frames, start=1):
        if frame is None or frame.GetImageData() is None or frame.GetImageData().GetNumberOfPoints() == 0:
            sentence = _("Frame {number} of {name} holds no image: remove it from the sequence.")
            return Reason(sentence.format(number=number, name=series.name()), "movingVolume")
    reason = whyNotVolume(request.moving)
    sizes = [frame.GetImageData().GetDimensions() for frame in frames]
    other = next((number for number, size in enumerate(sizes, start=1) if size != sizes[0]), None)
    if not reason and other is not None:
        reason = _("Frame {number} of {name} is of another size than the first: crop or resample them alike.").format(
            number=other, name=series.name()
        )
    return Reason(reason, "movingVolume")


def _place(request):
    """All frames lie where the volume that shows them does."""
    parent = request.moving.GetParentTransformNode()
    while parent is not None:
        if browserOf(parent) is not None:
            sentence = _("The transform above {name} changes from frame to frame: take the volume out of it.")
            return Reason(sentence.format(name=request.moving.GetName()), "movingVolume")
        parent = parent.GetParentTransformNode()
    return Reason(whyNotRigid(request.moving), "movingVolume")


def _mode(request):
    known = [mode.value for mode in SeriesMode]
    if request.mode not in known:
        sentence = _("There is no mode {mode}: there are {known}.")
        return Reason(sentence.format(mode=request.mode, known=", ".join(known)), "seriesMode")
    return Reason("")


def _reference(request):
    fixed, series = request.fixed, request.series
    if fixed is None:
        return _number(request.reference, series)
    reason = whyNotVolume(fixed) or whyNotRigid(fixed) or whyNotDimensions(fixed, request.moving)
    if not reason and request.mode == SeriesMode.TRAJECTORY.value:
        reason = _("One motion goes from a frame to the others: choose None as fixed volume, or Each frame by itself.")
    return Reason(reason, "fixedVolume")


def _number(reference, series):
    if reference == "mean":
        return Reason("")
    if not isinstance(reference, int) or not 0 <= reference < series.count():
        told = reference + 1 if isinstance(reference, int) else reference
        sentence = _("{name} has no frame {number} to be the reference: it has {count}, or take the mean.")
        return Reason(sentence.format(name=series.name(), number=told, count=series.count()), "seriesReference")
    return Reason("")


def _mask(request):
    if request.fixedMask is not None and isDeformed(request.fixedMask):
        sentence = _("The mask {name} is under a deforming transform: harden it first.")
        return Reason(sentence.format(name=request.fixedMask.GetName()), "fixedMask")
    return Reason("")


def _points(request):
    points = request.points
    if points is None:
        return Reason("")
    if isDeformed(points):
        sentence = _("The points {name} are under a deforming transform: harden it first.")
        return Reason(sentence.format(name=points.GetName()), "fixedPoints")
    if not placed(points):
        sentence = _("{name} holds no points: place some, or choose None.")
        return Reason(sentence.format(name=points.GetName()), "fixedPoints")
    return Reason("")


def _structures(request):
    node = request.fixedStructures
    if node is None:
        return Reason("")
    words = {"name": node.GetName()}
    if isDeformed(node):
        sentence = _("The structures {name} are under a deforming transform: harden it first.")
        return Reason(sentence.format(**words), "fixedStructures")
    there = namesOf(node)
    if not there:
        return Reason(_("{name} holds no structures: draw some, or choose None.").format(**words), "fixedStructures")
    unknown = [name for name in request.structures or [] if name not in there]
    if unknown:
        sentence = _("{name} has no structure {unknown}: there are {known}.")
        words |= {"unknown": unknown[0], "known": ", ".join(there)}
        return Reason(sentence.format(**words), "fixedStructures")
    if not request.structureNames():
        return Reason(_("No structure is ticked: tick one, or choose None."), "fixedStructures")
    return Reason("")


def _outputs(request):
    return Reason(whyNotOutputs(request.outputs, request.inputs(), request.series.browser), "outputs")
