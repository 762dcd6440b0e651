"""Everything a person chooses in the panel, kept in the scene: reopened, the scene shows the same panel.

What the engine calls a setting has the engine's name here (``lambda_J``), so that the panel, a script and the command
line say the same; what belongs to the scene has Slicer's style (``fixedVolume``).
"""

import json
from typing import Annotated, Union

import slicer
from slicer import (
    vtkMRMLLabelMapVolumeNode,
    vtkMRMLMarkupsFiducialNode,
    vtkMRMLScalarVolumeNode,
    vtkMRMLSegmentationNode,
    vtkMRMLTransformNode,
)
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

from .Options import (
    Device,
    InitialTransform,
    Kernel,
    Model,
    Penalty,
    Preset,
    SeriesMode,
    SeriesReference,
    SeriesScope,
    Similarity,
    Solver,
    Start,
    Use,
    WindowUnit,
)

CHANNEL_NUMBERS = (2, 3, 4, 5)  # the first is the pair itself
CHANNEL_PARTS = ("Fixed", "Moving", "Weight")

_NODES = (
    "fixedVolume",
    "movingVolume",
    "fixedMask",
    "movingMask",
    "initialTransform",
    "fixedPoints",
    "movingPoints",
    "fixedStructures",
    "movingStructures",
    *(f"channel{number}{side}" for number in CHANNEL_NUMBERS for side in ("Fixed", "Moving")),
)

# What a run may put into the scene: the parameter that asks for it, and the one that holds its node.
OUTPUTS = {
    "transform": ("createTransform", "outputTransform"),
    "inverse": ("createInverse", "outputInverse"),
    "warped": ("createWarped", "outputWarped"),
    "jacobian": ("createJacobian", "outputJacobian"),
}

CLASSES = {
    "transform": "vtkMRMLTransformNode",
    "inverse": "vtkMRMLTransformNode",
    "warped": "vtkMRMLScalarVolumeNode",
    "jacobian": "vtkMRMLScalarVolumeNode",
}

MaskNode = Union[vtkMRMLSegmentationNode, vtkMRMLLabelMapVolumeNode, None]  # noqa: UP007 for the node wrapper


