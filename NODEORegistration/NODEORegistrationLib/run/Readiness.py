"""Why Register cannot be pressed yet, in one sentence; the engine checks the images themselves."""

import re

from slicer.i18n import tr as _

from ..EngineSettings import otherSettings
from ..Parameters import CLASSES, OUTPUTS, InitialTransform, Model, Start, channelsOf, wantedOutputs
from ..scene.ResultMarks import isOutput
from ..scene.SceneExport import ExportError, worldMatrix
from ..scene.Series import browserOf
from .CarryReadiness import carriedNodes, whyNotCarried
from .GuidanceReadiness import tickedStructures, whyNotChannels, whyNotPoints, whyNotStructures
from .Reason import Reason, isDeformed, whyNotVolume


def whyNotReady(parameters):
    """The first :class:`Reason` why Register cannot be pressed; an empty one if it can."""
    if parameters is None:
        return Reason(_("There is no scene."))
    checks = (_volumes, _masks, _points, _structures, _channels, _transforms, whyNotSettings, _outputs, _carried)
    return _first(checks, parameters)


def whyNotOptions(parameters):
    """As :func:`whyNotReady`, of what concerns any moving volume: the fixed one, its mask, and the settings."""
    if parameters is None:
        return Reason(_("There is no scene."))
    return _first((_fixed, _fixedMask, _initialNode, whyNotSettings), parameters)


def _first(checks, parameters):
    """What the first check that finds something has found."""
    for check in checks:
        reason = check(parameters)
        if reason:
            return reason
    return Reason("")


def whyNotSettings(parameters):
    """The first :class:`Reason` why the engine's settings cannot be used; an empty one if they can."""
    return _lists(parameters) or _motion(parameters) or _others(parameters)


def whyNotRegistrable(fixed, moving):
    """The :class:`Reason` why two volumes cannot be registered with each other; an empty one if they can."""
    if fixed is None:
        return whyNotFixed(fixed)
    if moving is None:
        return Reason(_("Choose a moving volume: the one that is deformed."), "movingVolume")
    if fixed is moving:
        return Reason(_("The fixed and the moving volume are the same: choose two."), "movingVolume")
    return whyNotFixed(fixed) or Reason(whyNotVolume(moving) or whyNotDimensions(fixed, moving), "movingVolume")


def whyNotFixed(fixed):
    """The :class:`Reason` why nothing can be registered to a volume; an empty one if something can."""
    if fixed is None:
        return Reason(_("Choose a fixed volume: the one that stays where it is."), "fixedVolume")
    return Reason(whyNotVolume(fixed) or whyNotRigid(fixed), "fixedVolume")


def whyNotRigid(volume):
    """Why a volume cannot be written as it lies in the world, or an empty text."""
    try:
        worldMatrix(volume, rigidOnly=True)
    except ExportError as error:
        return str(error)
    return ""


def whyNotDimensions(fixed, moving):
    """Why two volumes are not of the same kind, or an empty text."""
    slices = [min(volume.GetImageData().GetDimensions()) == 1 for volume in (fixed, moving)]
    if slices[0] != slices[1]:
        return _("A single slice can only be registered with a single slice.")
    return ""


def _volumes(parameters):
    return whyNotRegistrable(parameters.fixedVolume, parameters.movingVolume)


def _fixed(parameters):
    return whyNotFixed(parameters.fixedVolume)


def _masks(parameters):
    return _fixedMask(parameters) or _mask(parameters.movingMask, "movingMask")


def _fixedMask(parameters):
    return _mask(parameters.fixedMask, "fixedMask")


def _mask(mask, parameter):
    if mask is None or not isDeformed(mask):
        return Reason("")
    sentence = _("The mask {name} is under a deforming transform: harden it first.")
    return Reason(sentence.format(name=mask.GetName()), parameter)


def _points(parameters):
    return whyNotPoints(parameters.fixedPoints, parameters.movingPoints)


def _structures(parameters):
    return whyNotStructures(parameters.fixedStructures, parameters.movingStructures, tickedStructures(parameters))


def _channels(parameters):
    return whyNotChannels(channelsOf(parameters))


