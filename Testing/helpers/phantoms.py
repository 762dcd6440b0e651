"""Images with a known answer: a textured ball that is a formula in world space, and smooth warps that are too.

A fixed image made of ``phantom(warp(x))`` and a moving image made of ``phantom(y)``, on any two grids, have ``warp`` as
the true map fixed world -> moving world, and nothing has been interpolated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

Map = Callable[[np.ndarray], np.ndarray]  # world points [..., k] mm -> world points [..., k] mm, or values [...]

OBLIQUE = tuple(sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5).GetMatrix())


@dataclass(frozen=True)
class Phantom:
    """A ball with a soft edge and texture inside, on a background of exactly 0.

    Attributes:
        centre: world mm; its length is the dimension.
        radius: mm, where the ball ends.
        seed: of the texture.
        blobs: how many Gaussian spots the texture has.
        grain: standard deviation of the finest spots, as a share of the radius; the coarsest are twice as wide.
    """

    centre: tuple[float, ...]
    radius: float = 14.0
    seed: int = 0
    blobs: int = 250
    grain: float = 0.07

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Intensities [...], 0 to about 1000, at world points [..., k]."""
        random = np.random.default_rng(self.seed)
        local = (points - np.asarray(self.centre)).astype(np.float32)
        inside = np.linalg.norm(local, axis=-1) < self.radius
        local = local[inside]
        values = np.full(len(local), 400.0, np.float32)
        for _ in range(self.blobs):
            spot = random.uniform(-1.0, 1.0, len(self.centre)) * self.radius
            width = random.uniform(1.0, 2.0) * self.grain * self.radius
            height = random.choice((-300.0, 300.0))
            values += height * np.exp(-((local - spot.astype(np.float32)) ** 2).sum(-1) / (2.0 * width**2))
        edge = np.clip((self.radius - np.linalg.norm(local, axis=-1)) / (0.1 * self.radius), 0.0, 1.0)
        result = np.zeros(inside.shape, np.float32)
        result[inside] = np.clip(values, 100.0, None) * np.sin(0.5 * np.pi * edge) ** 2
        return result


@dataclass(frozen=True)
class Bumps:
    """x -> x + Σ a exp(-|x - c|² / 2 s²): a diffeomorphism as long as Σ |a| / s is well below 1.65.

    Attributes:
        centres: world mm.
        pushes: a, the displacement at each centre, mm.
        width: s, mm.
    """

    centres: tuple[tuple[float, ...], ...]
    pushes: tuple[tuple[float, ...], ...]
    width: float = 6.0

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """World points [..., k] moved."""
        moved = np.array(points, dtype=float)
        for centre, push in zip(self.centres, self.pushes, strict=True):
            weight = np.exp(-((points - np.asarray(centre)) ** 2).sum(-1) / (2.0 * self.width**2))
            moved += weight[..., None] * np.asarray(push)
        return moved

    def transform(self, grid: sitk.Image) -> sitk.DisplacementFieldTransform:
        """The same as a SimpleITK transform, on the points of ``grid``."""
        points = world_points(grid)
        field = sitk.GetImageFromArray(self(points) - points, isVector=True)
        field.CopyInformation(grid)
        return sitk.DisplacementFieldTransform(field)


def bumps(centre: Sequence[float], size: float = 2.5, width: float = 6.0) -> Bumps:
    """Two pushes of ``size`` mm that leave no axis alone, either side of ``centre``."""
    middle = np.asarray(centre, dtype=float)
    one, two = np.array([1.0, -0.8, 0.6])[: len(middle)], np.array([-0.5, 0.9, -1.0])[: len(middle)]
    there = np.array([5.0, 4.0, -3.0])[: len(middle)]
    pushes = [size * direction / np.linalg.norm(direction) for direction in (one, two)]
    return Bumps(tuple(map(tuple, (middle + there, middle - there))), tuple(map(tuple, pushes)), width)


def grid(
    size: Sequence[int],
    spacing: Sequence[float] | None = None,
    origin: Sequence[float] | None = None,
    direction: Sequence[float] | None = None,
) -> sitk.Image:
    """An empty image; spacing 1 mm, origin 0 and the identity unless told otherwise."""
    image = sitk.Image(list(size), sitk.sitkUInt8)
    image.SetSpacing(spacing or [1.0] * len(size))
    image.SetOrigin(origin or [0.0] * len(size))
    image.SetDirection(direction or np.eye(len(size)).ravel().tolist())
    return image


def middle(image: sitk.Image) -> tuple[float, ...]:
    """World position of the middle of the grid, mm."""
    return image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()])


