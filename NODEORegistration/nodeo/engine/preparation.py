"""From two images of any origin to two tensors between 0 and 1, and the box that is worth working on."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from torch import Tensor

from ..errors import InputError
from ..geometry.boxes import occupied_box
from ..geometry.grid import Grid
from ..settings import Settings
from ..similarity.channel import Scan

_BACKGROUND = 0.05  # of the intensity range: nearer to the border's value than this counts as background


def prepare(
    fixed: sitk.Image,
    moving: sitk.Image,
    fixed_mask: sitk.Image | None,
    moving_mask: sitk.Image | None,
    settings: Settings,
) -> tuple[Scan, Scan]:
    """Both images as :class:`Scan`; they and their masks have been checked."""
    matched = _matched(moving, fixed) if settings.match_histograms else moving
    return _scan(fixed, fixed, fixed_mask, settings), _scan(moving, matched, moving_mask, settings)


def _scan(image: sitk.Image, source: sitk.Image, mask: sitk.Image | None, settings: Settings) -> Scan:
    grid = Grid.of(image)
    values = scaled(grid.tensor(source), settings.intensity_range)
    inside = None if mask is None else grid.tensor(mask)
    return Scan(image, grid, values, inside, content_box(values.numpy()))


def scaled(values: Tensor, percentiles: tuple[float, float]) -> Tensor:
    """``values`` with two percentiles mapped to 0 and 1, clipped outside."""
    low, high = np.percentile(values.numpy(), percentiles)
    if high <= low:  # an image that is nearly all background
        low, high = float(values.min()), float(values.max())
    return values.sub(float(low)).div_(float(high - low)).clamp_(0.0, 1.0)


def content_box(values: np.ndarray) -> np.ndarray:
    """First and last index of content along each axis of a 0..1 array, [k, 2].

    Where the border itself varies, all is content.
    """
    return occupied_box(content(values))


def content(values: np.ndarray) -> np.ndarray:
    """Where a 0..1 array [...] is not background, which is what looks like its border."""
    faces = [np.take(values, index, axis).ravel() for axis in range(values.ndim) for index in (0, -1)]
    return np.abs(values - np.median(np.concatenate(faces))) > _BACKGROUND


def _matched(moving: sitk.Image, fixed: sitk.Image) -> sitk.Image:
    try:
        moving, fixed = (sitk.Cast(image, sitk.sitkFloat32) for image in (moving, fixed))
        return sitk.HistogramMatching(moving, fixed, numberOfHistogramLevels=256, numberOfMatchPoints=15)
    except RuntimeError as error:
        raise InputError(
            "The histograms of the two images cannot be matched.", "Set match_histograms=false.", "histograms"
        ) from error