def _initialNode(parameters):
    if parameters.initial == InitialTransform.NODE and parameters.initialTransform is None:
        return Reason(_("Choose the transform to start from, or another initial transform."), "initialTransform")
    return Reason("")


def _transforms(parameters):
    if reason := _initialNode(parameters):
        return reason
    if parameters.initial == InitialTransform.POINTS and parameters.fixedPoints is None:
        sentence = _("Choose points of both volumes under Guidance, or another initial transform.")
        return Reason(sentence, "fixedPoints")
    if parameters.initial not in (InitialTransform.IDENTITY, InitialTransform.NODE):
        return Reason(whyNotRigid(parameters.movingVolume), "movingVolume")
    return Reason("")


def _lists(parameters):
    count = None
    for name, title in (("levels", _("Levels")), ("iterations", _("Iterations")), ("steps", _("Solver steps"))):
        text = getattr(parameters, name)
        if not re.fullmatch(r"\s*[1-9]\d*(\s*[,\s]\s*[1-9]\d*)*\s*", text):
            sentence = _("{title} needs whole numbers with commas between them, such as 4, 2, 1.")
            return Reason(sentence.format(title=title), name)
        numbers = [int(number) for number in re.split(r"[,\s]+", text.strip())]
        if name == "levels":
            count = len(numbers)
            if any(number & (number - 1) for number in numbers) or numbers != sorted(numbers, reverse=True):
                sentence = _("Levels lists shrink factors from coarse to fine, each a power of two, such as 4, 2, 1.")
                return Reason(sentence, name)
        elif len(numbers) not in (1, count):
            sentence = _("{title} has {given} values for {count} levels: give one, or one a level.")
            return Reason(sentence.format(title=title, given=len(numbers), count=count), name)
    if parameters.model == Model.PAPER and count != 1:
        return Reason(_("The model Paper has one level: set Levels to 1, or to 2 for half resolution."), "levels")
    if parameters.lncc_window % 2 == 0:
        return Reason(_("The correlation window must be odd."), "lncc_window")
    return Reason("")


def _motion(parameters):
    if parameters.model == Model.PAPER and parameters.start == Start.SEARCH:
        sentence = _("The model Paper starts from rest: choose Find out or Start from rest as Large motion.")
        return Reason(sentence, "start")
    return Reason("")


def _others(parameters):
    try:
        otherSettings(parameters.other_settings)
    except ValueError as error:
        sentence = _("'{text}' under Other settings is not of the form name=value.")
        return Reason(sentence.format(text=error), "other_settings")
    return Reason("")


def _outputs(parameters):
    inputs = [parameters.fixedVolume, parameters.movingVolume]
    if parameters.initial == InitialTransform.NODE:
        inputs.append(parameters.initialTransform)
    return Reason(whyNotOutputs(wantedOutputs(parameters), inputs), "outputs")


def _carried(parameters):
    return Reason(whyNotCarried(carriedNodes(parameters), wantedOutputs(parameters)), "outputs")


def whyNotOutputs(outputs, inputs, browser=None):
    """Why results cannot go where they are to go, or an empty text.

    Args:
        outputs: {kind of output: node or None for a new one}
        inputs: the nodes that are read.
        browser: the sequence browser that shows the results, where they are a series.
    """
    unknown = sorted(set(outputs) - set(OUTPUTS))
    if unknown:
        return _("There is no output {name}: there are {known}.").format(name=unknown[0], known=", ".join(OUTPUTS))
    if not outputs:
        return _("Choose at least one output.")
    nodes = [node for node in outputs.values() if node is not None]
    for kind, node in outputs.items():
        if node is None:
            continue
        if node.GetClassName() != CLASSES[kind]:
            return _("{name} is a {kind}, which cannot hold the result: choose New or another node.").format(
                name=node.GetName(), kind=node.GetNodeTagName()
            )
        if node in inputs:
            return _("{name} is an input: choose another output.").format(name=node.GetName())
        if nodes.count(node) > 1:
            return _("{name} is chosen for two outputs: choose two nodes.").format(name=node.GetName())
        if browserOf(node) is not None and not (browserOf(node) is browser and isOutput(node)):
            sentence = _("{name} shows a frame of a series, which it belongs to: choose New or another node.")
            return sentence.format(name=node.GetName())
    return ""
