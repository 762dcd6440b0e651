"""Two images as a search for a transform sees them: in one frame, small and smooth, compared by mutual information."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..field.initial_transform import InitialTransform, affine
from ..geometry.grid import Grid
from ..similarity.channel import Scan

COARSE = 32  # voxels of the longest axis
_SMALLEST = 8  # voxels an axis that are left of it


class Frame:
    """The fixed image's own axes, active ones only: a slice becomes a 2-D image, and two slices share one plane.

    Raises:
        InputError: two slices are not parallel.
    """

    def __init__(self, fixed: Grid, moving: Grid) -> None:
        self.fixed = fixed
        self.plane = fixed.rotation[:, fixed.axes]
        self.normal = np.delete(fixed.rotation, fixed.axes, axis=1)
        turned = self.plane.T @ moving.rotation[:, moving.axes]
        if not np.allclose(turned @ turned.T, np.eye(len(turned)), atol=1e-3):
            raise InputError("The two slices are not parallel.", "Reformat one of them to the plane of the other.")
        self.across = self.normal.T @ (np.asarray(moving.origin) - np.asarray(fixed.origin))

    def image(self, scan: Scan) -> sitk.Image:
        """The scaled image, placed in the frame."""
        image = sitk.GetImageFromArray(scan.values.numpy())
        image.SetSpacing(scan.grid.step)
        image.SetOrigin((self.plane.T @ (np.asarray(scan.grid.origin) - np.asarray(self.fixed.origin))).tolist())
        image.SetDirection((self.plane.T @ scan.grid.rotation[:, scan.grid.axes]).ravel().tolist())
        return image

    def lift(self, found: sitk.Transform, unit: float) -> sitk.AffineTransform:
        """A linear transform of the frame as one of the world, mm; across a slice it carries one plane to the other.

        Args:
            unit: mm, in which the frame counts.
        """
        k = self.plane.shape[1]
        images = np.array(
            [found.TransformPoint(point.tolist()) for point in np.concatenate([np.zeros((1, k)), np.eye(k)])]
        )
        matrix = self.plane @ (images[1:] - images[0]).T @ self.plane.T + self.normal @ self.normal.T
        origin = np.asarray(self.fixed.origin)
        offset = origin + self.plane @ images[0] + self.normal @ self.across - matrix @ origin
        return affine(matrix, unit * offset)

    def lower(self, initial: InitialTransform) -> sitk.AffineTransform:
        """The linear part of a transform of the world, in the unit of the frame, as one of the frame."""
        origin = np.asarray(self.fixed.origin)
        offset = initial.matrix @ origin + initial.offset - origin
        return affine(self.plane.T @ initial.matrix @ self.plane, self.plane.T @ offset)


def reduced(image: sitk.Image, longest: int) -> sitk.Image:
    """``image``, smoothed and thinned so that no axis is much longer than ``longest`` and voxels are about cubes."""
    extent = max(n * s for n, s in zip(image.GetSize(), image.GetSpacing(), strict=True))
    target = extent / longest
    factors = [round(target / s) for s in image.GetSpacing()]
    return _every(sitk.SmoothingRecursiveGaussian(image, 0.5 * target), factors)


def thinned(image: sitk.Image, points: int = 30_000) -> sitk.Image:
    """A regular sample of the voxels of ``image``, not many more than ``points``."""
    apart = math.ceil((image.GetNumberOfPixels() / points) ** (1 / image.GetDimension()))
    return _every(image, [apart] * image.GetDimension())


def _every(image: sitk.Image, factors: Sequence[int]) -> sitk.Image:
    """``image`` read at points so many voxels apart along each axis, about its middle: no end is the first."""
    size, spacing = image.GetSize(), image.GetSpacing()
    factors = [max(1, min(factor, n // _SMALLEST)) for factor, n in zip(factors, size, strict=True)]
    left = [n // factor for n, factor in zip(size, factors, strict=True)]
    first = [(n - 1 - factor * (m - 1)) / 2 for n, m, factor in zip(size, left, factors, strict=True)]
    origin = image.TransformContinuousIndexToPhysicalPoint(first)
    apart = [h * factor for h, factor in zip(spacing, factors, strict=True)]
    return sitk.Resample(image, left, sitk.Transform(), sitk.sitkLinear, origin, apart, image.GetDirection())


def mutual_information() -> sitk.ImageRegistrationMethod:
    """Mattes mutual information on all voxels of the fixed image."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetInterpolator(sitk.sitkLinear)
    return method


def metric(fixed: sitk.Image, moving: sitk.Image, transform: sitk.Transform) -> float:
    """The metric for ``transform``, smaller is better; infinite where the images do not overlap."""
    method = mutual_information()
    method.SetInitialTransform(transform)
    try:
        return method.MetricEvaluate(fixed, moving)
    except RuntimeError:
        return float("inf")


def centre_of_mass(image: sitk.Image) -> np.ndarray:
    """In the frame, mm; brightness above the darkest value is the mass."""
    values = sitk.GetArrayViewFromImage(image).astype(np.float64)
    index = []
    for axis in reversed(range(values.ndim)):
        others = tuple(other for other in range(values.ndim) if other != axis)
        profile = values.sum(axis=others)
        index.append(float(profile @ np.arange(profile.size) / profile.sum()))
    return np.asarray(image.TransformContinuousIndexToPhysicalPoint(index))


def middle(image: sitk.Image) -> np.ndarray:
    """In the frame, mm."""
    return np.asarray(image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()]))
