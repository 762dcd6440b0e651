"""The levels of a registration: which box, which image grid, which velocity grid.

The velocity lives on a *domain*: a box around the content of both images, a margin wider, that may reach beyond the
fixed image. All its node grids share the box, so that a field of any level can be sampled at the points of any other.
The images are compared on the fixed image's own voxels, inside the domain, at points of its lattice. Whatever is placed
here lies as it does whichever way the axes run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry.boxes import occupied_box
from ..geometry.domain import SMALLEST_LEVEL, Domain, Level, shrink_factors
from ..geometry.grid import Grid
from ..models import Model
from ..settings import Settings
from ..similarity.channel import Scan

REACH = 0.15  # of the fixed content's width: as far beyond it the domain follows the moving content
FEW_VOXELS = 300_000  # an image with no more content than this can afford a velocity node at each voxel


@dataclass(frozen=True)
class _Asked:
    """A level as the settings ask for it.

    Attributes:
        factor: fixed voxels between two of the level's.
        node: fixed voxels between two velocity nodes; None: by image size.
    """

    factor: int
    node: int | None
    iterations: int
    steps: int

    @classmethod
    def all(cls, settings: Settings, planes: bool) -> list[_Asked]:
        """Coarse to fine; of planes, unless there is one level only, with more before, each twice as coarse."""
        nodes = settings.per_level("node_spacing") if settings.node_spacing else (None,) * len(settings.levels)
        iterations, steps = settings.per_level("iterations"), settings.per_level("steps")
        asked = [cls(*each) for each in zip(settings.levels, nodes, iterations, steps, strict=True)]
        for _ in range(settings.plane_levels if planes and len(asked) > 1 else 0):
            first = asked[0]
            node = None if first.node is None else 2 * first.node
            asked.insert(0, replace(first, factor=2 * first.factor, node=node))
        return asked


def plan(
    fixed: Scan, moving_box: np.ndarray, model: Model, settings: Settings, domain: Domain | None = None
) -> tuple[Domain, list[Level]]:
    """The domain and the levels, coarse to fine.

    Args:
        moving_box: first and last fixed index [k, 2] (x first) of the moving content, brought to the fixed grid.
        domain: the one to have, planned for the same fixed image under the same settings; None: a new one.
    """
    grid = fixed.grid
    sizes = np.array([grid.size[axis] for axis in grid.axes])
    guard = settings.lncc_window // 2 + 1
    first, last = _content(fixed, sizes, guard, settings.crop and not model.whole_image)
    width = last - first + 1
    asked = _Asked.all(settings, planes=len(sizes) == 2)
    shrinks = [shrink_factors(grid, level.factor * min(grid.step), width) for level in asked]
    kept = [
        (level, shrink)
        for place, (level, shrink) in enumerate(zip(asked, shrinks, strict=True))
        if _fits(width, shrink, place, shrinks, settings)
    ]
    nodes = _node_factors(grid, width, kept, model, settings.max_voxels)
    decoder = model.decoder_factors(grid, width, nodes[0])
    coarsest = np.max([*nodes, decoder] if decoder else nodes, axis=0)
    if domain is None:
        domain = _domain(fixed, first, last, moving_box, coarsest)
    if fixed.mask is not None:
        box = occupied_box(fixed.mask.numpy() > 0)[::-1]
        first, last = _grown(box, guard, (SMALLEST_LEVEL + 1) * np.max(shrinks, axis=0), first, last)
    levels = []
    for (level, shrink), node in zip(kept, nodes, strict=True):
        start, image_grid = _image_grid(domain, first, last, shrink)
        node_grid = domain.nodes(node)
        levels.append(Level(shrink, start, image_grid, node, node_grid, level.iterations, level.steps, decoder))
    return domain, levels


def _fits(sizes: np.ndarray, shrink, level: int, shrinks: list, settings: Settings) -> bool:
    """Whether a level is within ``max_voxels``, and not the same as the one before; the coarsest always is."""
    if level == 0:
        return True
    if shrink == shrinks[level - 1]:
        return False
    return int(np.prod((sizes - 1) // np.array(shrink) + 1)) <= settings.max_voxels


def _node_factors(
    grid: Grid, sizes: np.ndarray, levels: list[tuple[_Asked, tuple[int, ...]]], model: Model, most: int
) -> list[tuple[int, ...]]:
    """Voxels between velocity nodes at each level, x first; never finer than the level's voxels.

    Unless told otherwise, every voxel of a level is a node, but in a large image nodes are at least two voxels apart,
    and in one that is too large for a level of all its voxels (``most``), at least four.
    """
    if model.whole_image:
        return [(1,) * len(sizes)]
    least = 1 if int(np.prod(sizes)) <= FEW_VOXELS else 2
    while int(np.prod(sizes)) > most * max(1, least // 2) ** len(sizes):
        least *= 2
    factors: list[tuple[int, ...]] = []
    for level, shrink in levels:
        wanted = max(level.factor, least) if level.node is None else level.node
        node = shrink_factors(grid, wanted * min(grid.step), sizes)
        before = factors[-1] if factors else node
        factors.append(tuple(max(s, min(n, b)) for s, n, b in zip(shrink, node, before, strict=True)))
    return factors


def _domain(fixed: Scan, first: np.ndarray, last: np.ndarray, moving_box: np.ndarray, coarsest: np.ndarray) -> Domain:
    """A box around both contents, two coarsest nodes wider, of whole coarsest-node intervals.

    What the content has more than whole intervals is shared by both of its ends: turning the axes round turns the box
    round.
    """
    reach = np.ceil(REACH * (last - first + 1))
    low = np.minimum(first, np.maximum(moving_box[:, 0], first - reach)) - 2 * coarsest
    high = np.maximum(last, np.minimum(moving_box[:, 1], last + reach)) + 2 * coarsest
    spare = (last - first) % coarsest
    begin = first + spare // 2 + (spare % 2) * (1 - _heavier_below(fixed, first, last))
    end = begin + (last - first) - spare
    start = begin - np.ceil((begin - low) / coarsest).astype(int) * coarsest
    length = end + np.ceil((high - end) / coarsest).astype(int) * coarsest - start
    margin = tuple(2 * int(c) for c in coarsest)
    return Domain(fixed.grid, tuple(int(s) for s in start), tuple(int(n) for n in length), margin)


def _heavier_below(fixed: Scan, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Along each active axis, x first, 1 if most of the image's brightness lies in the first half of a box, else 0.

    It decides between two ends in a way that goes round with the axes.
    """
    values = fixed.values.numpy()
    below = []
    for axis, (a, b) in enumerate(zip(first, last, strict=True)):
        others = tuple(other for other in range(values.ndim) if other != values.ndim - 1 - axis)
        profile = values.sum(others, dtype=np.float64)[int(a) : int(b) + 1]
        below.append(float(profile @ (np.arange(profile.size) - 0.5 * (profile.size - 1))) < 0)
    return np.array(below, dtype=int)