@parameterNodeWrapper
class Parameters:
    """The parameter node of the module; defaults are those of the preset ``balanced``."""

    fixedVolume: vtkMRMLScalarVolumeNode
    movingVolume: vtkMRMLScalarVolumeNode
    seriesScope: SeriesScope = SeriesScope.ALL  # these five count where the moving volume is a frame of a series
    seriesReference: SeriesReference = SeriesReference.FRAME
    seriesFrame: Annotated[int, WithinRange(1, 100000)] = 1  # from 1
    seriesMode: SeriesMode = SeriesMode.FRAMES
    seriesCyclic: bool = False
    fixedMask: MaskNode
    movingMask: MaskNode
    initial: InitialTransform = InitialTransform.IDENTITY
    initialTransform: vtkMRMLTransformNode
    fixedPoints: vtkMRMLMarkupsFiducialNode
    movingPoints: vtkMRMLMarkupsFiducialNode
    pointsFor: Use = Use.BOTH
    fixedStructures: MaskNode
    movingStructures: MaskNode
    structuresFor: Use = Use.BOTH
    structuresLeftOut: str = ""  # names, as JSON
    channels: Annotated[int, WithinRange(0, 4)] = 0  # more images, of those below
    channel2Fixed: vtkMRMLScalarVolumeNode
    channel2Moving: vtkMRMLScalarVolumeNode
    channel2Weight: Annotated[float, WithinRange(0.0, 100.0)] = 1.0
    channel3Fixed: vtkMRMLScalarVolumeNode
    channel3Moving: vtkMRMLScalarVolumeNode
    channel3Weight: Annotated[float, WithinRange(0.0, 100.0)] = 1.0
    channel4Fixed: vtkMRMLScalarVolumeNode
    channel4Moving: vtkMRMLScalarVolumeNode
    channel4Weight: Annotated[float, WithinRange(0.0, 100.0)] = 1.0
    channel5Fixed: vtkMRMLScalarVolumeNode
    channel5Moving: vtkMRMLScalarVolumeNode
    channel5Weight: Annotated[float, WithinRange(0.0, 100.0)] = 1.0

    preset: Preset = Preset.BALANCED
    detail: Annotated[float, WithinRange(-3.0, 3.0)] = 0.0  # the weights of regularity are halved so many times
    kernel: Kernel = Kernel.GAUSSIAN
    kernel_window: Annotated[float, WithinRange(0.0, 100.0)] = 3.0
    kernel_window_unit: WindowUnit = WindowUnit.VOX
    kernel_passes: Annotated[int, WithinRange(1, 20)] = 1
    lambda_J: Annotated[float, WithinRange(0.0, 1e6)] = 3000.0
    jacobian_floor: Annotated[float, WithinRange(-10.0, 1.0)] = 0.05
    lambda_df: Annotated[float, WithinRange(0.0, 1e4)] = 0.45
    lambda_v: Annotated[float, WithinRange(0.0, 1e4)] = 0.0
    lambda_s: Annotated[float, WithinRange(0.0, 1e4)] = 0.25
    unfold: bool = True

    model: Model = Model.FLOW
    bottleneck: Annotated[int, WithinRange(1, 4096)] = 16
    decoder_downsampling: Annotated[int, WithinRange(0, 6)] = 2
    velocity_gain: Annotated[float, WithinRange(0.00001, 100.0)] = 0.001
    published_arithmetic: bool = False
    similarity: Similarity = Similarity.AUTO
    lncc_window: Annotated[int, WithinRange(3, 99)] = 9
    start: Start = Start.AUTO
    penalty: Penalty = Penalty.AUTO
    levels: str = "4, 2, 1"
    iterations: str = "50, 20, 12"
    solver: Solver = Solver.MIDPOINT
    steps: str = "1"
    time_modes: Annotated[int, WithinRange(1, 8)] = 2
    learning_rate: Annotated[float, WithinRange(0.0001, 10.0)] = 0.08
    tolerance: Annotated[float, WithinRange(0.0, 1.0)] = 0.0001
    match_histograms: bool = False
    device: Device = Device.AUTO
    threads: Annotated[int, WithinRange(0, 256)] = 0
    seed: Annotated[int, WithinRange(0, 2**31 - 1)] = 0
    other_settings: str = ""

    createTransform: bool = True
    outputTransform: vtkMRMLTransformNode
    createWarped: bool = True
    outputWarped: vtkMRMLScalarVolumeNode
    createJacobian: bool = True
    outputJacobian: vtkMRMLScalarVolumeNode
    createInverse: bool = False  # a vector at every voxel: as large in the scene as everything else together
    outputInverse: vtkMRMLTransformNode

    carryCopies: bool = False  # of what is carried along, in place of itself

    result: str = ""  # the mark of the results that are shown


def wantedOutputs(parameters):
    """{kind of output: node to update, or None for a new one} of what is ticked."""
    return {kind: getattr(parameters, node) for kind, (create, node) in OUTPUTS.items() if getattr(parameters, create)}


def leftOutStructures(parameters):
    """The names of the structures that were unticked; what cannot be read names none."""
    try:
        names = json.loads(parameters.structuresLeftOut or "[]")
    except ValueError:
        return []
    return [str(name) for name in names] if isinstance(names, list) else []


def leaveOutStructures(parameters, names):
    """Untick these structures, and no others."""
    parameters.structuresLeftOut = json.dumps(sorted(names)) if names else ""


def channelsOf(parameters):
    """[fixed volume, moving volume, weight] of each row of more images."""
    return [
        [getattr(parameters, f"channel{number}{part}") for part in CHANNEL_PARTS]
        for number in CHANNEL_NUMBERS[: parameters.channels]
    ]


def setChannels(parameters, rows):
    """The opposite of :func:`channelsOf`; what is beyond the last row is forgotten."""
    empty = [[None, None, 1.0]] * (len(CHANNEL_NUMBERS) - len(rows))
    with slicer.util.NodeModify(parameters):
        for number, row in zip(CHANNEL_NUMBERS, [*rows, *empty], strict=True):
            for part, value in zip(CHANNEL_PARTS, row, strict=True):
                setattr(parameters, f"channel{number}{part}", value)
        parameters.channels = len(rows)


def forgetNode(parameters, node):
    """Choose nothing wherever ``node`` is chosen."""
    for name in (*_NODES, *(chosen for _create, chosen in OUTPUTS.values())):
        if getattr(parameters, name) is node:
            setattr(parameters, name, None)
