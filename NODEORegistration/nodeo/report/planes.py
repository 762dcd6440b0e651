"""Which slices are shown, and how they are turned for the reader.

They hang the way a radiologist hangs them: the patient's right on the reader's left, front or head up. A plane is cut
out of an image before anything else is done with it, so that only the few slices shown are ever turned, deformed or
coloured.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

import numpy as np
import SimpleITK as sitk

from ..geometry.grid import Grid
from .content import Content


class View(NamedTuple):
    """A way to look at the patient: which world axes (LPS) run across and down, and what is at the left and on top."""

    name: str
    across: int
    down: int
    down_sign: int
    left: str
    top: str


VIEWS = (
    View("Axial", across=0, down=1, down_sign=1, left="R", top="A"),
    View("Coronal", across=0, down=2, down_sign=-1, left="R", top="S"),
    View("Sagittal", across=1, down=2, down_sign=-1, left="A", top="S"),
)

PICTURE = View("", across=0, down=1, down_sign=1, left="", top="")


@dataclass(frozen=True)
class Plane:
    """One slice of a grid.

    Attributes:
        view: how it is looked at.
        start: first index of the region that is cut, x first.
        size: points of that region, 1 across the slice.
        across: axis of the grid that runs across the picture.
        down: axis of the grid that runs down the picture.
        mirrored: whether the first column of the picture has the highest index.
        upended: whether the first row of the picture has the highest index.
    """

    view: View
    start: tuple[int, ...]
    size: tuple[int, ...]
    across: int
    down: int
    mirrored: bool
    upended: bool

    def cut(self, image: sitk.Image) -> sitk.Image:
        """The slice of ``image``, of as many dimensions as the image."""
        return sitk.RegionOfInterest(image, self.size, self.start)

    def turn(self, values: np.ndarray) -> np.ndarray:
        """Values of the slice, [D, H, W, ...] as SimpleITK orders them, as a picture [rows, columns, ...]."""
        last = len(self.size) - 1
        picture = np.moveaxis(values, (last - self.down, last - self.across), (0, 1))
        if len(self.size) == 3:
            picture = picture[:, :, 0]
        return picture[:: -1 if self.upended else 1, :: -1 if self.mirrored else 1]

    def picture(self, image: sitk.Image) -> np.ndarray:
        """The slice of a scalar ``image`` as a picture [rows, columns]."""
        return np.nan_to_num(self.turn(sitk.GetArrayFromImage(self.cut(image))).astype(np.float32))

    def extent(self, grid: Grid) -> tuple[float, float]:
        """Width and height of the picture, mm."""
        return self.size[self.across] * grid.spacing[self.across], self.size[self.down] * grid.spacing[self.down]

    def title(self, grid: Grid) -> str:
        """The name of the view and, in a volume, which slice this is, counted from 1."""
        cut = [axis for axis in grid.axes if axis not in (self.across, self.down)]
        return self.view.name + "".join(f" {self.start[axis] + 1}/{grid.size[axis]}" for axis in cut)


def nearest_axes(grid: Grid) -> tuple[int, ...]:
    """For each world axis the axis of the grid that lies closest to it, each used once."""
    cosines = np.abs(grid.rotation)
    return max(permutations(range(grid.ndim)), key=lambda order: sum(cosines[w, a] for w, a in enumerate(order)))


def choose_planes(grid: Grid, content: Content) -> list[Plane]:
    """Axial, coronal and sagittal plane through the middle of the content, or the one plane that a flat image has."""
    if grid.ndim == 2:
        return [_plane(grid, content, PICTURE)]
    planes = [_plane(grid, content, view) for view in VIEWS]
    return [plane for plane in planes if {plane.across, plane.down} <= set(grid.axes)]


def _plane(grid: Grid, content: Content, view: View) -> Plane:
    nearest = nearest_axes(grid)
    across, down = nearest[view.across], nearest[view.down]
    start, size = list(content.start), list(content.size)
    for axis in set(range(grid.ndim)) - {across, down}:
        start[axis], size[axis] = content.centre[axis], 1
    mirrored = grid.rotation[view.across, across] < 0
    upended = grid.rotation[view.down, down] * view.down_sign < 0
    return Plane(view, tuple(start), tuple(size), across, down, bool(mirrored), bool(upended))
