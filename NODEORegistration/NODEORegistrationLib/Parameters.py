"""Everything a person chooses in the panel, kept in the scene: reopened, the scene shows the same panel.

What the engine calls a setting has the engine's name here (``lambda_J``), so that the panel, a script and the command
line say the same; what belongs to the scene has Slicer's style (``fixedVolume``).
"""

import json
from enum import Enum
from typing import Annotated, Union

from slicer import (
    vtkMRMLLabelMapVolumeNode,
    vtkMRMLMarkupsFiducialNode,
    vtkMRMLScalarVolumeNode,
    vtkMRMLSegmentationNode,
    vtkMRMLTransformNode,
)
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper


class _Option(Enum):
    """An enumeration whose value is what the engine is told; the panel shows ``label()``."""

    def label(self):
        return _LABELS.get(self, self.value)


class Preset(_Option):
    FAST = "fast"
    BALANCED = "balanced"
    ACCURATE = "accurate"
    PAPER = "paper"
    CUSTOM = "custom"


class InitialTransform(_Option):
    IDENTITY = "identity"
    CENTER = "center"
    AUTO = "auto"
    RIGID = "rigid"
    SIMILARITY = "similarity"
    AFFINE = "affine"
    POINTS = "points"
    NODE = "node"


class Model(_Option):
    FLOW = "flow"
    PAPER = "paper"


class Kernel(_Option):
    GAUSSIAN = "gaussian"
    AVERAGING = "averaging"
    NONE = "none"


class WindowUnit(_Option):
    VOX = "vox"
    MM = "mm"


class Similarity(_Option):
    LNCC = "lncc"
    MSE = "mse"
    MI = "mi"
    MIND = "mind"
    AUTO = "auto"
    DIFFERENT = "different"


class Start(_Option):
    AUTO = "auto"
    SEARCH = "search"
    NONE = "none"


class Penalty(_Option):
    AUTO = "auto"
    CHARBONNIER = "charbonnier"
    QUADRATIC = "quadratic"


class Use(_Option):
    """Of what is known beside the volumes."""

    BOTH = "both"
    GUIDE = "guide"
    MEASURE = "measure"


class Solver(_Option):
    MIDPOINT = "midpoint"
    EULER = "euler"
    HEUN2 = "heun2"
    HEUN3 = "heun3"
    RK4 = "rk4"
    EXPLICIT_ADAMS = "explicit_adams"
    IMPLICIT_ADAMS = "implicit_adams"
    DOPRI5 = "dopri5"
    DOPRI8 = "dopri8"
    BOSH3 = "bosh3"
    FEHLBERG2 = "fehlberg2"
    ADAPTIVE_HEUN = "adaptive_heun"


class Device(_Option):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


_LABELS = {
    Preset.FAST: _("Fast"),
    Preset.BALANCED: _("Balanced"),
    Preset.ACCURATE: _("Accurate"),
    Preset.PAPER: _("Paper (Wu et al. 2022)"),
    Preset.CUSTOM: _("Custom"),
    Model.FLOW: _("Flow: a velocity of places"),
    Model.PAPER: _("Paper: a velocity of points"),
    InitialTransform.IDENTITY: _("None: the volumes as they lie"),
    InitialTransform.CENTER: _("Align the centers"),
    InitialTransform.AUTO: _("Automatic: what the volumes need"),
    InitialTransform.RIGID: _("Rigid"),
    InitialTransform.SIMILARITY: _("Rigid and one scale"),
    InitialTransform.AFFINE: _("Affine"),
    InitialTransform.POINTS: _("From the points under Guidance"),
    InitialTransform.NODE: _("A transform of the scene"),
    Kernel.GAUSSIAN: _("Gaussian"),
    Kernel.AVERAGING: _("Averaging"),
    Kernel.NONE: _("None"),
    Similarity.LNCC: _("lncc: local correlation"),
    Similarity.MSE: _("mse: squared difference"),
    Similarity.MI: _("mi: mutual information"),
    Similarity.MIND: _("mind: MIND descriptor"),
    Similarity.AUTO: _("auto: lncc, mi or mind"),
    Similarity.DIFFERENT: _("different: mi or mind"),
    Start.AUTO: _("Find out"),
    Start.SEARCH: _("Search for it"),
    Start.NONE: _("Start from rest"),
    Penalty.AUTO: _("Find out"),
    Penalty.CHARBONNIER: _("Yes"),
    Penalty.QUADRATIC: _("No"),
    Use.BOTH: _("Guide and measure"),
    Use.GUIDE: _("Guide"),
    Use.MEASURE: _("Measure"),
    Device.AUTO: _("Automatic"),
    Device.CPU: _("CPU"),
    Device.CUDA: _("GPU (CUDA)"),
}

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
    iterations: str = "50, 30, 16"
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


def forgetNode(parameters, node):
    """Choose nothing wherever ``node`` is chosen."""
    for name in (*_NODES, *(chosen for _create, chosen in OUTPUTS.values())):
        if getattr(parameters, name) is node:
            setattr(parameters, name, None)
