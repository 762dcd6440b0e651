"""What of a series is to be registered, and how: everything a run over its frames needs to know."""

from dataclasses import dataclass, field

import slicer
from slicer.i18n import tr as _

from ..EngineSettings import engineSettings
from ..Parameters import OUTPUTS, SeriesReference, SeriesScope, wantedOutputs
from ..scene.NodeChoices import CARRIED, chosenNodes
from ..scene.Series import outsideReference, seriesOf
from ..scene.Structures import commonNames, namesOf
from .GuidanceReadiness import tickedOf
from .Request import labelOf, presetOf
from .SeriesCarryReadiness import offeredWith
from .SeriesReadiness import whyNotSeries

MEAN = SeriesReference.MEAN.value


@dataclass
class SeriesRequest:
    """The registration of every frame of a series onto one reference, asked for by the panel or by a script.

    Attributes:
        series: a :class:`~NODEORegistrationLib.scene.Series.Series`.
        fixed: a volume node outside the series that is the reference; None: it is in the series.
        reference: the number of the frame that is the reference, from 0, or ``mean``; without effect beside ``fixed``.
        mode: frames or trajectory.
        cyclic: whether the last frame is followed by the first.
        preset, label, settings, outputs, keepFiles: as those of a :class:`~NODEORegistrationLib.run.Request.Request`;
            a node to update becomes what shows the frame's result.
        fixedMask: a segmentation or label map node on the reference, or None.
        points: a list of points of the reference that are followed through the frames, or None.
        fixedStructures: a segmentation or label map node of the reference, whose structures are followed, or None.
        structures: the names of those that are; None: all that it has.
        carried: nodes that go along, each frame onto the reference or from the reference into each frame, see
            :class:`~NODEORegistrationLib.scene.SeriesCompanions.SeriesCompanions`.
        carryCopies: they stay where they are, and sequences of hardened copies go along.
    """

    series: object
    fixed: object = None
    reference: object = 0
    mode: str = "frames"
    cyclic: bool = False
    preset: str = "balanced"
    settings: dict = field(default_factory=dict)
    fixedMask: object = None
    points: object = None
    fixedStructures: object = None
    structures: object = None
    carried: list = field(default_factory=list)
    carryCopies: bool = False
    outputs: dict = field(default_factory=lambda: dict.fromkeys(OUTPUTS))
    keepFiles: bool = False
    label: str = ""

    @property
    def moving(self):
        """The volume node that shows a frame."""
        return self.series.proxy

    def inputs(self):
        """All nodes that are read."""
        nodes = [self.series.sequence, self.moving, self.fixed, self.fixedMask, self.points, self.fixedStructures]
        return [node for node in nodes if node is not None]

    def structureNames(self):
        """The structures that are followed; there are none where none are given."""
        there = [] if self.fixedStructures is None else namesOf(self.fixedStructures)
        return there if self.structures is None else [name for name in there if name in self.structures]

    def referenceName(self):
        """What the names of the results say of the reference."""
        if self.fixed is not None:
            return self.fixed.GetName()
        if self.reference == MEAN:
            return _("{series} mean").format(series=self.series.name())
        return _("{series} frame {number}").format(series=self.series.name(), number=self.reference + 1)


def isOfSeries(parameters):
    """Whether the panel asks for a whole series."""
    return parameters.seriesScope == SeriesScope.ALL and seriesOf(parameters.movingVolume) is not None


def offeredStructures(parameters):
    """The names of the structures that can be ticked: of a series those of its reference, of a pair those of both."""
    fixed = parameters.fixedStructures
    if not isOfSeries(parameters):
        return commonNames(fixed, parameters.movingStructures)
    return [] if fixed is None else namesOf(fixed)


def seriesRequestFromParameters(parameters):
    """What the panel asks for, where it is a whole series."""
    isMean = parameters.seriesReference == SeriesReference.MEAN
    settings = engineSettings(parameters)
    settings["initial"] = parameters.initial.value
    request = SeriesRequest(
        series=seriesOf(parameters.movingVolume),
        fixed=outsideReference(parameters.fixedVolume, parameters.movingVolume),
        reference=MEAN if isMean else parameters.seriesFrame - 1,
        mode=parameters.seriesMode.value,
        cyclic=parameters.seriesCyclic,
        preset=presetOf(parameters),
        settings=settings,
        fixedMask=parameters.fixedMask,
        points=parameters.fixedPoints,
        fixedStructures=parameters.fixedStructures,
        structures=tickedOf(parameters, offeredStructures(parameters)),
        outputs=wantedOutputs(parameters),
        carryCopies=parameters.carryCopies,
        label=labelOf(parameters),
    )
    chosen = chosenNodes(parameters, CARRIED)
    request.carried = [node for node in offeredWith(request) if node in chosen] if chosen else []
    return request


def seriesRequestFromScript(
    series, reference=0, mode="frames", cyclic=False, preset="balanced", outputs=None, keepFiles=False, **options
):
    """What a script asks for; see :meth:`NODEORegistrationLogic.registerSequence`.

    Raises:
        ValueError: it cannot be done; the message says why.
    """
    isNode = isinstance(series, slicer.vtkMRMLNode)
    found = seriesOf(series) if isNode else None
    if found is None:
        name = series.GetName() if isNode else series
        raise ValueError(
            _("{name} is no series: give a sequence of volumes that a browser shows, or the volume.").format(name=name)
        )
    nodes = {name: options.pop(name, None) for name in ("fixedMask", "points", "fixedStructures", "structures")}
    isVolume = isinstance(reference, slicer.vtkMRMLNode)
    request = SeriesRequest(
        series=found,
        fixed=outsideReference(reference, found.proxy) if isVolume else None,
        reference=0 if isVolume else reference,
        mode=mode,
        cyclic=cyclic,
        preset=preset,
        settings=options,
        keepFiles=keepFiles,
        carried=list(options.pop("carry", ())),
        carryCopies=options.pop("carryCopies", False),
        **nodes,
    )
    if outputs is not None:
        request.outputs = dict(outputs)
    reason = whyNotSeries(request)
    if reason:
        raise ValueError(reason)
    return request