def _image_grid(
    domain: Domain, first: np.ndarray, last: np.ndarray, shrink: tuple[int, ...]
) -> tuple[tuple[int, ...], Grid]:
    """The points, ``shrink`` voxels apart, of the domain's lattice that lie in the box [first, last]."""
    every, start = np.array(shrink), np.array(domain.start)
    begin = start - (start - first) // every * every
    size = (last - begin) // every + 1
    return tuple(int(i) for i in begin), domain.grid.active_subgrid(begin.tolist(), size.tolist(), shrink)


def _content(fixed: Scan, sizes: np.ndarray, guard: int, crop: bool) -> tuple[np.ndarray, np.ndarray]:
    """First and last index, x first, of what is worth working on: content and mask, a window wider."""
    box = fixed.content[::-1] if crop else np.stack([np.zeros_like(sizes), sizes - 1], 1)
    if fixed.mask is not None:
        masked = occupied_box(fixed.mask.numpy() > 0)[::-1]
        box = np.stack([np.minimum(box[:, 0], masked[:, 0]), np.maximum(box[:, 1], masked[:, 1])], 1)
    return _grown(box, guard, np.full(len(sizes), SMALLEST_LEVEL), np.zeros_like(sizes), sizes - 1)


def _grown(box: np.ndarray, guard: int, least: np.ndarray, first: np.ndarray, last: np.ndarray):
    """``box`` [k, 2] widened by ``guard``, and to ``least`` points, as far as [first, last] allows."""
    low, high = box[:, 0] - guard, box[:, 1] + guard
    short = np.maximum(least - (high - low + 1), 0)
    low, high = low - (short + 1) // 2, high + (short + 1) // 2
    low, high = low - np.maximum(high - last, 0), high + np.maximum(first - low, 0)  # what one side cannot give
    return np.maximum(low, first), np.minimum(high, last)
