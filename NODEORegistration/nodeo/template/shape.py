"""The mean shape: each subject's map without its pose, the mean of these maps, and the way back along it.

A registration's φ(x) = A(D(x)) leads from the template to a subject: A is linear, D deforms. Where the subject lay in
the scanner is no shape. So A = R S is taken apart into an orthogonal R and a symmetric stretch S, and with c the middle
of the template's grid ψ(x) = c + S (D(x) - c) is φ without the pose. The template has the mean shape where the mean of
all ψ is the identity. If it is m instead, then every φ ∘ m⁻¹ belongs to a template whose mean is the identity (Guimond,
Meunier and Thirion 2000, "Average brain models: a convergence study"; here with the affine stretch in the mean).
"""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..field.affine_part import split
from ..field.initial_transform import affine
from ..geometry.grid import Grid


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
        self._sum += self._grid.local_displacements(without_pose(transform, self._grid))
        self._count += 1

    def displacement(self) -> Tensor:
        """m(x) - x at the points of the grid, [k, D, H, W], local mm."""
        return (self._sum / self._count).float()
