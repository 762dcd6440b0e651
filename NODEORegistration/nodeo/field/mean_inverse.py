"""What undoes the mean of many maps, so that from the average of their images they are, on average, no way away."""

from __future__ import annotations

import math
from dataclasses import dataclass

import SimpleITK as sitk
from torch import Tensor

from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from .initial_transform import carried_on
from .inversion import refine_inverse, search_inverse
from .regularity import measure_folding

_MANY = 1_000_000  # points; of more, every second is kept along each axis: as many as registrations have nodes
_REFINED = 10  # Newton steps of the inverse; most points need two


@dataclass(frozen=True)
class Correction:
    """The way back along the mean shape; images of displacements, world mm, that fade out beyond the average's grid.

    Attributes:
        back: m⁻¹: from the corrected average to the one that the images were registered to.
        there: m.
        share: of the mean that is undone: 1, or less where all of it would fold.
    """

    back: sitk.Image
    there: sitk.Image
    share: float


def correction(mean: Tensor, grid: Grid) -> Correction:
    """What undoes a mean displacement m(x) - x [k, D, H, W], local mm, on ``grid``.

    A mean of maps that do not fold may fold, if they are very different; then half of it is undone, or a quarter …: the
    next round does the rest.
    """
    share, every = 1.0, 1 if math.prod(grid.shape) < _MANY else 2
    while True:
        there = carried_on(share * mean, grid, every)
        lattice = Lattice(Grid.of(there))
        forward = lattice.grid.local_vectors(there)
        if not measure_folding(forward, lattice.spacing, middles=True)[1].any():
            break
        share /= 2
    back = refine_inverse(search_inverse(forward, lattice), forward, lattice, _REFINED)
    return Correction(lattice.grid.vector_image(back), there, share)
