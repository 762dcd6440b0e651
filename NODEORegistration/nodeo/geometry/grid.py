"""The geometry of a grid, and the only place that knows the order of axes.

Three kinds of coordinates are used, and nothing else:

* *world*: ITK's physical space, LPS, in mm.
* *local*: millimetres along the axes of a fixed grid. A displacement or a velocity has its components in local axes,
  ordered x, y, z as ITK orders them.
* *sampling*: what :func:`torch.nn.functional.grid_sample` wants, -1 at the first node of an axis and +1 at the last.

A tensor of a field is ``[components, D, H, W]`` in 3-D and ``[components, H, W]`` in 2-D: the axes of the tensor run
z, y, x, the components x, y, z. An axis of one voxel is left out of all tensors and comes back with the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from torch import Tensor


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

    def subgrid(self, start: Sequence[int], size: Sequence[int], every: Sequence[int]) -> Grid:
        """Every ``every``-th point from index ``start`` on; the subgrid may reach outside this grid."""
        origin = self.world(np.asarray(start, dtype=float))
        spacing = tuple(s * k for s, k in zip(self.spacing, every, strict=True))
        return Grid(tuple(int(n) for n in size), spacing, tuple(origin), self.direction)

    def active_subgrid(self, start: Sequence[int], size: Sequence[int], every: Sequence[int]) -> Grid:
        """As :meth:`subgrid`, told for the active axes only; an axis of one point stays as it is."""
        whole = [[0] * self.ndim, list(self.size), [1] * self.ndim]
        for axis, *values in zip(self.axes, start, size, every, strict=True):
            for known, value in zip(whole, values, strict=True):
                known[axis] = int(value)
        return self.subgrid(*whole)

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

    def tensor(self, image: sitk.Image, dtype: torch.dtype = torch.float32) -> Tensor:
        """Pixels of a scalar ``image`` on this grid as [D, H, W]."""
        return torch.from_numpy(sitk.GetArrayFromImage(image).reshape(self.shape)).to(dtype)

    def image(self, values: Tensor) -> sitk.Image:
        """A scalar tensor [D, H, W] as an image on this grid."""
        array = values.detach().cpu().numpy().reshape(tuple(reversed(self.size)))
        return self.stamp(sitk.GetImageFromArray(array))

    def vector_image(self, displacement: Tensor) -> sitk.Image:
        """A displacement [k, D, H, W] in local mm as an image of world vectors (mm, ``ndim`` components)."""
        local = displacement.detach().cpu().double().numpy()
        vectors = np.einsum("ij,j...->...i", self.rotation[:, self.axes], local)
        array = np.ascontiguousarray(vectors).reshape(*reversed(self.size), self.ndim)
        return self.stamp(sitk.GetImageFromArray(array, isVector=True))

    def local_vectors(self, image: sitk.Image) -> Tensor:
        """The inverse of :meth:`vector_image`: world vectors on this grid as [k, D, H, W] in local mm."""
        vectors = sitk.GetArrayFromImage(image).reshape(*self.shape, self.ndim)
        return torch.from_numpy(np.moveaxis(vectors @ self.rotation[:, self.axes], -1, 0)).float()


class Lattice:
    """The points of a grid as tensors, ready to be moved about and sampled.

    Attributes:
        grid: the grid these points are.
        shape: [D, H, W] of tensors on it.
        spacing: mm between points, x first.
    """

    def __init__(self, grid: Grid, device: torch.device | str = "cpu") -> None:
        self.grid = grid
        self.shape = grid.shape
        self.spacing = grid.step
        self.device = torch.device(device)
        ends = [torch.linspace(-1.0, 1.0, n, device=device) for n in self.shape]
        self._identity = torch.stack(torch.meshgrid(*ends, indexing="ij")[::-1])
        scale = [2.0 / (h * (n - 1)) for h, n in zip(self.spacing, reversed(self.shape), strict=True)]
        self._scale = torch.tensor(scale, device=device).view(-1, *[1] * len(self.shape))

    def zeros(self) -> Tensor:
        """The displacement [k, D, H, W] that moves nothing."""
        return torch.zeros_like(self._identity)

    def positions(self) -> Tensor:
        """Where the points lie, [k, D, H, W], local mm from the middle of the lattice."""
        return self._identity / self._scale

    def sampling(self, displacement: Tensor, planes: slice = slice(None)) -> Tensor:
        """Sampling coordinates [k, D, H, W] of the points displaced by ``displacement`` [k, D, H, W] local mm.

        Args:
            planes: of the first axis of the lattice, if the displacement is told for these only.
        """
        return torch.addcmul(self._identity[:, planes], displacement, self._scale)

    def sample(self, field: Tensor, displacement: Tensor) -> Tensor:
        """A field [c, D, H, W] on this lattice, read at the displaced points; the edge value holds outside."""
        return sample(field, self.sampling(displacement))

    def taper(self, margin: Sequence[int]) -> Tensor:
        """A window [D, H, W]: 0 on the faces of the lattice, rising smoothly to 1 ``margin`` points (x first) in."""
        window = torch.ones((), device=self.device)
        for n, width in zip(self.shape, reversed(list(margin)), strict=True):
            depth = torch.arange(n, device=self.device, dtype=torch.float32)
            depth = torch.minimum(depth, n - 1 - depth) / max(width, 1)
            ramp = torch.sin(depth.clamp(max=1.0) * (torch.pi / 2)) ** 2
            window = window.unsqueeze(-1) * ramp
        return window


def sample(field: Tensor, points: Tensor, outside: str = "border") -> Tensor:
    """``field`` [c, D, H, W], interpolated linearly at sampling coordinates ``points`` [k, d, h, w]: [c, d, h, w].

    The points may also be a list [k, n], and the values are one, then: [c, n].

    Outside the field the nearest edge value holds, or 0 if ``outside`` is ``zeros``. On a CPU the points are dealt out
    to the threads as a batch, since ``grid_sample`` runs in parallel over batches only.
    """
    if points.dim() == 2:
        return sample(field, points.unflatten(1, [*[1] * (len(points) - 1), -1]), outside).flatten(1)
    parts = torch.get_num_threads() if points.device.type == "cpu" else 1
    axes = range(1, points.dim())
    axis = next((axis for axis in axes if points.shape[axis] % parts == 0), max(axes, key=points.size))
    n = points.shape[axis]
    short = -n % parts
    if short:
        points = torch.cat([points, *[points.narrow(axis, n - 1, 1)] * short], dim=axis)
    batch = points.unflatten(axis, (parts, -1)).movedim(axis, 0).movedim(1, -1)
    values = F.grid_sample(
        field.expand(parts, *field.shape), batch, mode="bilinear", padding_mode=outside, align_corners=True
    )
    values = values.movedim(0, axis).flatten(axis, axis + 1)
    return values.narrow(axis, 0, n) if short else values


def refine(field: Tensor, factors: Sequence[int], start: Sequence[int], shape: Sequence[int]) -> Tensor:
    """A field [c, D, H, W] on nodes, read linearly at ``factors`` (z first) points per node interval.

    Args:
        start: first node used along each axis, z first; it coincides with the first point of the result.
        shape: shape of the result, z first.
    """
    used = [-(-(n - 1) // factor) + 1 for factor, n in zip(factors, shape, strict=True)]
    field = _Box.apply(field, start, used)
    if any(factor > 1 for factor in factors):
        full = [factor * (n - 1) + 1 for factor, n in zip(factors, used, strict=True)]
        mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[len(full)]
        field = F.interpolate(field[None], size=full, mode=mode, align_corners=True)[0]
    return _Box.apply(field, [0] * len(used), shape)


class _Box(torch.autograd.Function):
    """A box of a field [c, D, H, W] as a view; one padding takes its gradient back, not one for every axis."""

    @staticmethod
    def forward(ctx, field: Tensor, start: Sequence[int], size: Sequence[int]) -> Tensor:
        ctx.padding = []
        for axis in reversed(range(len(size))):
            ctx.padding += [start[axis], field.shape[axis + 1] - start[axis] - size[axis]]
        return field[(slice(None), *(slice(a, a + n) for a, n in zip(start, size, strict=True)))]

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return F.pad(gradient, ctx.padding) if any(ctx.padding) else gradient, None, None


def dense(field: Tensor, factors: Sequence[int]) -> Tensor:
    """A field [c, D, H, W] on nodes, read linearly at all voxels between its first and last node.

    Args:
        factors: voxels per node interval, x first.
    """
    shape = [factor * (n - 1) + 1 for factor, n in zip(reversed(factors), field.shape[1:], strict=True)]
    return refine(field, list(reversed(factors)), [0] * len(shape), shape)
