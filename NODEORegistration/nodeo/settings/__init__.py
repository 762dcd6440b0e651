"""Every option of a registration, what it may be, and the presets."""

from .checks import (
    ADAPTIVE_SOLVERS,
    ALIGNED,
    DECIDED,
    FIXED_STEP_SOLVERS,
    KERNELS,
    MODELS,
    PENALTIES,
    SEARCHED,
    SIMILARITIES,
    SOLVERS,
    STARTS,
    USES,
)
from .options import PRESETS, Settings

__all__ = [
    "ADAPTIVE_SOLVERS",
    "ALIGNED",
    "DECIDED",
    "FIXED_STEP_SOLVERS",
    "KERNELS",
    "MODELS",
    "PENALTIES",
    "PRESETS",
    "SEARCHED",
    "SIMILARITIES",
    "SOLVERS",
    "STARTS",
    "USES",
    "Settings",
]
