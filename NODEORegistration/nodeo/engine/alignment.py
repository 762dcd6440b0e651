"""The initial transform A: what was given, or what SimpleITK finds, coarse to fine and from several starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..field.initial_transform import affine
from ..files.reading import read_transform
from ..geometry.grid import Grid
from ..similarity.channel import Scan
from . import devices

Check = Callable[[], None]  # raises Cancelled when the caller wants the run to stop
_COARSE, _FINE = 32, 80  # voxels of the longest axis
_SAMPLES = 30_000  # points of the fixed image, about, where the images are compared
_SMALLEST = 8  # voxels an axis that are left of it
_STARTS = 5  # tried out coarsely

Linear = TypeVar("Linear", bound=sitk.Transform)
Rigid = sitk.VersorRigid3DTransform | sitk.Euler2DTransform  # a versor turns about no axis before another


def initial_transform(fixed: Scan, moving: Scan, how: str, check: Check) -> sitk.Transform:
    """A transform fixed world -> moving world.

    Args:
        how: ``identity``, ``center`` (centres of mass), ``rigid``, ``affine``, or the path of a transform file.

    Raises:
        InputError: ``how`` is a file that cannot be read, or the images are two slices that are not parallel.
    """
    ndim = fixed.grid.ndim
    if how == "identity":
        return sitk.Transform(ndim, sitk.sitkIdentity)
    if how not in ("center", "rigid", "affine"):
        return read_transform(how)
    unit = min(fixed.grid.step)  # steps of the search are in voxels, whatever unit the headers count in
    fixed, moving = fixed.scaled(1.0 / unit), moving.scaled(1.0 / unit)
    frame = _Frame(fixed.grid, moving.grid)
    pair = frame.image(fixed), frame.image(moving)
    found = _translations(*pair)["centres of mass"] if how == "center" else _search(*pair, how, check)
    return frame.lift(found, unit)


class _Frame:
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


def _search(fixed: sitk.Image, moving: sitk.Image, how: str, check: Check) -> sitk.Transform:
    """Rigid from the most promising starts, coarsely; then the best of them rigid and affine, finer."""
    with devices.threads(1):  # what several threads add up differs in the last digits from run to run
        return _searched(fixed, moving, how, check)


def _searched(fixed: sitk.Image, moving: sitk.Image, how: str, check: Check) -> sitk.Transform:
    coarse = _reduced(fixed, _COARSE), _reduced(moving, _COARSE)
    found = [_optimised(*coarse, start, check) for start in _promising(*coarse)]
    best = min(found, key=lambda transform: _value(*coarse, transform))
    fine = _thinned(_reduced(fixed, _FINE)), _reduced(moving, _FINE)
    best = _optimised(*fine, best, check)
    return _optimised(*fine, _as_affine(best), check) if how == "affine" else best


def _promising(fixed: sitk.Image, moving: sitk.Image) -> list[Rigid]:
    """Of all starts, the best-looking unturned one and the best-looking others."""
    unturned, turned = _starts(fixed, moving)
    looks = {id(start): _value(fixed, moving, start) for start in unturned + turned}
    unturned.sort(key=lambda start: looks[id(start)])
    others = sorted(unturned[1:] + turned, key=lambda start: looks[id(start)])
    return [unturned[0], *others[: _STARTS - 1]]


def _reduced(image: sitk.Image, longest: int) -> sitk.Image:
    """``image``, smoothed and thinned so that no axis is much longer than ``longest`` and voxels are about cubes."""
    extent = max(n * s for n, s in zip(image.GetSize(), image.GetSpacing(), strict=True))
    target = extent / longest
    factors = [round(target / s) for s in image.GetSpacing()]
    return _every(sitk.SmoothingRecursiveGaussian(image, 0.5 * target), factors)


def _thinned(image: sitk.Image) -> sitk.Image:
    """A regular sample of the voxels of ``image``."""
    apart = math.ceil((image.GetNumberOfPixels() / _SAMPLES) ** (1 / image.GetDimension()))
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


def _method() -> sitk.ImageRegistrationMethod:
    """Mattes mutual information on all voxels of the fixed image."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetInterpolator(sitk.sitkLinear)
    return method


