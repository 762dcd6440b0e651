"""A regular lattice of points in the world: an image's geometry without its pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

_AT_ONCE = 2_000_000  # points that are moved in double precision


@dataclass(frozen=True)
class Grid:
    """A regular lattice of points in the world: an image's geometry without its pixels.

    Attributes:
        size: number of points along x, y[, z].
        spacing: mm between points.
        origin: world position of the first point, mm.
        direction: cosines of the axes, row by row, as ITK keeps them.
    """

    size: tuple[int, ...]
    spacing: tuple[float, ...]
    origin: tuple[float, ...]
    direction: tuple[float, ...]

    @classmethod
    def of(cls, image: sitk.Image) -> Grid:
        """The grid on which the pixels of ``image`` lie."""
        return cls(image.GetSize(), image.GetSpacing(), image.GetOrigin(), image.GetDirection())

    @property
    def ndim(self) -> int:
        """Dimension of the image, axes of one voxel included."""
        return len(self.size)

    @cached_property
    def axes(self) -> tuple[int, ...]:
        """The axes with more than one point, along which there is something to register."""
        return tuple(axis for axis, n in enumerate(self.size) if n > 1)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of a tensor on this grid: sizes of the active axes, z first."""
        return tuple(self.size[axis] for axis in reversed(self.axes))

    @cached_property
    def step(self) -> tuple[float, ...]:
        """Spacing of the active axes, x first, mm."""
        return tuple(self.spacing[axis] for axis in self.axes)

    @cached_property
    def rotation(self) -> np.ndarray:
        """Direction matrix [ndim, ndim]: local to world axes."""
        return np.asarray(self.direction, dtype=float).reshape(self.ndim, self.ndim)

    @cached_property
    def matrix(self) -> np.ndarray:
        """Index to world matrix [ndim, ndim], without the origin."""
        return self.rotation * np.asarray(self.spacing)

    def world(self, index: np.ndarray) -> np.ndarray:
        """World positions [..., ndim] of continuous indices [..., ndim]."""
        return np.asarray(index) @ self.matrix.T + np.asarray(self.origin)

    def index(self, world: np.ndarray) -> np.ndarray:
        """Continuous indices [..., ndim] of world positions [..., ndim]."""
        return (np.asarray(world) - np.asarray(self.origin)) @ np.linalg.inv(self.matrix).T

    def subgrid(self, start: Sequence[float], size: Sequence[int], every: Sequence[float]) -> Grid:
        """A point every ``every`` of this grid from index ``start`` on; the subgrid may reach outside this grid."""
        origin = self.world(np.asarray(start, dtype=float))
        spacing = tuple(s * k for s, k in zip(self.spacing, every, strict=True))
        return Grid(tuple(int(n) for n in size), spacing, tuple(origin), self.direction)

    def active_subgrid(self, start: Sequence[float], size: Sequence[int], every: Sequence[float]) -> Grid:
        """As :meth:`subgrid`, told for the active axes only; an axis of one point stays as it is."""
        whole: list[list] = [[0] * self.ndim, list(self.size), [1] * self.ndim]
        for axis, *values in zip(self.axes, start, size, every, strict=True):
            for known, value in zip(whole, values, strict=True):
                known[axis] = value
        return self.subgrid(*whole)

    def scaled(self, factor: float) -> Grid:
        """The same points in a world measured in another unit: all lengths times ``factor``.

        Lengths keep twelve digits: what a unit adds behind them is round-off, and a search would follow it.
        """
        spacing, origin = (
            tuple(float(f"{factor * x:.12g}") for x in lengths) for lengths in (self.spacing, self.origin)
        )
        return Grid(self.size, spacing, origin, self.direction)

    def corners(self) -> np.ndarray:
        """World positions [2^ndim, ndim] of the corner points."""
        ends = np.meshgrid(*[(0, n - 1) for n in self.size], indexing="ij")
        return self.world(np.stack(ends, -1).reshape(-1, self.ndim))

    def stamp(self, image: sitk.Image) -> sitk.Image:
        """``image``, placed in the world as this grid says."""
        image.SetSpacing(self.spacing)
        image.SetOrigin(self.origin)
        image.SetDirection(self.direction)
        return image

    def agrees(self, other: Grid, tolerance: float = 1e-3) -> bool:
        """Whether both grids have the same points, to ``tolerance`` of a voxel."""
        if self.size != other.size:
            return False
        apart = np.abs(self.corners() - other.corners()).max()
        return bool(apart <= tolerance * min(self.spacing))

    def displacements(self, transform: sitk.Transform) -> sitk.Image:
        """T(x) - x at every point of the grid, world mm, float64, for a transform T from world to world."""
        return sitk.TransformToDisplacementField(
            transform, sitk.sitkVectorFloat64, self.size, self.origin, self.spacing, self.direction
        )

    # --- between images and tensors ---------------------------------------------------------------------------------

    def tensor(self, image: sitk.Image) -> Tensor:
        """Pixels of a scalar ``image`` on this grid as [D, H, W], float32."""
        return torch.from_numpy(sitk.GetArrayViewFromImage(image).astype(np.float32).reshape(self.shape))

    def codes(self, labels: sitk.Image) -> np.ndarray:
        """The whole numbers of a label map on this grid as [D, H, W], in its own type."""
        return sitk.GetArrayFromImage(labels).reshape(self.shape)

    def image(self, values: Tensor) -> sitk.Image:
        """A scalar tensor [D, H, W] as an image on this grid."""
        array = values.detach().cpu().numpy().reshape(tuple(reversed(self.size)))
        return self.stamp(sitk.GetImageFromArray(array))

    def vector_image(self, displacement: Tensor, every: float = 0.0) -> sitk.Image:
        """A displacement [k, D, H, W] in local mm as an image of world vectors (mm, ``ndim`` components).

        Args:
            every: as for :meth:`world_vectors`.
        """
        return self.image_of(self.world_vectors(displacement, every))

    def world_vectors(self, displacement: Tensor, every: float = 0.0) -> Tensor:
        """A displacement [k, D, H, W] in local mm as world vectors [D, H, W, ndim], mm, float32.

        Args:
            every: mm, a power of two; the components are the multiples of it that are nearest, which a file packs well.
        """
        local = displacement.detach()
        turn = torch.from_numpy(self.rotation[:, self.axes]).to(local.device)
        vectors = local.new_empty((*local.shape[1:], self.ndim), dtype=torch.float32)
        for planes in _slabs(local[0]):  # in double precision a few planes at a time
            turned = turn @ local[:, planes].flatten(1).double()
            if every:
                turned.div_(every).round_().mul_(every)
            vectors[planes] = turned.float().T.view(vectors[planes].shape)
        return vectors

    def image_of(self, vectors: Tensor) -> sitk.Image:
        """World vectors [D, H, W, ndim] as an image.

        It is float64, as ITK's transforms ask, with values that float32 holds: a file of half the size has them all.
        """
        array = vectors.cpu().double().numpy().reshape(*reversed(self.size), self.ndim)
        return self.stamp(sitk.GetImageFromArray(array, isVector=True))

    def along_axes(self, vectors: Tensor) -> Tensor:
        """The inverse of :meth:`world_vectors`: [..., ndim] world mm as [k, ...] in local mm, float32."""
        turn = torch.from_numpy(self.rotation[:, self.axes].T.copy()).to(vectors.device)
        local = vectors.new_empty((len(turn), *vectors.shape[:-1]), dtype=torch.float32)
        for planes in _slabs(vectors[..., 0]):
            turned = turn @ vectors[planes].flatten(0, -2).double().T
            local[:, planes] = turned.float().view(local[:, planes].shape)
        return local

    def local_vectors(self, image: sitk.Image) -> Tensor:
        """The inverse of :meth:`vector_image`: world vectors on this grid as [k, D, H, W] in local mm."""
        vectors = sitk.GetArrayViewFromImage(image).reshape(*self.shape, self.ndim)
        local = torch.empty(len(self.axes), *self.shape)
        planes = planes_at_once(self.shape)
        for first in range(0, self.shape[0], planes):
            local[:, first : first + planes] = self.along_axes(torch.tensor(vectors[first : first + planes]))
        return local

    def local_displacements(self, transform: sitk.Transform) -> Tensor:
        """T(x) - x at every point of the grid as [k, D, H, W] in local mm, for a transform T from world to world."""
        slowest, planes = self.axes[-1], planes_at_once(self.shape)
        local = torch.empty(len(self.axes), *self.shape)
        for first in range(0, self.shape[0], planes):
            start, size = np.zeros(self.ndim), list(self.size)
            start[slowest], size[slowest] = first, min(planes, self.shape[0] - first)
            part = Grid(tuple(size), self.spacing, tuple(self.world(start)), self.direction)
            image = part.displacements(transform)  # whose memory the vectors are
            vectors = sitk.GetArrayViewFromImage(image).reshape(-1, *self.shape[1:], self.ndim)
            local[:, first : first + planes] = self.along_axes(torch.tensor(vectors))
        return local


def planes_at_once(shape: Sequence[int]) -> int:
    """How many planes of [D, ...] are worked on together in double precision."""
    return max(1, _AT_ONCE // math.prod(shape[1:]))


def _slabs(values: Tensor) -> list[slice]:
    """A few planes each of [D, ...]: on a CPU what stays in its cache, elsewhere what is worth a launch."""
    planes = 1 if values.device.type == "cpu" else planes_at_once(values.shape)
    return [slice(first, first + planes) for first in range(0, len(values), planes)]
