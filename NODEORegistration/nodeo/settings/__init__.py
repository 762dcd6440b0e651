"""Every option of a registration, what it may be, and the presets."""

from .checks import (
    ADAPTIVE_SOLVERS,
    DECIDED,
    FIXED_STEP_SOLVERS,
    KERNELS,
    MODELS,
    PENALTIES,
    SIMILARITIES,
    SOLVERS,
    STARTS,
    USES,
)
from .options import PRESETS, Settings

__all__ = [
    "ADAPTIVE_SOLVERS",
    "DECIDED",
    "FIXED_STEP_SOLVERS",
    "KERNELS",
    "MODELS",
    "PENALTIES",
    "PRESETS",
    "SIMILARITIES",
    "SOLVERS",
    "STARTS",
    "USES",
    "Settings",
]
