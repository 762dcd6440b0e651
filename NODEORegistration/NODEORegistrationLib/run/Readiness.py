"""Why Register cannot be pressed yet, in one sentence; the engine checks the images themselves."""

import re

from slicer.i18n import tr as _

from ..EngineSettings import otherSettings
from ..Parameters import CLASSES, OUTPUTS, InitialTransform, Model, wantedOutputs


def whyNotReady(parameters):
    """The first thing that is missing or wrong, or an empty text."""
    if parameters is None:
        return _("There is no scene.")
    for check in (_volumes, _masks, _transforms, _lists, _others, _outputs):
        reason = check(parameters)
        if reason:
            return reason
    return ""


def whyNotRegistrable(fixed, moving):
    """Why two volumes cannot be registered with each other, or an empty text."""
    if fixed is None:
        return _("Choose a fixed volume: the one that stays where it is.")
    if moving is None:
        return _("Choose a moving volume: the one that is deformed.")
    if fixed is moving:
        return _("The fixed and the moving volume are the same: choose two.")
    return _unusable(fixed) or _unusable(moving) or _dimensions(fixed, moving)


def _unusable(volume):
    """Why a volume cannot be registered, or an empty text."""
    image = volume.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0:
        return _("{name} holds no image.").format(name=volume.GetName())
    if image.GetNumberOfScalarComponents() != 1:
        return _(
            "{name} is a color or vector volume: convert it to gray values first (Vector to Scalar Volume)."
        ).format(name=volume.GetName())
    if volume.IsA("vtkMRMLLabelMapVolumeNode"):
        return _("{name} is a label map: choose the image it was drawn on.").format(name=volume.GetName())
    if _isDeformed(volume):
        return _("{name} is under a deforming transform: harden it first, or take the volume out of it.").format(
            name=volume.GetName()
        )
    return ""


def _isDeformed(node):
    """Whether a parent transform deforms a node."""
    parent = node.GetParentTransformNode()
    return parent is not None and not parent.IsTransformToWorldLinear()


def _dimensions(fixed, moving):
    slices = [min(volume.GetImageData().GetDimensions()) == 1 for volume in (fixed, moving)]
    if slices[0] != slices[1]:
        return _("A single slice can only be registered with a single slice.")
    return ""


def _volumes(parameters):
    return whyNotRegistrable(parameters.fixedVolume, parameters.movingVolume)


def _masks(parameters):
    for mask in (parameters.fixedMask, parameters.movingMask):
        if mask is not None and _isDeformed(mask):
            return _("The mask {name} is under a deforming transform: harden it first.").format(name=mask.GetName())
    return ""


def _transforms(parameters):
    if parameters.initial == InitialTransform.NODE and parameters.initialTransform is None:
        return _("Choose the transform to start from, or another initial transform.")
    return ""


def _lists(parameters):
    count = None
    for name, title in (("levels", _("Levels")), ("iterations", _("Iterations")), ("steps", _("Solver steps"))):
        text = getattr(parameters, name)
        if not re.fullmatch(r"\s*[1-9]\d*(\s*[,\s]\s*[1-9]\d*)*\s*", text):
            return _("{title} needs whole numbers with commas between them, such as 4, 2, 1.").format(title=title)
        numbers = [int(number) for number in re.split(r"[,\s]+", text.strip())]
        if name == "levels":
            count = len(numbers)
            if any(number & (number - 1) for number in numbers) or numbers != sorted(numbers, reverse=True):
                return _("Levels lists shrink factors from coarse to fine, each a power of two, such as 4, 2, 1.")
        elif len(numbers) not in (1, count):
            return _("{title} has {given} values for {count} levels: give one, or one a level.").format(
                title=title, given=len(numbers), count=count
            )
    if parameters.model == Model.PAPER and count != 1:
        return _("The model Paper has one level: set Levels to 1, or to 2 for half resolution.")
    if parameters.lncc_window % 2 == 0:
        return _("The correlation window must be odd.")
    return ""


def _others(parameters):
    try:
        otherSettings(parameters.other_settings)
    except ValueError as error:
        return _("'{text}' under Other settings is not of the form name=value.").format(text=error)
    return ""


def _outputs(parameters):
    inputs = [parameters.fixedVolume, parameters.movingVolume]
    if parameters.initial == InitialTransform.NODE:
        inputs.append(parameters.initialTransform)
    return whyNotOutputs(wantedOutputs(parameters), inputs)


def whyNotOutputs(outputs, inputs):
    """Why results cannot go where they are to go, or an empty text.

    Args:
        outputs: {kind of output: node or None for a new one}
        inputs: the nodes that are read.
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
    return ""
