"""The choices that the panel offers by name."""

from enum import Enum

from slicer.i18n import tr as _


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


class SeriesScope(_Option):
    """What of a series is registered."""

    ALL = "all"
    SHOWN = "shown"


class SeriesReference(_Option):
    """What the frames of a series are deformed onto, if no volume outside it is chosen."""

    FRAME = "frame"
    MEAN = "mean"


class SeriesMode(_Option):
    """How the frames of a series hang together."""

    FRAMES = "frames"
    TRAJECTORY = "trajectory"


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
    SeriesScope.ALL: _("All frames"),
    SeriesScope.SHOWN: _("This frame only"),
    SeriesReference.FRAME: _("Frame"),
    SeriesReference.MEAN: _("Mean of all frames"),
    SeriesMode.FRAMES: _("Each frame by itself"),
    SeriesMode.TRAJECTORY: _("One motion for the whole series"),
    Device.AUTO: _("Automatic"),
    Device.CPU: _("CPU"),
    Device.CUDA: _("GPU (CUDA)"),
}
