"""The initial transform A: what was given, or what is found."""

from __future__ import annotations

from dataclasses import dataclass

import SimpleITK as sitk
import torch
from torch import Tensor

from ..files.reading import read_transform
from ..settings import ALIGNED
from ..similarity.channel import Scan
from .climb import Check
from .frame import Frame
from .linear import Coarse, coarse, exact, fine
from .pair import Level, Pair
from .places import Places, identity
from .view import centre_of_mass

_AT_ALL = 0.04  # likeness, as of images in which chance finds so much: less is no reason to move at all
_BETTER = 0.01  # less is no reason to move more


@dataclass(frozen=True)
class Start:
    """Where a registration begins.

    Attributes:
        transform: fixed world -> moving world.
        notes: what a person should know of it.
    """

    transform: sitk.Transform
    notes: tuple[str, ...] = ()


def initial_transform(fixed: Scan, moving: Scan, how: str, check: Check, device: torch.device | str = "cpu") -> Start:
    """Where to begin, for images as they lie in the world, mm.

    Args:
        how: ``identity``, ``center`` (centres of mass), ``rigid``, ``similarity`` (rigid and a scale), ``affine``,
            ``auto`` (what of these the images ask for), or the path of a transform file.
        check: called again and again; it stops the search by raising.
        device: that works.

    Raises:
        InputError: ``how`` is a file that cannot be read, or the images are two slices that are not parallel.
    """
    if how == "identity":
        return Start(sitk.Transform(fixed.grid.ndim, sitk.sitkIdentity))
    if how not in ALIGNED:
        return Start(read_transform(how))
    unit = min(fixed.grid.step)  # lengths are counted in voxels, whatever unit the headers count in
    fixed, moving = fixed.scaled(1.0 / unit), moving.scaled(1.0 / unit)
    pair = Pair(fixed, moving, Frame(fixed.grid, moving.grid), torch.device(device))
    if how == "center":
        return Start(_lifted(_centred(pair), pair, unit))
    found = coarse(pair, "rigid" if how == "rigid" else "similarity", check)
    level = pair.level(exact(pair))
    if how == "auto":
        place = _simplest(pair, level, found, check)
        if place is None:
            return Start(sitk.Transform(pair.fixed.grid.ndim, sitk.sitkIdentity))
    else:
        place = fine(level, how, found.place, check)
    return Start(_lifted(place, pair, unit), _notes(found, unit))


def _simplest(pair: Pair, level: Level, found: Coarse, check: Check) -> Places | None:
    """Of the identity (None), the centres of mass, a rigid and an affine transform the last that is clearly better."""
    rigid = Places.taking(_turn(found.place.matrix), found.centre, found.place.about(found.centre))
    best, kept = float(level.score(identity(pair.k))), None
    for make in (
        lambda: _centred(pair),
        lambda: fine(level, "rigid", rigid, check),
        lambda: fine(level, "affine", found.place, check),
    ):
        place = make()
        score = float(level.score(place))
        if score > best + (_AT_ALL if kept is None else _BETTER):
            best, kept = score, place
    return kept


def _turn(matrix: Tensor) -> Tensor:
    """The rotations in similarities [b, k, k]."""
    return matrix / torch.linalg.det(matrix).abs()[:, None, None] ** (1.0 / matrix.shape[1])


def _centred(pair: Pair) -> Places:
    """The centres of mass on each other."""
    centres = []
    for scan in (pair.fixed, pair.moving):
        matrix, origin = pair.frame.placed(scan.grid)
        centres.append(torch.from_numpy(matrix) @ centre_of_mass(scan.values) + torch.from_numpy(origin))
    return Places.taking(identity(pair.k).matrix, *centres)


def _lifted(place: Places, pair: Pair, unit: float) -> sitk.Transform:
    return pair.frame.lift(place.matrix[0].numpy(), place.offset[0].numpy(), unit)


def _notes(found: Coarse, unit: float) -> tuple[str, ...]:
    """That another start looks as good, if one does."""
    if not len(found.rivals):
        return ()
    rival = found.rivals[[0]]
    away = unit * float((rival.about(found.centre) - found.place.about(found.centre)).norm())
    return (
        f"The start is ambiguous: {away:.3g} mm away the images look nearly as alike. Look at the result; if it is the "
        "wrong place, start from a transform of your own.",
    )