def world_points(image: sitk.Image) -> np.ndarray:
    """World positions [(D,) H, W, k] of the pixels, mm."""
    source = sitk.PhysicalPointSource(
        sitk.sitkVectorFloat64, image.GetSize(), image.GetOrigin(), image.GetSpacing(), image.GetDirection()
    )
    return sitk.GetArrayFromImage(source)


def drawn(values: Map, on: sitk.Image) -> sitk.Image:
    """A formula evaluated at the points of a grid, as a float32 image."""
    image = sitk.GetImageFromArray(values(world_points(on)).astype(np.float32))
    image.CopyInformation(on)
    return image


def mapped(transform: sitk.Transform, on: sitk.Image) -> np.ndarray:
    """World positions [(D,) H, W, k] to which a transform takes the points of a grid, mm."""
    field = sitk.TransformToDisplacementField(
        transform, sitk.sitkVectorFloat64, on.GetSize(), on.GetOrigin(), on.GetSpacing(), on.GetDirection()
    )
    return world_points(on) + sitk.GetArrayFromImage(field)


def apart(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> float:
    """Mean distance of two sets of points [..., k], of those chosen by ``where`` [...]; mm."""
    distance = np.linalg.norm(one - other, axis=-1)
    return float((distance if where is None else distance[where]).mean())


def reoriented(image: sitk.Image, order: Sequence[int], flips: Sequence[bool]) -> sitk.Image:
    """The same physical image with its axes stored otherwise: new axis i is old axis ``order[i]``, reversed if told."""
    k = image.GetDimension()
    array = np.transpose(sitk.GetArrayFromImage(image), [k - 1 - order[k - 1 - i] for i in range(k)])
    array = array[tuple(slice(None, None, -1 if flips[k - 1 - i] else 1) for i in range(k))]
    corner = [0] * k
    for axis, flip in zip(order, flips, strict=True):
        corner[axis] = image.GetSize()[axis] - 1 if flip else 0
    columns = np.reshape(image.GetDirection(), (k, k))[:, list(order)] * np.where(flips, -1.0, 1.0)
    result = sitk.GetImageFromArray(np.ascontiguousarray(array))
    result.SetSpacing([image.GetSpacing()[axis] for axis in order])
    result.SetOrigin(image.TransformIndexToPhysicalPoint(corner))
    result.SetDirection(columns.ravel().tolist())
    return result


def turned(image: sitk.Image, rotation: sitk.Transform) -> sitk.Image:
    """The image carried along by a rotation of the world: the same pixels under another header."""
    k = image.GetDimension()
    matrix = np.reshape(rotation.GetMatrix(), (k, k))
    result = sitk.Image(image)
    result.SetOrigin(rotation.TransformPoint(image.GetOrigin()))
    result.SetDirection((matrix @ np.reshape(image.GetDirection(), (k, k))).ravel().tolist())
    return result


def as_slice(image: sitk.Image, direction: Sequence[float] | None = None, thickness: float = 1.0) -> sitk.Image:
    """A 2-D image stored as a volume one voxel thick along z; x and y as they were unless a direction is given."""
    result = sitk.GetImageFromArray(sitk.GetArrayFromImage(image)[None])
    result.SetSpacing((*image.GetSpacing(), thickness))
    result.SetOrigin((*image.GetOrigin(), 0.0))
    if direction is not None:
        result.SetDirection(direction)
    return result


def folds(displacement: np.ndarray, spacing: Sequence[float]) -> int:
    """Points with det J <= 0 under any forward/backward difference scheme.

    Args:
        displacement: [D, H, W, k], components along the grid's own axes, x first; mm.
        spacing: mm, x first.
    """
    k = displacement.shape[-1]
    bad = np.zeros(displacement.shape[:-1], bool)
    for scheme in range(2**k):
        columns, inside = [], [slice(None)] * k
        for axis in range(k):
            dim = k - 1 - axis
            step = 1 if scheme >> axis & 1 else -1
            moved = np.roll(displacement, -step, dim)
            columns.append(step * (moved - displacement) / spacing[axis] + np.eye(k)[axis])
            inside[dim] = slice(0, -1) if step == 1 else slice(1, None)
        determinant = np.linalg.det(np.stack(columns, -1))
        bad[tuple(inside)] |= determinant[tuple(inside)] <= 0
    return int(bad.sum())


def local_displacement(transform: sitk.Transform, on: sitk.Image) -> np.ndarray:
    """Displacement [(D,) H, W, k] of the points of a grid, components along the grid's own axes; mm."""
    k = on.GetDimension()
    return (mapped(transform, on) - world_points(on)) @ np.reshape(on.GetDirection(), (k, k))