def _value(fixed: sitk.Image, moving: sitk.Image, transform: sitk.Transform) -> float:
    """The metric for ``transform``, smaller is better; infinite where the images do not overlap."""
    method = _method()
    method.SetInitialTransform(transform)
    try:
        return method.MetricEvaluate(fixed, moving)
    except RuntimeError:
        return float("inf")


def _optimised(
    fixed: sitk.Image,
    moving: sitk.Image,
    start: Linear,
    check: Check,
) -> Linear:
    """The nearest optimum from ``start``; ``start`` itself where the optimiser finds no overlap."""
    method = _method()
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=0.5, minStep=5e-4, numberOfIterations=300, relaxationFactor=0.7, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScalesFromPhysicalShift()
    transform = type(start)(start)
    method.SetInitialTransform(transform, inPlace=True)
    stopped: list[BaseException] = []

    def each_iteration() -> None:
        try:
            check()
        except BaseException as reason:  # it may not pass through SimpleITK: stop there, go on raising here
            stopped.append(reason)
            method.StopRegistration()

    method.AddCommand(sitk.sitkIterationEvent, each_iteration)
    try:
        method.Execute(fixed, moving)
    except RuntimeError:
        transform = start
    if stopped:
        raise stopped[0]
    return transform


def _starts(fixed: sitk.Image, moving: sitk.Image) -> tuple[list[Rigid], list[Rigid]]:
    """Each translation unturned, and each turned by 20 degrees either way about each axis."""
    k = fixed.GetDimension()
    turn = np.deg2rad(20)
    turns = [sign * turn * axis for axis in np.eye(3)[0 if k == 3 else 2 :] for sign in (1, -1)]
    centre = _centre_of_mass(fixed)
    translations = _translations(fixed, moving).values()
    unturned = [_rigid(centre, translation, np.zeros(3)) for translation in translations]
    return unturned, [_rigid(centre, translation, angles) for translation in translations for angles in turns]


def _rigid(centre: np.ndarray, translation: sitk.TranslationTransform, angles: np.ndarray) -> Rigid:
    rigid: Rigid
    if len(centre) == 3:
        rigid = sitk.VersorRigid3DTransform()
        angle = float(np.linalg.norm(angles))
        rigid.SetRotation((angles / angle).tolist() if angle else (1.0, 0.0, 0.0), angle)
    else:
        rigid = sitk.Euler2DTransform()
        rigid.SetAngle(angles[2])
    rigid.SetCenter(centre.tolist())
    rigid.SetTranslation(translation.GetOffset())
    return rigid


def _translations(fixed: sitk.Image, moving: sitk.Image) -> dict[str, sitk.TranslationTransform]:
    shifts = {
        "none": np.zeros(fixed.GetDimension()),
        "centres of mass": _centre_of_mass(moving) - _centre_of_mass(fixed),
        "middles": _middle(moving) - _middle(fixed),
    }
    return {name: sitk.TranslationTransform(fixed.GetDimension(), shift.tolist()) for name, shift in shifts.items()}


def _as_affine(rigid: Rigid) -> sitk.AffineTransform:
    affine = sitk.AffineTransform(rigid.GetDimension())
    affine.SetCenter(rigid.GetCenter())
    affine.SetMatrix(rigid.GetMatrix())
    affine.SetTranslation(rigid.GetTranslation())
    return affine


def _centre_of_mass(image: sitk.Image) -> np.ndarray:
    """In the frame, mm; brightness above the darkest value is the mass."""
    values = sitk.GetArrayViewFromImage(image).astype(np.float64)
    index = []
    for axis in reversed(range(values.ndim)):
        others = tuple(other for other in range(values.ndim) if other != axis)
        profile = values.sum(axis=others)
        index.append(float(profile @ np.arange(profile.size) / profile.sum()))
    return np.asarray(image.TransformContinuousIndexToPhysicalPoint(index))


def _middle(image: sitk.Image) -> np.ndarray:
    """In the frame, mm."""
    return np.asarray(image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()]))
