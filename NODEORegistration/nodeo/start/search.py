"""A discrete search for motion that no descent would find: coarse to fine, over a window of displacements.

At each stage the descriptors of both images (MIND-SSC) are compared at every step of a window, and the costs are made
one coherent displacement. The first window reaches a fifth of the images' width; what a later stage finds is composed
with what came before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.smoothing import averaging
from ..geometry.domain import Domain
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from ..similarity.channel import Channel
from .coherent import coherent
from .search_grid import SearchGrid, Seen, fixed_seen, moving_seen, places, widened

_SEEN = 0.3  # share of a patch that both images must show for a step to be judged
_AT_ONCE = 16  # steps whose patches are averaged together: fewer calls, and still in the cache
_MOST = 0.9  # quantile of the motion that tells how large it is
_MOST_COSTS = 50_000_000  # of one stage, held at once: 200 MB
_SURELY = 0.5  # of the least motion that matters: half the points along each axis, smoothed more, tell less than it;
_ONE_KIND = ("lncc", "mse")  # not of images that are compared otherwise, of which few points tell too little


@dataclass(frozen=True)
class Stage:
    """How finely and how far one stage looks.

    Attributes:
        points: an axis, were the domain a cube.
        reach: of the window, spacings.
        least: price of moving at all, see :func:`nodeo.start.coherent.coherent`, for a whole first window.
    """

    points: int
    reach: float
    least: float


STAGES = {  # by the number of dimensions
    2: (Stage(40, 10, 0.3), Stage(60, 5, 0.5), Stage(90, 4, 1.0)),
    3: (Stage(20, 4, 0.3), Stage(37, 3.3, 0.2), Stage(37, 2.5, 0.3), Stage(58, 2.5, 0.5)),
}


@dataclass(frozen=True)
class Found:
    """A displacement that images ask for, before any flow.

    Attributes:
        displacement: [k, D, H, W], local mm; it may fold.
        certainty: [D, H, W], mean 1: how much the images care which way a point goes.
        lattice: of the points, which reach over the whole domain.
    """

    displacement: Tensor
    certainty: Tensor
    lattice: Lattice

    def read(self, values: Tensor, at: Lattice, moved: Tensor | None = None) -> Tensor:
        """``values`` [c, ...] on the lattice, read at the points of another, moved by ``moved`` [k, ...], local mm."""
        return sample(values, places(at, self.lattice.grid, at.zeros() if moved is None else moved))


def most_of(displacement: Tensor) -> float:
    """What all but a tenth of the points of a displacement [k, D, H, W] move by at most."""
    return float(displacement.square().sum(0).sqrt().flatten().quantile(_MOST))


@torch.no_grad()
def search(
    channels: Sequence[Channel],
    domain: Domain,
    initial: InitialTransform,
    device: torch.device,
    check: Callable[[], None] = lambda: None,
    least: float = 0.0,
) -> Found | None:
    """The displacement that the images of all channels ask for.

    Args:
        channels: all that is compared; their costs are added up by weight.
        domain: the box that is searched.
        initial: A, fixed world -> moving world.
        check: called between the parts of the work; it stops the search by raising.
        least: motion, local mm, below which the rest is not worth the time.

    Returns:
        what was found; None where the first stage finds that less moves.
    """
    everywhere = SearchGrid.over(domain, 2, 0.0).lattice(device)  # at rest
    found = Found(everywhere.zeros(), torch.ones(everywhere.shape, device=device), everywhere)
    for stage in STAGES[len(domain.length)]:
        window = SearchGrid.over(domain, stage.points, stage.reach)
        further = _next(found, stage, window, channels, initial, check, least)
        if further is None:
            return None
        found, least = further, 0.0  # the first stage decides: the others only tell it better
    return found


def _next(
    found: Found,
    stage: Stage,
    window: SearchGrid,
    channels: Sequence[Channel],
    initial: InitialTransform,
    check: Callable[[], None],
    least: float,
) -> Found | None:
    """One stage: what was found before it and what it adds, on its own lattice; None: less than ``least`` moves."""
    lattice = window.lattice(found.lattice.device)
    before = found.read(found.displacement, lattice)
    costs = _costs(channels, window, initial, before, check)
    steps = before.new_tensor(window.shifts()) * before.new_tensor(window.grid.step)

    def moved(thin: Sequence[slice]) -> Tensor:
        return coherent(costs[thin], steps, before[thin], window.grid.step, stage.least / window.width())

    every = 1 if costs.numel() <= _MOST_COSTS else 2
    thinner, thin = ((slice(None), *[slice(None, None, n)] * (before.dim() - 1)) for n in (2 * every, every))
    one_kind = all(channel.similarity in _ONE_KIND for channel in channels)
    if least and one_kind and most_of(moved(thinner)) < _SURELY * least:
        return None
    total = moved(thin)
    if most_of(total) < least:
        return None
    certainty = costs[thin].std(0)
    certainty = certainty / certainty.mean().clamp(min=1e-6)
    kept = _thinned(lattice, every)
    step = total - before[thin]
    return Found(step + found.read(found.displacement, kept, step), certainty, kept)


def _costs(
    channels: Sequence[Channel],
    window: SearchGrid,
    initial: InitialTransform,
    before: Tensor,
    check: Callable[[], None],
) -> Tensor:
    """What each step of the window costs at each point, [steps, D, H, W]; where nothing can be told, all cost the same.

    Args:
        before: [k, D, H, W], local mm: where the points have been moved before the step.
    """
    costs = []
    for channel in channels:
        fixed = fixed_seen(channel, window.grid, before.device)
        moving = moving_seen(channel, window.wide(), initial, widened(before, window.steps))
        costs.append(_compared(fixed, moving, window, check).mul_(channel.weight))
    return sum(costs[1:], costs[0])


def _compared(fixed: Seen, moving: Seen, window: SearchGrid, check: Callable[[], None]) -> Tensor:
    """Mean squared difference of the descriptors over the patch around each point, at each step: [steps, D, H, W]."""
    shape = fixed.weight.shape
    patch = averaging(shape, [min(1, (n - 1) // 2) for n in shape], device=fixed.weight.device)
    shifts, weighted = window.shifts(), bool(fixed.weight.min() == 0 or moving.weight.min() == 0)
    squares = [seen.descriptors.square().mean(0) for seen in (fixed, moving)]  # |f - m|² = |f|² + |m|² - 2 fm
    scaled = fixed.descriptors * (-2.0 / len(fixed.descriptors))
    product = torch.empty_like(scaled)
    costs = scaled.new_empty(len(shifts), *shape)
    counted, known = scaled.new_zeros(shape), scaled.new_zeros(shape)  # steps that can be judged, and what they cost
    for first in range(0, len(shifts), _AT_ONCE):
        check()
        some = costs[first : first + _AT_ONCE]
        there = [window.there(shift, shape) for shift in shifts[first : first + _AT_ONCE]]
        for cost, part in zip(some, there, strict=True):
            torch.sum(torch.mul(scaled, moving.descriptors[(slice(None), *part)], out=product), 0, out=cost)
            cost.add_(squares[0]).add_(squares[1][part])
        if weighted:
            both = torch.stack([fixed.weight * moving.weight[part] for part in there])
            seen = patch(both)
            judged = seen >= _SEEN
            some.copy_((patch(some.mul_(both)) / seen).masked_fill_(~judged, 0.0))
            counted += judged.sum(0)
            known += some.sum(0)
            some.masked_fill_(~judged, torch.nan)
        else:
            some.copy_(patch(some))
    if weighted:
        mean = known / counted.clamp(min=1.0)
        for cost in costs:
            torch.where(cost.isnan(), mean, cost, out=cost)
    return costs


def _thinned(lattice: Lattice, every: int) -> Lattice:
    """The lattice of every so manieth point along each axis."""
    if every == 1:
        return lattice
    size = [(n - 1) // every + 1 for n in reversed(lattice.shape)]
    return Lattice(lattice.grid.active_subgrid([0] * len(size), size, [every] * len(size)), lattice.device)
