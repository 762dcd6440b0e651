"""What lies in front of the deformation: the initial transform A, made once, and all that is asked of it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from .grid import Grid

_SINGULAR = 1e-6  # determinant
_FITTED = 9  # points an axis that a linear part is fitted to


class InitialTransform:
    """A, fixed world -> moving world.

    Outside the images a linear A goes on as it is. A B-spline or a displacement field is the identity outside its own
    grid, as SimpleITK applies it.

    Args:
        transform: A.
        fixed, moving: the grids of the images that it leads from and to.

    Attributes:
        transform: A, as SimpleITK applies it.
        is_linear: whether A is a matrix and an offset, and nothing else.
        matrix, offset: [n, n] and [n], world to world: A itself if it is linear, else its best fit on the fixed grid.
        determinant: of the matrix.

    Raises:
        InputError: A has another dimension than the images, or squeezes space flat.
    """

    def __init__(self, transform: sitk.Transform, fixed: Grid, moving: Grid) -> None:
        if transform.GetDimension() != fixed.ndim:
            raise InputError(f"The initial transform is {transform.GetDimension()}-D, the images are {fixed.ndim}-D.")
        self.transform = transform
        self.is_linear = transform.IsLinear()
        self.matrix, self.offset = self.linear_part(fixed)
        self.determinant = float(np.linalg.det(self.matrix))
        if abs(self.determinant) < _SINGULAR:
            raise InputError("The initial transform cannot be inverted.", "It squeezes space flat: check its matrix.")
        self._moving = moving

    def linear_part(self, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
        """Matrix [n, n] and offset [n], world to world: A itself if it is linear, else the best fit on ``grid``."""
        if self.is_linear:
            images = self._moved(np.concatenate([np.zeros((1, grid.ndim)), np.eye(grid.ndim)]))
            return (images[1:] - images[0]).T, images[0]
        axes = [np.linspace(0, n - 1, min(n, _FITTED)) for n in grid.size]
        points = grid.world(np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, grid.ndim))
        images = self._moved(points)
        augmented = np.concatenate([points, np.ones((len(points), 1))], 1)
        solution = np.linalg.lstsq(augmented, images, rcond=None)[0]
        matrix = solution[:-1].T
        for axis in set(range(grid.ndim)) - set(grid.axes):  # one voxel thick: nothing to fit along it
            matrix = matrix + np.outer(grid.rotation[:, axis], grid.rotation[:, axis])
        return matrix, images.mean(0) - matrix @ points.mean(0)

    @cached_property
    def linear(self) -> sitk.AffineTransform:
        """The linear part as a transform."""
        return affine(self.matrix, self.offset)

    @cached_property
    def inverse(self) -> sitk.Transform:
        """A⁻¹. Where SimpleITK knows none, A's displacement field is inverted numerically on the moving grid."""
        try:
            return self.transform.GetInverse()
        except RuntimeError:
            pass
        inverse = sitk.InvertDisplacementField(
            self._moving.displacements(self.transform),
            maximumNumberOfIterations=50,
            maxErrorToleranceThreshold=0.01,
            meanErrorToleranceThreshold=0.001,
        )
        return sitk.DisplacementFieldTransform(inverse)

    def positions(self, grid: Grid) -> np.ndarray:
        """World positions [..., n] to which A takes the points of ``grid``."""
        start = sitk.PhysicalPointSource(sitk.sitkVectorFloat64, grid.size, grid.origin, grid.spacing, grid.direction)
        return sitk.GetArrayFromImage(grid.displacements(self.transform) + start)

    def _moved(self, points: np.ndarray) -> np.ndarray:
        """World points [m, n], moved one at a time."""
        return np.array([self.transform.TransformPoint(point.tolist()) for point in points])


def affine(matrix: np.ndarray, offset: np.ndarray) -> sitk.AffineTransform:
    """x -> matrix x + offset."""
    transform = sitk.AffineTransform(len(offset))
    transform.SetMatrix(matrix.ravel().tolist())
    transform.SetTranslation(offset.tolist())
    return transform
