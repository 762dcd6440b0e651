"""Which similarity two images ask for: whether grey levels go together along a straight line, where the images begin.

Both are looked at on one coarse grid, under the initial transform. In small windows there, how well do they correlate?
It is asked of the grey levels as they are, and after each image has been given the mean grey level that the other one
has where it is as bright: the best that any function of its grey levels can do. The function is learnt in one half of
the image and tried in the other, so that it gains nothing by chance. Of two scans of the same kind no function does
better than none at all; of a T1 and a FLAIR image it does.

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
_GAIN = 0.02  # of agreement, by a function of the grey levels: see Testing/benchmarks/contrast.py
_SOME = 0.15  # agreement by a function of the grey levels: less is as good as none
_TEXTURE = 1e-4  # variance in a window, of grey levels in 0..1, with which it counts half
_SHOWN = 1e-6  # share of the windows' weight that is texture: less is none
_CONSTANT = 1e-8  # variance in a window that is round-off


@dataclass(frozen=True)
class Choice:
    """A similarity, and why.

    Attributes:
        name: of a similarity that can be computed.
        reason: one sentence with what was measured; empty if there was nothing to decide.
        gain: of agreement by a function of the grey levels.
    """

    name: str
    reason: str = ""
    gain: float = 0.0


def chosen(
    asked: str, fixed: Scan, moving: Scan, initial: InitialTransform, device: torch.device | str = "cpu"
) -> Choice:
    """The similarity for a pair.

    Args:
        asked: a name of ``nodeo.settings.SIMILARITIES``; ``auto`` and ``different`` are decided here.
        fixed, moving: scaled to 0..1.
        initial: A, fixed world -> moving world.
        device: that reduces the images; what is left is little.
    """
    if asked not in DECIDED:
        return Choice(asked)
    straight, any_function = agreement(*_seen(fixed, moving, initial, device))
    numbers = f"agreement {straight:.2f}, after the best function of them {any_function:.2f}"
    gain = any_function - straight
    if asked == "auto" and gain <= _GAIN:
        return Choice("lncc", f"The grey levels go together along a straight line: {numbers}.", gain)
    by_function = any_function >= _SOME
    how = "go together by a function" if by_function else "hardly go together"
    name = "mi" if by_function and fixed.values.dim() == 2 else "mind"
    return Choice(name, f"The grey levels {how}: {numbers}.", gain)


def agreement(fixed: Tensor, moving: Tensor, weight: Tensor) -> tuple[float, float]:
    """How well two images agree in small windows, as they are and after the best function of the grey levels.

    Where the levels of one image are squeezed, a curve looks like more than a straight line. So the levels are also
    compared by their ranks, which no monotonic change alters, and the pair of numbers that lie closer is taken.

    Args:
        fixed, moving: [D, H, W], grey levels in 0..1.
        weight: [D, H, W] in 0..1, where both can be compared.

    Returns:
        mean correlation over the windows in which both images have texture, in 0..1: its absolute value for the grey
        levels, and for the functions from either image to the other, each learnt in the half where it is not tried.
    """
    levels = _agreement(fixed, moving, weight)
    ranks = _agreement(_ranks(fixed, weight), _ranks(moving, weight), weight)
    return min(levels, ranks, key=lambda pair: pair[1] - pair[0])


def _agreement(fixed: Tensor, moving: Tensor, weight: Tensor) -> tuple[float, float]:
    """As :func:`agreement`, of the grey levels as they are."""
    correlation, *variances = _correlated(fixed, moving, weight)
    counted = weight * torch.stack([variance / (variance + _TEXTURE) for variance in variances]).prod(0)
    total = float(counted.sum())
    if total <= _SHOWN * float(weight.sum()):
        return 0.0, 0.0
    straight = abs(float((counted * correlation).sum()))
    functions = 0.0
    one = _one_half(weight)
    for learnt, tried in ((one, 1.0 - one), (1.0 - one, one)):
        for image, other in ((fixed, moving), (moving, fixed)):
            explained = _explained(image, other, weight * learnt)
            functions += 0.5 * float((counted * tried * _correlated(explained, other, weight)[0]).sum())
    return straight / total, functions / total


def _seen(
    fixed: Scan, moving: Scan, initial: InitialTransform, device: torch.device | str
) -> tuple[Tensor, Tensor, Tensor]:
    """Both images and where they count, [D, H, W] on a coarse grid of the fixed image."""
    stretch = abs(initial.determinant) ** (1.0 / len(initial.matrix))
    apart = min(_longest(fixed.grid), _longest(moving.grid) / stretch) / _COARSE
    there, grid = _reduced(fixed.values, fixed.grid, apart, device)
    here, moving_grid = _reduced(moving.values, moving.grid, apart * stretch, device)
    lattice = Lattice(grid)
    points = MovingMap(lattice, moving_grid, initial)(lattice.zeros())
    weight = (points.abs() <= 1.0).all(0).to(there)
    if fixed.mask is not None:
        weight = weight * _reduced(fixed.mask, fixed.grid, apart, device)[0]
    if moving.mask is not None:
        inside = _reduced(moving.mask, moving.grid, apart * stretch, device)[0]
        weight = weight * sample(inside[None], points)[0]
    return there, sample(here[None], points)[0], weight


def _longest(grid: Grid) -> float:
    """Extent of the longest axis."""
    return max(n * h for n, h in zip(reversed(grid.shape), grid.step, strict=True))


def _reduced(values: Tensor, grid: Grid, apart: float, device: torch.device | str) -> tuple[Tensor, Grid]:
    """Means of ``values`` [D, H, W] over boxes about as wide as ``apart``, on the CPU; the grid of their middles."""
    sizes = list(reversed(grid.shape))
    factors = [max(1, min(round(apart / h), n // _SMALLEST)) for h, n in zip(grid.step, sizes, strict=True)]
    left = [n // factor for n, factor in zip(sizes, factors, strict=True)]
    first = [(n - m * factor) // 2 for n, m, factor in zip(sizes, left, factors, strict=True)]
    for axis, (start, m, factor) in enumerate(zip(reversed(first), reversed(left), reversed(factors), strict=True)):
        values = values.narrow(axis, start, m * factor)
    pool = F.avg_pool3d if values.dim() == 3 else F.avg_pool2d
    middles = [start + (factor - 1) / 2 for start, factor in zip(first, factors, strict=True)]
    means = pool(values.to(device)[None, None], factors[::-1])[0, 0].cpu()
    return means, grid.active_subgrid(middles, left, factors)


def _one_half(like: Tensor) -> Tensor:
    """1 in every other block as wide as a window, 0 in between [D, H, W]; a mirror changes nothing."""
    steps = [(torch.arange(n) - (n - 1) / 2).abs().div(2 * _RADIUS + 1).floor() for n in like.shape]
    return (torch.stack(torch.meshgrid(*steps, indexing="ij")).sum(0) % 2).to(like)


def _explained(image: Tensor, other: Tensor, weight: Tensor) -> Tensor:
    """The mean of ``other`` over all voxels that count where ``image`` is as bright as here, [D, H, W].

    Where none is, the mean of all.
    """
    level = (image.clamp(0.0, 1.0) * _BINS).long().clamp_(max=_BINS - 1).flatten()
    count = torch.bincount(level, weight.flatten().double(), _BINS)
    total = torch.bincount(level, (weight * other).flatten().double(), _BINS)
    mean = torch.where(count > 0, total / count.clamp(min=1e-9), total.sum() / count.sum().clamp(min=1e-9))
    return mean[level].view_as(image).to(image)


def _ranks(image: Tensor, weight: Tensor) -> Tensor:
    """Share of the counted voxels that are darker, [D, H, W]; of equals, half are."""
    level = (image.clamp(0.0, 1.0) * (_LEVELS - 1)).round().long()
    count = torch.bincount(level.flatten(), weight.flatten().double(), _LEVELS)
    darker = count.cumsum(0) - 0.5 * count
    return (darker / count.sum().clamp(min=1e-9))[level].to(image)


def _correlated(one: Tensor, other: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The correlation in the window around each point, -1..1, and both variances there, [D, H, W]."""
    box = averaging(one.shape, [min(_RADIUS, (n - 1) // 2) for n in one.shape], device=one.device)
    share, *sums = box.product(
        torch.stack([weight, *(weight * part for part in (one, other, one * one, other * other, one * other))]),
        box.bands,
    )
    mean, other_mean, square, other_square, product = (part / share.clamp(min=1e-6) for part in sums)
    variance, other_variance = (square - mean**2).clamp(min=0.0), (other_square - other_mean**2).clamp(min=0.0)
    deviations = (variance.clamp(min=_CONSTANT) * other_variance.clamp(min=_CONSTANT)).sqrt()
    return ((product - mean * other_mean) / deviations).clamp(-1.0, 1.0), variance, other_variance
