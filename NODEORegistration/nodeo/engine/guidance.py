"""What a person knows beside the two images: points that correspond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..errors import InputError, check_kind
from ..field.initial_transform import InitialTransform
from ..geometry.grid import Grid
from ..geometry.point_pairs import PointPairs
from ..settings import USES

_MOST_POINTS = 10_000
_UNCERTAIN = 3.0  # voxels: what two pairs may disagree by before they contradict each other
_HALF = 0.5 + 1e-3  # of a voxel, and round-off: so far from its centre a voxel reaches


@dataclass(frozen=True)
class Guidance:
    """What a registration is given beside the two images.

    Attributes:
        points: corresponding points, in world mm (LPS).
        points_for: ``measure`` the error at them, let them ``guide`` the deformation, or ``both``.
    """

    points: PointPairs | None = None
    points_for: str = "both"

    @property
    def guiding_points(self) -> PointPairs | None:
        """The points, where they guide."""
        return self.points if self.points_for in ("guide", "both") else None

    @property
    def measured_points(self) -> PointPairs | None:
        """The points, where they measure."""
        return self.points if self.points_for in ("measure", "both") else None

    @property
    def guides(self) -> bool:
        """Whether anything here has a say in the deformation."""
        return self.guiding_points is not None


def check_guidance(guidance: Guidance, fixed: sitk.Image, moving: sitk.Image) -> None:
    """Refuse guidance that cannot be used with these images.

    Raises:
        InputError: as the message says.
    """
    check_kind("argument guidance", guidance, Guidance)
    if guidance.points_for not in USES:
        raise InputError(f"The points are for '{guidance.points_for}'.", f"Choose one of {', '.join(USES)}.")
    if guidance.points is not None:
        check_kind("argument points", guidance.points, PointPairs)
        _check_points(guidance.points, fixed, moving)


def _check_points(pairs: PointPairs, fixed: sitk.Image, moving: sitk.Image) -> None:
    """Each point a place in its image, and in no other row."""
    roles = (("fixed", pairs.fixed, fixed), ("moving", pairs.moving, moving))
    for role, points, image in roles:
        k = image.GetDimension()
        if not isinstance(points, np.ndarray) or points.ndim != 2 or points.shape[1] != k or not len(points):
            shape = getattr(points, "shape", type(points).__name__)
            raise InputError(f"The {role} points have the shape {shape}.", f"Give rows of {k} coordinates in mm.")
    if len(pairs.fixed) != len(pairs.moving):
        raise InputError(
            f"There are {len(pairs.fixed)} fixed points and {len(pairs.moving)} moving points.",
            "Give each fixed point its partner.",
        )
    if len(pairs) > _MOST_POINTS:
        raise InputError(f"There are {len(pairs)} pairs of points.", f"Up to {_MOST_POINTS} are possible.")
    if pairs.names and len(pairs.names) != len(pairs):
        raise InputError(f"There are {len(pairs)} pairs of points and {len(pairs.names)} names.", "Give one each.")
    for role, points, image in roles:
        _check_places(role, points, Grid.of(image), pairs)


def _check_places(role: str, points: np.ndarray, grid: Grid, pairs: PointPairs) -> None:
    finite = np.isfinite(points).all(1)
    if not finite.all():
        number = int(np.flatnonzero(~finite)[0])
        raise InputError(f"The {role} point {pairs.name(number)} is not a number.", "Correct it, or take it out.")
    index, last = grid.index(points), np.array(grid.size) - 1
    outside = ((index < -_HALF) | (index > last + _HALF)).any(1)
    if outside.any():
        number = int(np.flatnonzero(outside)[0])
        place = ", ".join(f"{x:.5g}" for x in points[number])
        others = f", and so do {outside.sum() - 1} others" if outside.sum() > 1 else ""
        raise InputError(
            f"The {role} point {pairs.name(number)} at ({place}) mm lies outside the {role} image{others}.",
            "Points are in LPS, in mm: a file in RAS has the other sign in x and y.",
        )
    _, first, counts = np.unique(points.round(6), axis=0, return_index=True, return_counts=True)
    if (counts > 1).any():
        number = int(first[np.argmax(counts > 1)])
        raise InputError(f"The {role} point {pairs.name(number)} is there twice.", "Take one of the two out.")


def contradictions(pairs: PointPairs, initial: InitialTransform, fixed: Grid) -> tuple[str, ...]:
    """A note on pairs that no map without folds can follow: along the line between them, they change places.

    Args:
        fixed: grid of the fixed image.
    """
    start = np.array([initial.transform.TransformPoint(point) for point in pairs.fixed.tolist()])
    accused = np.zeros(len(pairs), dtype=int)
    for number in range(len(pairs)):
        apart, wanted = start - start[number], pairs.moving - pairs.moving[number]
        much = np.linalg.norm(wanted - apart, axis=1) > _UNCERTAIN * min(fixed.step)
        accused[number] = int((much & ((apart * wanted).sum(1) < 0)).sum())
    if not accused.any():
        return ()
    worst = int(accused.argmax())
    return (
        f"The pair of points {pairs.name(worst)} contradicts {accused[worst]} other"
        f"{'s' if accused[worst] > 1 else ''}: they change places. Look whether it was placed, or named, wrongly.",
    )
