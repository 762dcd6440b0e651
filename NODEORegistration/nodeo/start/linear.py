"""A rigid, similarity or affine start from anywhere: looked for everywhere, then climbed to, ever more finely."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .climb import Check, Climb, Wish
from .pair import Level, Pair, Resolution
from .places import SCALES, Places, bending, identity, joined, turned, unturned

LOOK = Resolution(samples=16, points=1000, bins=10)
COARSE = Resolution(samples=32, points=5000, bins=16)
FINE = Resolution(samples=80, points=30_000, bins=32)
_PLANE_WIDTH, _PLANE_SAMPLES = 3.0, 300  # of a plane, what is finer than so many voxels is not seen; samples, at most

# Places that are climbed from, and how far apart they lie, in radii of the image
_LIKELY, _LIKELY_APART = 24, 0.35
_UNTURNED, _UNTURNED_APART = 6, 0.2  # of those without a turn, at least
_PROMISING, _PROMISING_APART = 8, 0.1  # of what is reached
_NEAR = 2  # of those with a turn of less than _NEAR_TURN degrees, at least
_NEAR_TURN = 60.0
_EARLY, _LATE, _LAST = 15, 30, 60  # iterations
_SHORTEST = 0.02  # step, of the width of what is seen
_AWAY = 0.003  # of the likeness: what the fine look has to gain for the first coarse width that it leads away

# A rival of the best place
_AS_ALIKE = 0.9  # of its likeness, at least
_ELSEWHERE = 0.25  # of the image's radius away, at least
_TURNED = 30.0  # degrees, at most


@dataclass(frozen=True)
class Coarse:
    """Where the images are most alike, looked at coarsely.

    Attributes:
        place: one rigid transform or similarity.
        rivals: places elsewhere, not turned, where they are nearly as alike or more, most alike first.
        centre: [k], of the fixed image.
    """

    place: Places
    rivals: Places
    centre: Tensor


def coarse(pair: Pair, kind: str, check: Check) -> Coarse:
    """The best place anywhere, for a kind of transform: rigid or similarity."""
    look = pair.level(LOOK)
    places = _likely(look, (1.0,) if kind == "rigid" else SCALES)
    check()
    places, rank = _climbed(look, Climb(kind, 1.5, _SHORTEST, _EARLY), places, check)
    places = places[_promising(look, places, rank)]
    level = pair.level(COARSE)
    places, rank = _climbed(level, Climb(kind, 1.0, _SHORTEST, _LATE), places, check)
    score = rank - level.likely(places)
    first = int(rank.argmax())
    best = places[[first]]
    apart = (places.about(level.centre) - best.about(level.centre)).norm(dim=1)
    turn = Places(places.matrix @ torch.linalg.inv(best.matrix), places.offset).angle()
    rivals = (apart > _ELSEWHERE * level.radius) & (turn < _TURNED) & (score > _AS_ALIKE * score[first])
    order = score.masked_fill(~rivals, -torch.inf).argsort(descending=True, stable=True)
    return Coarse(best, places[order[: int(rivals.sum())]], level.centre)


def exact(pair: Pair) -> Resolution:
    """The resolution at which transforms are made exact: :data:`FINE`, but a plane, of few points, is seen closer."""
    if pair.k > 2:
        return FINE
    voxel = max(max(scan.grid.step) for scan in (pair.fixed, pair.moving))
    samples = min(max(FINE.samples, int(pair.extent / (_PLANE_WIDTH * voxel))), _PLANE_SAMPLES)
    return replace(FINE, samples=samples, points=max(FINE.points, samples**2))


def fine(level: Level, kind: str, places: Places, check: Check) -> Places:
    """Transforms of a kind (rigid, similarity or affine) that were found coarsely, made exact.

    Args:
        level: of the resolution that :func:`exact` tells.
    """
    at, back = places.about(level.centre), torch.linalg.inv(places.matrix)
    width = level.width * level.samples / COARSE.samples

    def wish(matrix: Tensor, offset: Tensor, rows: Tensor) -> Tensor:
        turned = (matrix - places.matrix[rows]).square().sum((1, 2)) * (level.radius**2 / at.shape[1])
        away = turned + (offset - at[rows]).square().sum(1)
        bent = bending(matrix @ back[rows]) if kind == "affine" else 0.0
        return bent - _AWAY / width**2 * away

    return _climbed(level, Climb(kind, 1.0, _SHORTEST, _LAST), places, check, wish)[0]


def _likely(level: Level, scales: tuple[float, ...]) -> Places:
    """The places from which to climb: none moved, the likeliest of all, and of those without a turn."""
    still = unturned(level.fixed, level.moving)
    every = joined(still, turned(level.fixed, level.moving, scales))
    rank = level.score(every) + level.likely(every)
    best = every.distinct(rank, level.centre, level.radius, _LIKELY_APART, _LIKELY)
    best += still.distinct(rank[: len(still)], level.centre, level.radius, _UNTURNED_APART, _UNTURNED)
    return joined(identity(len(level.centre)), every[list(dict.fromkeys(best))])


def _promising(level: Level, places: Places, rank: Tensor) -> list[int]:
    """Which are promising: the best, and the best that turn little."""
    near = (places.angle() < _NEAR_TURN).nonzero()[:, 0]
    best = places.distinct(rank, level.centre, level.radius, _PROMISING_APART, _PROMISING)
    among = places[near].distinct(rank[near], level.centre, level.radius, _PROMISING_APART, _NEAR)
    return list(dict.fromkeys([*best, *near[among].tolist()]))


def _climbed(
    level: Level, climb: Climb, places: Places, check: Check, wish: Wish | None = None
) -> tuple[Places, Tensor]:
    """Where places arrive, and their likeness with what is wished added: to be likely, unless it is said otherwise."""

    def likely(matrix: Tensor, offset: Tensor, rows: Tensor) -> Tensor:
        return level.likely(Places.taking(matrix, level.centre, offset))

    matrix, at, rank = climb(level, places.matrix, places.about(level.centre), check, wish or likely)
    return Places.taking(matrix, level.centre, at), rank
