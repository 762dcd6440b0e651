"""What a process that stays does before anybody asks: load everything, and go once through it."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from ..engine.registration import register
from ..settings import Settings
from .commands import apply, evaluate  # noqa: F401  (the others of the family come with them)
from .commands import register as _register  # noqa: F401

_SIZE = 24  # voxels along each axis: two levels


def warm_up() -> None:
    """Register two small volumes: what PyTorch loads, compiles and sets up at its first use is then there."""
    across = np.linspace(-1.0, 1.0, _SIZE, dtype=np.float32)
    away = np.sqrt(np.add.outer(np.add.outer(across**2, across**2), across**2))
    fixed, moving = (sitk.GetImageFromArray(np.maximum(radius - away, 0.0)) for radius in (0.6, 0.7))
    settings = Settings.preset("fast").assign("levels=2,1", "iterations=2", "threads=0")
    register(fixed, moving, settings)
