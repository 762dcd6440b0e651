"""The initial transform A: what was given, or what SimpleITK finds, coarse to fine and from several starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import SimpleITK as sitk

from ..files.reading import read_transform
from ..similarity.channel import Scan
from . import devices
from .coarse import COARSE, Frame, centre_of_mass, metric, middle, mutual_information, reduced, thinned

Check = Callable[[], None]  # raises Cancelled when the caller wants the run to stop
_FINE = 80  # voxels of the longest axis
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
    frame = Frame(fixed.grid, moving.grid)
    pair = frame.image(fixed), frame.image(moving)
    found = _translations(*pair)["centres of mass"] if how == "center" else _search(*pair, how, check)
    return frame.lift(found, unit)


def _search(fixed: sitk.Image, moving: sitk.Image, how: str, check: Check) -> sitk.Transform:
    """Rigid from the most promising starts, coarsely; then the best of them rigid and affine, finer."""
    with devices.threads(1):  # what several threads add up differs in the last digits from run to run
        return _searched(fixed, moving, how, check)


def _searched(fixed: sitk.Image, moving: sitk.Image, how: str, check: Check) -> sitk.Transform:
    coarse = reduced(fixed, COARSE), reduced(moving, COARSE)
    found = [_optimised(*coarse, start, check) for start in _promising(*coarse)]
    best = min(found, key=lambda transform: metric(*coarse, transform))
    fine = thinned(reduced(fixed, _FINE)), reduced(moving, _FINE)
    best = _optimised(*fine, best, check)
    return _optimised(*fine, _as_affine(best), check) if how == "affine" else best


def _promising(fixed: sitk.Image, moving: sitk.Image) -> list[Rigid]:
    """Of all starts, the best-looking unturned one and the best-looking others."""
    unturned, turned = _starts(fixed, moving)
    looks = {id(start): metric(fixed, moving, start) for start in unturned + turned}
    unturned.sort(key=lambda start: looks[id(start)])
    others = sorted(unturned[1:] + turned, key=lambda start: looks[id(start)])
    return [unturned[0], *others[: _STARTS - 1]]


def _optimised(
    fixed: sitk.Image,
    moving: sitk.Image,
    start: Linear,
    check: Check,
) -> Linear:
    """The nearest optimum from ``start``; ``start`` itself where the optimiser finds no overlap."""
    method = mutual_information()
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
    centre = centre_of_mass(fixed)
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
        "centres of mass": centre_of_mass(moving) - centre_of_mass(fixed),
        "middles": middle(moving) - middle(fixed),
    }
    return {name: sitk.TranslationTransform(fixed.GetDimension(), shift.tolist()) for name, shift in shifts.items()}


def _as_affine(rigid: Rigid) -> sitk.AffineTransform:
    affine = sitk.AffineTransform(rigid.GetDimension())
    affine.SetCenter(rigid.GetCenter())
    affine.SetMatrix(rigid.GetMatrix())
    affine.SetTranslation(rigid.GetTranslation())
    return affine
