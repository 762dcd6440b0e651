"""Every option of a registration, what it may be, and the presets."""

from .checks import ADAPTIVE_SOLVERS, DECIDED, FIXED_STEP_SOLVERS, KERNELS, MODELS, SIMILARITIES, SOLVERS, USES
from .options import PRESETS, Settings

__all__ = [
    "ADAPTIVE_SOLVERS",
    "DECIDED",
    "FIXED_STEP_SOLVERS",
    "KERNELS",
    "MODELS",
    "PRESETS",
    "SIMILARITIES",
    "SOLVERS",
    "USES",
    "Settings",
]
