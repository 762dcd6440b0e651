"""A reference that is none of the frames: their average, in the shape that lies in their middle.

It begins with the mean over time, which is blurred where something moves. Each round registers all frames with what
there is, at half the resolution, averages them where they lie now, and moves the average by the inverse of the mean of
all maps: from there the frames are, on average, no way away (as in Joshi et al., *Unbiased diffeomorphic atlas
construction for computational anatomy*, NeuroImage 2004).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk

from ..field.initial_transform import composite, field_transform
from ..field.mean_inverse import correction
from ..geometry.domain import shrink_factors
from ..geometry.grid import Grid
from ..geometry.resampling import resampled
from ..progress import Reporter
from ..settings import Settings
from .frames import registered
from .progress import SeriesReporter
from .series import Series
from .survey import Survey
from .walk import outward

ROUNDS = 3
_COARSER = 2  # times as far apart as the voxels, at most, while the mean is looked for


def mean_reference(
    series: Series,
    like: sitk.Image,
    settings: Settings,
    survey: Survey,
    report: Reporter,
    span: tuple[float, float],
    cyclic: bool = False,
) -> sitk.Image:
    """The mean of the frames, on the grid of ``like``, float32.

    Args:
        span: shares of the whole time between which this is done.

    Raises:
        InputError: a frame cannot be registered.
    """
    coarse, rough = _coarse_grid(Grid.of(like)), rougher(settings)
    thin = Series(lambda number: _coarse(series.frame(number)), series.times, series.unit, series.name)
    maps: Sequence[sitk.Transform] = [sitk.Transform()] * len(series)
    steps = outward(len(series), 0, cyclic, with_start=True)
    for number in range(ROUNDS):
        reference = _averaged(thin, maps, _empty(coarse))
        begin, end = (span[0] + (span[1] - span[0]) * part / ROUNDS for part in (number, number + 1))
        told = SeriesReporter(
            report, [step.after is None for step in steps], (begin, end), f"Mean, round {number + 1}: "
        )
        found = {each.frame: each.result.transform for each in registered(thin, reference, steps, rough, survey, told)}
        maps = _centred([found[frame] for frame in sorted(found)], coarse)
    return _averaged(series, maps, _empty(Grid.of(like)))


def rougher(settings: Settings) -> Settings:
    """The settings for images of half the resolution, with two levels at most."""
    count = len(settings.levels)
    if count == 1:
        return settings
    lists = {name: getattr(settings, name) for name in ("iterations", "steps", "node_spacing")}
    shortened = {name: values[:2] for name, values in lists.items() if len(values) == count}
    return settings.replace(levels=[max(1, factor // _COARSER) for factor in settings.levels[:2]], **shortened)


def _averaged(series: Series, maps: Sequence[sitk.Transform], on: sitk.Image) -> sitk.Image:
    """The mean of all frames, each seen through its map, on a grid."""
    total = np.zeros(on.GetSize()[::-1])
    for number, transform in enumerate(maps):
        frame = sitk.Cast(series.frame(number), sitk.sitkFloat32)
        seen = resampled(frame, on, transform)
        total += sitk.GetArrayViewFromImage(seen)
    return Grid.of(on).stamp(sitk.GetImageFromArray((total / len(maps)).astype(np.float32)))


def _centred(maps: Sequence[sitk.Transform], grid: Grid) -> list[sitk.Transform]:
    """Maps from the shape whose mean map is the identity: each after the inverse of the mean of all."""
    total = sum((sitk.GetArrayFromImage(grid.displacements(transform)) for transform in maps), np.zeros(1))
    mean = grid.local_vectors(grid.stamp(sitk.GetImageFromArray(total / len(maps), isVector=True)))
    middle = field_transform(correction(mean, grid).back)
    return [composite([transform, middle]) for transform in maps]


def _coarse_grid(grid: Grid) -> Grid:
    factors = shrink_factors(grid, _COARSER * min(grid.step))
    size = [(n - 1) // factor + 1 for n, factor in zip(grid.shape[::-1], factors, strict=True)]
    return grid.active_subgrid([0] * len(size), size, factors)


def _coarse(frame: sitk.Image) -> sitk.Image:
    """A frame at half the resolution."""
    grid = Grid.of(frame)
    coarse = _coarse_grid(grid)
    smoothing = [0.5 * (c if c > h else 0.0) for c, h in zip(coarse.spacing, grid.spacing, strict=True)]
    smooth = sitk.DiscreteGaussian(sitk.Cast(frame, sitk.sitkFloat32), [s**2 for s in smoothing])
    return resampled(smooth, _empty(coarse), sitk.Transform())


def _empty(grid: Grid) -> sitk.Image:
    return grid.stamp(sitk.Image(grid.size, sitk.sitkUInt8))
