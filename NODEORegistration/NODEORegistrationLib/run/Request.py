"""What is to be registered, and how: everything a run needs to know."""

from dataclasses import dataclass, field

from slicer.i18n import tr as _

from ..EngineSettings import engineSettings
from ..Parameters import OUTPUTS, InitialTransform, Preset, channelsOf, wantedOutputs
from ..scene.Companions import companionsBefore
from ..scene.Structures import commonNames
from .CarryReadiness import carriedNodes, whyNotCarried
from .GuidanceReadiness import tickedStructures, whyNotChannels, whyNotPoints, whyNotStructures, whyNotUse
from .Readiness import whyNotOutputs, whyNotRegistrable


@dataclass
class Request:
    """One registration, asked for by the panel or by a script.

    Attributes:
        fixed, moving: volume nodes.
        preset: the engine's preset.
        label: what the names of the results say of the preset; default: its name.
        settings: the engine's settings over the preset, {name: value}; ``initial`` holds a word, never a file.
        fixedMask, movingMask: segmentation or label map nodes, or None.
        initialNode: a transform node to start from, or None.
        outputs: {"transform", "inverse", "warped", "jacobian": node to update, or None for a new one}; what is not
            named is not made.
        fixedPoints, movingPoints: point lists that correspond, or None.
        pointsFor: guide, measure or both.
        fixedStructures, movingStructures: segmentation or label map nodes, or None.
        structuresFor: guide, measure or both.
        structures: the names of the structures that count; None: all that both have.
        channels: (fixed volume, moving volume, weight) of each further pair of images.
        carried: nodes that lie where the moving volume lies, and go along with it.
        carryCopies: they stay where they are, and hardened copies go along.
        keepFiles: leave the temporary folder where it is, for debugging.
    """

    fixed: object
    moving: object
    preset: str = "balanced"
    settings: dict = field(default_factory=dict)
    fixedMask: object = None
    movingMask: object = None
    initialNode: object = None
    fixedPoints: object = None
    movingPoints: object = None
    pointsFor: str = "both"
    fixedStructures: object = None
    movingStructures: object = None
    structuresFor: str = "both"
    structures: object = None
    channels: list = field(default_factory=list)
    outputs: dict = field(default_factory=lambda: dict.fromkeys(OUTPUTS))
    carried: list = field(default_factory=list)
    carryCopies: bool = False
    keepFiles: bool = False
    label: str = ""

    def inputs(self):
        """All nodes that are read."""
        nodes = [self.fixed, self.moving, self.fixedMask, self.movingMask, self.initialNode]
        nodes += [volume for fixed, moving, _weight in self.channels for volume in (fixed, moving)]
        nodes += [self.fixedPoints, self.movingPoints, self.fixedStructures, self.movingStructures]
        return [node for node in nodes if node is not None]

    def structureNames(self):
        """The structures that count; there are none where none are given."""
        common = commonNames(self.fixedStructures, self.movingStructures)
        return common if self.structures is None else [name for name in common if name in self.structures]


def requestFromParameters(parameters):
    """What the panel asks for."""
    fromNode = parameters.initial == InitialTransform.NODE
    settings = engineSettings(parameters)
    settings["initial"] = InitialTransform.IDENTITY.value if fromNode else parameters.initial.value
    return Request(
        fixed=parameters.fixedVolume,
        moving=parameters.movingVolume,
        preset=presetOf(parameters),
        settings=settings,
        fixedMask=parameters.fixedMask,
        movingMask=parameters.movingMask,
        initialNode=parameters.initialTransform if fromNode else None,
        fixedPoints=parameters.fixedPoints,
        movingPoints=parameters.movingPoints,
        pointsFor=parameters.pointsFor.value,
        fixedStructures=parameters.fixedStructures,
        movingStructures=parameters.movingStructures,
        structuresFor=parameters.structuresFor.value,
        structures=tickedStructures(parameters),
        channels=channelsOf(parameters),
        outputs=wantedOutputs(parameters),
        carried=carriedNodes(parameters),
        carryCopies=parameters.carryCopies,
        label=labelOf(parameters),
    )


def presetOf(parameters):
    """The engine's preset below the settings."""
    return (Preset.BALANCED if parameters.preset == Preset.CUSTOM else parameters.preset).value


def labelOf(parameters):
    """What the names of the results say of the settings."""
    preset, detail = parameters.preset.value, parameters.detail
    if preset == Preset.CUSTOM.value or not detail:
        return preset
    kind = _("{preset}, more detailed") if detail > 0 else _("{preset}, smoother")
    return kind.format(preset=preset)


def completeFromScript(request, initialTransform, outputs):
    """Add to a request what a script says of its start and its results, and look whether it can be done.

    Args:
        initialTransform, outputs: as ``logic.register`` takes them.

    Raises:
        ValueError: it cannot be done; the message says why.
    """
    if outputs is not None:
        request.outputs = dict(outputs)
    if isinstance(initialTransform, str):
        request.settings["initial"] = initialTransform
    elif initialTransform is not None:
        if request.settings.get("initial", "identity") != "identity":
            raise ValueError(_("Give an initial transform or the way to find one, not both."))
        request.initialNode = initialTransform
    reason = whyNotRequest(request)
    if reason:
        raise ValueError(reason)


def whyNotRequest(request):
    """Why a request cannot be done, or an empty text."""
    return (
        whyNotRegistrable(request.fixed, request.moving)
        or whyNotPoints(request.fixedPoints, request.movingPoints)
        or whyNotStructures(request.fixedStructures, request.movingStructures)
        or whyNotChannels(request.channels)
        or whyNotUse(request.pointsFor)
        or whyNotUse(request.structuresFor)
        or whyNotOutputs(request.outputs, request.inputs())
        or whyNotCarried(request.carried, request.outputs)
        or _elsewhere(request)
    )


def _elsewhere(request):
    """Why what is to go along does not lie where the moving volume lies, or an empty text."""
    there = [companion.node for companion in companionsBefore(request.fixed, request.moving)]
    for node in request.carried:
        if node not in there:
            sentence = _("{name} cannot go along: it does not lie under the transform that {moving} lies under.")
            return sentence.format(name=node.GetName(), moving=request.moving.GetName())
    return ""
