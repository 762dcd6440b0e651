"""From two images of any origin to two tensors between 0 and 1, and the box that is worth working on."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..errors import InputError
from ..geometry.boxes import occupied_box
from ..geometry.grid import Grid
from ..settings import Settings
from ..similarity.channel import Scan
from . import devices
from .percentiles import percentiles

_BACKGROUND = 0.05  # of the intensity range: nearer to the border's value than this counts as background


def prepare(
    fixed: sitk.Image,
    moving: sitk.Image,
    fixed_mask: sitk.Image | None,
    moving_mask: sitk.Image | None,
    settings: Settings,
    device: torch.device | str = "cpu",
) -> tuple[Scan, Scan]:
    """Both images as :class:`Scan`; they and their masks have been checked.

    Args:
        device: that works. What is made lies on the CPU: a level takes what it needs of it.
    """
    matched = _matched(moving, fixed) if settings.match_histograms else moving
    device = torch.device(device)
    return _scan(fixed, fixed, fixed_mask, settings, device), _scan(moving, matched, moving_mask, settings, device)


def _scan(
    image: sitk.Image, source: sitk.Image, mask: sitk.Image | None, settings: Settings, device: torch.device
) -> Scan:
    grid = Grid.of(image)
    pixels = grid.tensor(source)

    def looked_at(device: torch.device) -> tuple[Tensor, np.ndarray]:
        values = scaled(pixels.to(device), settings.intensity_range)
        return values.cpu(), content_box(values)

    values, box = devices.where_it_fits(looked_at, device)
    return Scan(image, grid, values, None if mask is None else grid.tensor(mask), box)


def scaled(values: Tensor, between: tuple[float, float]) -> Tensor:
    """``values`` with two percentiles mapped to 0 and 1, clipped outside."""
    low, high = percentiles(values, between)
    if high <= low:  # an image that is nearly all background
        low, high = float(values.min()), float(values.max())
    return values.sub(low).div_(high - low).clamp_(0.0, 1.0)


def content_box(values: Tensor | np.ndarray) -> np.ndarray:
    """First and last index of content along each axis of values in 0..1, [k, 2].

    Where the border itself varies, all is content.
    """
    return occupied_box(content(torch.as_tensor(values)))


def content(values: Tensor) -> Tensor:
    """Where values in 0..1 [...] are not background, which is what looks like their border."""
    faces = torch.cat([values.select(axis, index).flatten() for axis in range(values.dim()) for index in (0, -1)])
    return (values - percentiles(faces, [50.0])[0]).abs_() > _BACKGROUND


def _matched(moving: sitk.Image, fixed: sitk.Image) -> sitk.Image:
    try:
        moving, fixed = (sitk.Cast(image, sitk.sitkFloat32) for image in (moving, fixed))
        return sitk.HistogramMatching(moving, fixed, numberOfHistogramLevels=256, numberOfMatchPoints=15)
    except RuntimeError as error:
        raise InputError(
            "The histograms of the two images cannot be matched.", "Set match_histograms=false.", "histograms"
        ) from error
