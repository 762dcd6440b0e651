"""What lies in front of the deformation: the initial transform A, made once, and all that is asked of it."""

from __future__ import annotations

import math
from copy import copy
from functools import cached_property

import numpy as np
import SimpleITK as sitk
import torch.nn.functional as F
from torch import Tensor

from ..errors import InputError
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from .inversion import refine_inverse, search_inverse
from .point_inverse import moved

_SINGULAR = 1e-6  # smallest stretch of a direction to the largest
_FITTED = 9  # points an axis that a linear part is fitted to
_GENTLE = 4.0  # what is carried on fades over so many times its length: too gently to fold


class InitialTransform:
    """A, fixed world -> moving world.

    Outside the images a linear A goes on as it is. A B-spline or a displacement field would end there with a jump,
    which tears and folds: of such an A, what it does to the fixed image beside its linear part is kept at the voxels,
    carried on over the edge, and faded out beyond.

    Args:
        transform: A.
        fixed: the grid of the image that it leads from.

    Attributes:
        transform: A, as it is applied.
        is_linear: whether A is a matrix and an offset, and nothing else.
        matrix, offset: [n, n] and [n], world to world: A itself if it is linear, else its best fit on the fixed grid.
        determinant: of the matrix.

    Raises:
        InputError: A has another dimension than the images, or squeezes space flat.
    """

    def __init__(self, transform: sitk.Transform, fixed: Grid) -> None:
        if transform.GetDimension() != fixed.ndim:
            raise InputError(
                f"The initial transform is {transform.GetDimension()}-D, the images are {fixed.ndim}-D.", "", "initial"
            )
        self.transform = transform
        self.is_linear = transform.IsLinear()
        self.matrix, self.offset = self.linear_part(fixed)
        self.determinant = float(np.linalg.det(self.matrix))
        if not np.linalg.cond(self.matrix) < 1 / _SINGULAR:  # of infinite values it is no number
            raise InputError(
                "The initial transform cannot be inverted.", "It squeezes space flat: check its matrix.", "initial"
            )
        if not self.is_linear:
            self._beside = _beside(transform, self.linear, fixed)
            self.transform = sitk.CompositeTransform([self.linear, field_transform(self._beside)])

    def linear_part(self, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
        """Matrix [n, n] and offset [n], world to world: A itself if it is linear, else the best fit on ``grid``."""
        if self.is_linear:
            images = moved(self.transform, np.concatenate([np.zeros((1, grid.ndim)), np.eye(grid.ndim)]))
            return _without_round_off((images[1:] - images[0]).T), images[0]
        axes = [np.linspace(0, n - 1, min(n, _FITTED)) for n in grid.size]
        points = grid.world(np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, grid.ndim))
        images = moved(self.transform, points)
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
        """A⁻¹; of one that is not linear, found point by point."""
        back_linear = self.linear.GetInverse()
        if self.is_linear:
            return back_linear
        lattice = Lattice(Grid.of(self._beside))
        forward = lattice.grid.local_vectors(self._beside)
        back = refine_inverse(search_inverse(forward, lattice), forward, lattice)
        return composite([field_transform(lattice.grid.vector_image(back)), back_linear])

    def scaled(self, factor: float) -> InitialTransform:
        """The same in a world measured in another unit: all lengths times ``factor``."""
        scaled = copy(self)
        scaled.offset = _without_round_off(factor * self.offset)
        scaled.transform = affine(self.matrix, scaled.offset)
        for made in ("linear", "inverse"):
            scaled.__dict__.pop(made, None)
        if not self.is_linear:
            vectors = factor * sitk.GetArrayViewFromImage(self._beside)
            grid = Grid.of(self._beside).scaled(factor)
            scaled._beside = grid.stamp(sitk.GetImageFromArray(vectors, isVector=True))
            scaled.transform = sitk.CompositeTransform([scaled.transform, field_transform(scaled._beside)])
        return scaled

    def local_displacement(self, grid: Grid) -> Tensor:
        """A(x) - x at the points x of a grid, [k, D, H, W], mm along the grid's own axes."""
        return grid.local_displacements(self.transform)

    def positions(self, grid: Grid) -> np.ndarray:
        """World positions [..., n] to which A takes the points of ``grid``."""
        start = sitk.PhysicalPointSource(sitk.sitkVectorFloat64, grid.size, grid.origin, grid.spacing, grid.direction)
        return sitk.GetArrayFromImage(grid.displacements(self.transform) + start)


def affine(matrix: np.ndarray, offset: np.ndarray) -> sitk.AffineTransform:
    """x -> matrix x + offset."""
    transform = sitk.AffineTransform(len(offset))
    transform.SetMatrix(matrix.ravel().tolist())
    transform.SetTranslation(offset.tolist())
    return transform


def _beside(transform: sitk.Transform, linear: sitk.Transform, fixed: Grid) -> sitk.Image:
    """What a transform does to fixed voxels before its linear part, world mm, on a grid that reaches beyond them."""
    before_linear = sitk.CompositeTransform([linear.GetInverse(), transform])  # the last is applied first
    return carried_on(fixed.local_displacements(before_linear), fixed)


def carried_on(displacement: Tensor, grid: Grid, every: int = 1) -> sitk.Image:
    """A displacement [k, D, H, W], local mm, on a grid, carried on over its edge and faded out beyond: world mm.

    So gently that the edge neither tears nor folds; the result's own grid reaches beyond ``grid``.

    Args:
        every: keep one of so many points along each axis.
    """
    reach = _GENTLE * float(displacement.abs().max())
    room = [math.ceil(reach / h) + 4 for h in grid.step]
    shape = tuple(reversed(grid.shape))
    short = [-(n + 2 * r - 1) % every for n, r in zip(shape, room, strict=True)]  # the last point is kept, too
    sizes = [n + 2 * r + s for n, r, s in zip(shape, room, short, strict=True)]
    wider = grid.active_subgrid([-r for r in room], sizes, [1] * len(room))
    around = [width for r, s in zip(room, short, strict=True) for width in (r, r + s)]
    padded = F.pad(displacement[None], around, mode="replicate")[0] * Lattice(wider).taper(room)
    kept = padded[(slice(None), *[slice(None, None, every)] * len(room))]
    coarse = wider.active_subgrid([0] * len(room), kept.shape[:0:-1], [every] * len(room))
    return coarse.vector_image(kept)


def _without_round_off(values: np.ndarray) -> np.ndarray:
    """Ten digits of the largest: what a unit of length leaves behind them differs from unit to unit."""
    largest = np.abs(values).max()
    return values if largest == 0 else np.round(values, int(10 - np.ceil(np.log10(largest))))


def field_transform(displacement: sitk.Image) -> sitk.DisplacementFieldTransform:
    """A displacement field of world vectors, float64, as a transform."""
    return sitk.DisplacementFieldTransform(sitk.Image(displacement))


def composite(last_to_first: list[sitk.Transform]) -> sitk.CompositeTransform:
    """The composition; as SimpleITK keeps it, the last of the list is applied first. The identity is left out."""
    kept = [t for t in last_to_first if t.GetTransformEnum() != sitk.sitkIdentity]
    composite = sitk.CompositeTransform(kept)
    composite.FlattenTransform()
    return composite
