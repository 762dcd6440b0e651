"""Slices of volumes, as images one voxel thick that stay where they were in the world."""

from __future__ import annotations

import math

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..geometry.grid import Grid
from ..report.planes import VIEWS, View, nearest_axes

_TILT = math.cos(math.radians(2.0))  # planes tilted by more cannot stand for each other


def parse_slice(text: str) -> tuple[View, int | None]:
    """``axial``, ``coronal`` or ``sagittal``, and after a colon the slice's number in the fixed image, from 1.

    Raises:
        InputError: it is none of these.
    """
    name, colon, number = text.partition(":")
    views = {view.name.lower(): view for view in VIEWS}
    if name.lower() not in views or (colon and not (number.isdecimal() and int(number) > 0)):
        raise InputError(f"The slice is '{text}'.", "Use axial, coronal or sagittal, with a number: axial:97.")
    return views[name.lower()], int(number) if colon else None


def take_slices(images: dict[str, sitk.Image], view: View, number: int | None) -> tuple[dict[str, sitk.Image], str]:
    """The same slice of the world out of each volume, and its name.

    Args:
        images: volumes by role, the fixed image's among them.
        view: across which world axis is cut.
        number: slice of the fixed image, from 1 as the pictures count; the middle one if None.

    Returns:
        by role, images one voxel thick, at most half a voxel from where they were, all in the plane of the fixed
        slice; and its name, such as "axial slice 97 of 193".

    Raises:
        InputError: an image has no such slice.
    """
    grid, axis = _cut_axis(images["fixed"], view, "fixed image")
    n = grid.size[axis]
    if number is not None and number > n:
        raise InputError(f"The fixed image has no {view.name.lower()} slice {number}.", f"It has {n}, counted from 1.")
    middle = np.array([(size - 1) / 2 for size in grid.size])
    middle[axis] = n // 2 if number is None else number - 1
    centre, normal = grid.world(middle), grid.rotation[:, axis]
    cut = {role: _slice(image, view, centre, normal, role.replace("_", " ")) for role, image in images.items()}
    return cut, f"{view.name.lower()} slice {round(middle[axis]) + 1} of {n}"


def _slice(image: sitk.Image, view: View, centre: np.ndarray, normal: np.ndarray, role: str) -> sitk.Image:
    grid, axis = _cut_axis(image, view, role)
    if abs(float(grid.rotation[:, axis] @ normal)) < _TILT:
        raise InputError(
            f"The {role} volume is tilted against the fixed one: their slices do not lie in one plane.",
            "Resample it onto the fixed image's grid first.",
        )
    index = round(float(grid.index(centre)[axis]))
    if not 0 <= index < grid.size[axis]:
        raise InputError(f"The {role} volume does not reach the slice of the fixed image.", "Choose another slice.")
    size, start = list(grid.size), [0] * 3
    size[axis], start[axis] = 1, index
    cut = sitk.RegionOfInterest(image, size, start)
    origin = np.asarray(cut.GetOrigin())
    here = Grid.of(cut).world(np.array([(n - 1) / 2 for n in size]))
    cut.SetOrigin((origin + normal * float((centre - here) @ normal)).tolist())
    return cut


def _cut_axis(image: sitk.Image, view: View, role: str) -> tuple[Grid, int]:
    """The image's grid, and the axis that runs through its slices."""
    grid = Grid.of(image)
    if len(grid.axes) < 3:
        raise InputError(f"The {role} is flat: there is nothing to slice.", "Leave --slice out.")
    (through,) = {0, 1, 2} - {view.across, view.down}
    return grid, nearest_axes(grid)[through]
