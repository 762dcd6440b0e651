"""Which similarity two images ask for: whether grey levels go together along a straight line, where the images begin.

Both are looked at on one coarse grid, under the initial transform. In small windows there, how well do they agree? It
is asked of the grey levels as they are, and after each image has been given the mean grey level that the other one has
where it is as bright: the best that any function of its grey levels can do. Of two scans of the same kind no function
does better than none at all; of a T1 and a FLAIR image it does.

Where grey levels do not go together along a line, volumes are compared by how each resembles itself (MIND-SSC): that is
local, which mutual information is not. A plane has four descriptors instead of twelve, too few to tell one place of a
tissue from the next: there it is mutual information, as long as any function is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.moving_map import MovingMap
from ..field.smoothing import averaging
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from ..settings import DECIDED
from ..similarity.channel import Scan

_COARSE = 40  # points of the longest axis
_SMALLEST = 8  # points an axis that are left
_RADIUS = 2  # of a window, points
_BINS = 16  # of the grey levels, for which a function has a value each
_LEVELS = 1024  # of the grey levels that have a rank of their own: less is round-off
_GAIN = 0.03  # of agreement, by a function of the grey levels: the same kind of scan gains up to .025, T1 and FLAIR .04
_SOME = 0.15  # agreement by a function of the grey levels; chance gives as much where images do not belong together
_FLAT = 1e-6  # mean standard deviation in the windows that counts as none, of grey levels in 0..1


@dataclass(frozen=True)
class Choice:
    """A similarity, and why.

    Attributes:
        name: of a similarity that can be computed.
        reason: one sentence with what was measured; empty if there was nothing to decide.
    """

    name: str
    reason: str = ""


def chosen(asked: str, fixed: Scan, moving: Scan, initial: InitialTransform) -> Choice:
    """The similarity for a pair.

    Args:
        asked: a name of ``nodeo.settings.SIMILARITIES``; ``auto`` and ``different`` are decided here.
        fixed, moving: scaled to 0..1.
        initial: A, fixed world -> moving world.
    """
    if asked not in DECIDED:
        return Choice(asked)
    straight, any_function = agreement(*_seen(fixed, moving, initial))
    numbers = f"agreement {straight:.2f}, after the best function of them {any_function:.2f}"
    if asked == "auto" and any_function - straight <= _GAIN:
        return Choice("lncc", f"The grey levels go together along a straight line: {numbers}.")
    by_function = any_function >= _SOME
    how = "go together by a function" if by_function else "hardly go together"
    return Choice("mi" if by_function and fixed.values.dim() == 2 else "mind", f"The grey levels {how}: {numbers}.")


def agreement(fixed: Tensor, moving: Tensor, weight: Tensor) -> tuple[float, float]:
    """How well two images agree in small windows, as they are and after the best function of the grey levels.

    Where the levels of one image are squeezed, a curve looks like more than a straight line. So the levels are also
    compared by their ranks, which no monotonic change alters, and the pair of numbers that lie closer is taken.

    Args:
        fixed, moving: [D, H, W], grey levels in 0..1.
        weight: [D, H, W] in 0..1, where both can be compared.

    Returns:
        covariance over standard deviations, both summed over the windows, in 0..1: its absolute value for the grey
        levels, and its mean over the functions from either image to the other.
    """
    levels = _agreement(fixed, moving, weight)
    ranks = _agreement(_ranks(fixed, weight), _ranks(moving, weight), weight)
    return min(levels, ranks, key=lambda pair: pair[1] - pair[0])


def _agreement(fixed: Tensor, moving: Tensor, weight: Tensor) -> tuple[float, float]:
    """As :func:`agreement`, of the grey levels as they are."""
    there, back = _explained(fixed, moving, weight), _explained(moving, fixed, weight)
    functions = 0.5 * (_local(there, moving, weight) + _local(back, fixed, weight))
    return abs(_local(fixed, moving, weight)), functions


def _seen(fixed: Scan, moving: Scan, initial: InitialTransform) -> tuple[Tensor, Tensor, Tensor]:
    """Both images and where they count, [D, H, W] on a coarse grid of the fixed image."""
    stretch = abs(initial.determinant) ** (1.0 / len(initial.matrix))
    apart = min(_longest(fixed.grid), _longest(moving.grid) / stretch) / _COARSE
    there, grid = _reduced(fixed.values, fixed.grid, apart)
    here, moving_grid = _reduced(moving.values, moving.grid, apart * stretch)
    lattice = Lattice(grid, there.device)
    points = MovingMap(lattice, moving_grid, initial)(lattice.zeros())
    weight = (points.abs() <= 1.0).all(0).to(there)
    if fixed.mask is not None:
        weight = weight * _reduced(fixed.mask, fixed.grid, apart)[0]
    if moving.mask is not None:
        weight = weight * sample(_reduced(moving.mask, moving.grid, apart * stretch)[0][None], points)[0]
    return there, sample(here[None], points)[0], weight


def _longest(grid: Grid) -> float:
    """Extent of the longest axis."""
    return max(n * h for n, h in zip(reversed(grid.shape), grid.step, strict=True))


def _reduced(values: Tensor, grid: Grid, apart: float) -> tuple[Tensor, Grid]:
    """Means of ``values`` [D, H, W] over boxes about as wide as ``apart``, and the grid of their middles."""
    sizes = list(reversed(grid.shape))
    factors = [max(1, min(round(apart / h), n // _SMALLEST)) for h, n in zip(grid.step, sizes, strict=True)]
    left = [n // factor for n, factor in zip(sizes, factors, strict=True)]
    first = [(n - m * factor) // 2 for n, m, factor in zip(sizes, left, factors, strict=True)]
    for axis, (start, m, factor) in enumerate(zip(reversed(first), reversed(left), reversed(factors), strict=True)):
        values = values.narrow(axis, start, m * factor)
    pool = F.avg_pool3d if values.dim() == 3 else F.avg_pool2d
    middles = [start + (factor - 1) / 2 for start, factor in zip(first, factors, strict=True)]
    return pool(values[None, None], factors[::-1])[0, 0], grid.active_subgrid(middles, left, factors)


def _explained(image: Tensor, other: Tensor, weight: Tensor) -> Tensor:
    """The mean of ``other`` over all voxels where ``image`` is as bright as here, [D, H, W]."""
    level = (image.clamp(0.0, 1.0) * _BINS).long().clamp_(max=_BINS - 1).flatten()
    count = torch.bincount(level, weight.flatten().double(), _BINS)
    total = torch.bincount(level, (weight * other).flatten().double(), _BINS)
    return (total / count.clamp(min=1e-9))[level].view_as(image).to(image)


def _ranks(image: Tensor, weight: Tensor) -> Tensor:
    """Share of the counted voxels that are darker, [D, H, W]; of equals, half are."""
    level = (image.clamp(0.0, 1.0) * (_LEVELS - 1)).round().long()
    count = torch.bincount(level.flatten(), weight.flatten().double(), _LEVELS)
    darker = count.cumsum(0) - 0.5 * count
    return (darker / count.sum().clamp(min=1e-9))[level].to(image)


def _local(one: Tensor, other: Tensor, weight: Tensor) -> float:
    """Covariance over standard deviations, both summed over the windows, -1..1; 0 where one image is flat."""
    box = averaging(one.shape, [min(_RADIUS, (n - 1) // 2) for n in one.shape], device=one.device)
    share, *sums = box.product(
        torch.stack([weight, *(weight * part for part in (one, other, one * one, other * other, one * other))]),
        box.bands,
    )
    mean, other_mean, square, other_square, product = (part / share.clamp(min=1e-6) for part in sums)
    covariance = weight * (product - mean * other_mean)
    variances = (square - mean**2).clamp(min=0.0) * (other_square - other_mean**2).clamp(min=0.0)
    deviations = (weight * variances.sqrt()).sum()
    return float(covariance.sum() / deviations) if deviations > _FLAT * weight.sum() else 0.0
