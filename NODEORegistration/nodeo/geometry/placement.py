"""Where an image lies in the world: whether that can be believed."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from .grid import Grid

_SPACINGS = (1e-9, 1e9)  # mm: from an atom's to a planet's
_FARTHEST = 1e12  # mm
_SHEAR = 1e-3  # cosine between two axes; less is round-off in a header


def check_placed(image: sitk.Image, role: str) -> None:
    """Refuse an image whose header is no place in space; ``role`` names it in messages.

    Raises:
        InputError: its spacing, origin or direction is not finite, or out of all proportion, or its axes coincide.
    """
    grid = Grid.of(image)
    low, high = _SPACINGS
    if not all(low <= step <= high for step in grid.spacing):
        raise InputError(
            f"The {role} has a spacing of {_numbers(grid.spacing)} mm.",
            f"Correct its header: {low:g} to {high:g} mm are possible.",
        )
    if not all(abs(where) <= _FARTHEST for where in grid.origin):
        raise InputError(f"The {role} has its origin at {_numbers(grid.origin)} mm.", "Correct its header.")
    if not np.isfinite(grid.rotation).all() or abs(np.linalg.det(grid.rotation)) < _SHEAR:
        raise InputError(f"The {role} has the direction {_numbers(grid.direction)}.", "Correct its header.")


def check_straight(image: sitk.Image, role: str) -> None:
    """Refuse a sheared image.

    Raises:
        InputError: its axes are not at right angles.
    """
    cosines = Grid.of(image).rotation
    if not np.allclose(cosines.T @ cosines, np.eye(len(cosines)), atol=_SHEAR):
        raise InputError(
            f"The {role} is sheared: its axes are not at right angles to each other.",
            "Resample it to a grid without shear, or correct its header.",
        )


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)
