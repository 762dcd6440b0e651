"""Points of both images, in pairs: the same place in the body, seen twice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..files.points import PointList


@dataclass(frozen=True, eq=False)
class PointPairs:
    """Corresponding points: row i of one is row i of the other.

    Attributes:
        fixed, moving: [n, 2] or [n, 3] as the images have dimensions; world mm, LPS.
        names: one each, or ().
    """

    fixed: np.ndarray
    moving: np.ndarray
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.fixed)

    def name(self, number: int) -> str:
        """What a pair is called: its label, or its number from 1."""
        return (self.names[number] if self.names else "") or str(number + 1)

    def scaled(self, factor: float) -> PointPairs:
        """The same in a world measured in another unit: all lengths times ``factor``."""
        return replace(self, fixed=factor * self.fixed, moving=factor * self.moving)


def paired(fixed: PointList, moving: PointList, dimension: int) -> PointPairs:
    """Two lists as pairs: by their labels if these differ from each other and the lists share any, else by their order.

    Args:
        dimension: of the images; a third coordinate is left out for 2-D ones.

    Raises:
        InputError: a point has no partner, or has too few coordinates.
    """
    for role, points in (("fixed", fixed), ("moving", moving)):
        if points.positions.shape[1] < dimension:
            raise InputError(
                f"The {role} points have {points.positions.shape[1]} coordinates, the images {dimension}.",
                "Give x, y and z.",
            )
    here, there = fixed.positions[:, :dimension], moving.positions[:, :dimension]
    if not _by_label(fixed, moving):
        if len(here) != len(there):
            raise InputError(
                f"There are {len(here)} fixed points and {len(there)} moving points.",
                "Give each fixed point its partner, in the same order or with the same label.",
            )
        return PointPairs(here, there, fixed.labels if any(fixed.labels) else ())
    lonely = sorted(set(fixed.labels) ^ set(moving.labels))
    if lonely:
        image = "fixed" if lonely[0] in fixed.labels else "moving"
        raise InputError(
            f"The {image} point '{lonely[0]}' has no partner of that label.",
            "Give it one, or take it out; without labels points are paired by their order.",
        )
    order = [moving.labels.index(label) for label in fixed.labels]
    return PointPairs(here, there[order], fixed.labels)


def _by_label(fixed: PointList, moving: PointList) -> bool:
    """Whether every point has a label of its own, and the lists have one in common."""
    distinct = all(all(points.labels) and len(set(points.labels)) == len(points.labels) for points in (fixed, moving))
    return distinct and not set(fixed.labels).isdisjoint(moving.labels)
