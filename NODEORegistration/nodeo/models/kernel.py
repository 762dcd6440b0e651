"""The smoothing kernel K as the settings describe it."""

from __future__ import annotations

from ..field import smoothing
from ..geometry.lattice import Lattice
from ..settings import Settings

_FULL_WIDTH = 2.3548  # full width at half maximum of a Gaussian, in standard deviations


def kernel_of(
    lattice: Lattice, settings: Settings, voxel: float | None = None, widening: float = 1.0
) -> smoothing.SeparableKernel:
    """K on a velocity grid.

    Args:
        voxel: mm that ``vox`` stands for; None: a node of the grid.
        widening: times as wide as the settings say.
    """
    width, unit = settings.window()
    width *= widening
    if unit == "vox" and voxel is not None:
        width, unit = width * voxel, "mm"
    widths = [width if unit == "vox" else width / h for h in reversed(lattice.spacing)]
    if settings.kernel == "none" or not any(widths):
        return smoothing.identity(lattice.shape)
    if settings.kernel == "averaging":
        radii = [min(max(0, round((w - 1) / 2)), (n - 1) // 2) for w, n in zip(widths, lattice.shape, strict=True)]
        return smoothing.averaging(lattice.shape, radii, settings.kernel_passes, lattice.device)
    sigmas = [w / _FULL_WIDTH for w in widths]
    return smoothing.gaussian(lattice.shape, sigmas, settings.kernel_passes, lattice.device)
