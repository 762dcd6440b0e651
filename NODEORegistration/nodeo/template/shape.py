"""The mean shape: each subject's map without its pose, the mean of these maps, and the way back along it.

A registration's φ(x) = A(D(x)) leads from the template to a subject: A is linear, D deforms. Where the subject lay in
the scanner is no shape. So A = R S is taken apart into an orthogonal R and a symmetric stretch S, and with c the middle
of the template's grid ψ(x) = c + S (D(x) - c) is φ without the pose. The template has the mean shape where the mean of
all ψ is the identity. If it is m instead, then every φ ∘ m⁻¹ belongs to a template whose mean is the identity (Guimond,
Meunier and Thirion 2000, "Average brain models: a convergence study"; here with the affine stretch in the mean).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..field.affine_part import split
from ..field.initial_transform import affine, carried_on
from ..field.inversion import refine_inverse, search_inverse
from ..field.regularity import measure_folding
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice

_MANY = 1_000_000  # points; of more, every second is kept along each axis: as many as registrations have nodes
_REFINED = 10  # Newton steps of the inverse; most points need two


def without_pose(transform: sitk.Transform, grid: Grid) -> sitk.Transform:
    """ψ of a registration's φ onto a template on ``grid``: template's world -> the same world."""
    linear, deforming = split(transform)
    matrix = np.reshape(linear.GetMatrix(), (grid.ndim, grid.ndim))
    stretch = stretch_of(matrix)
    centre = grid.world((np.asarray(grid.size) - 1) / 2)
    return sitk.CompositeTransform([affine(stretch, centre - stretch @ centre), deforming])  # the last comes first


def stretch_of(matrix: np.ndarray) -> np.ndarray:
    """S of the polar decomposition A = R S [k, k]: symmetric and positive; a mirror is part of R."""
    values, vectors = np.linalg.eigh(matrix.T @ matrix)
    return (vectors * np.sqrt(values)) @ vectors.T


class MeanShape:
    """m(x) - x, the running mean of the displacement of each ψ.

    Args:
        grid: the template's.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._sum = torch.zeros((len(grid.axes), *grid.shape), dtype=torch.float64)
        self._count = 0

    def add(self, transform: sitk.Transform) -> None:
        """One more subject's φ."""
        self._sum += self._grid.local_vectors(self._grid.displacements(without_pose(transform, self._grid)))
        self._count += 1

    def displacement(self) -> Tensor:
        """m(x) - x at the points of the grid, [k, D, H, W], local mm."""
        return (self._sum / self._count).float()


@dataclass(frozen=True)
class Correction:
    """The way back along the mean shape; images of displacements, world mm, that fade out beyond the template's grid.

    Attributes:
        back: m⁻¹: from the corrected template to the one that the subjects were registered to.
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
