"""Where in the images there is something to see, and how bright it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk


@dataclass(frozen=True)
class Content:
    """Where the content of the fixed image is; indices x first.

    Attributes:
        threshold: intensity of the fixed image above which there is content.
        centre: index of its centre of mass.
        start: first index of the region that holds the content of both images, with a margin.
        size: points of that region.
    """

    threshold: float
    centre: tuple[int, ...]
    start: tuple[int, ...]
    size: tuple[int, ...]


def find_content(fixed: sitk.Image, before: sitk.Image) -> Content:
    """Look for the content of two images on the same grid, on a thinned-out grid of about 64 points an axis."""
    values, steps = thinned(fixed)
    threshold = _content_threshold(values)
    mask = values > threshold
    moving, _ = thinned(before)
    inside = np.argwhere(mask | (moving > _content_threshold(moving))) * steps
    shape = np.asarray(fixed.GetSize()[::-1])
    low, high = inside.min(axis=0), inside.max(axis=0) + steps
    margin = ((high - low) * 0.04).astype(int)
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, shape)
    centre = np.rint(np.argwhere(mask).mean(axis=0) * steps).astype(int)
    return Content(threshold, *(tuple(int(n) for n in reversed(index)) for index in (centre, low, high - low)))


def thinned(image: sitk.Image) -> tuple[np.ndarray, np.ndarray]:
    """Every few-th value of ``image`` [D, H, W], and the steps taken along z, y, x."""
    steps = np.asarray([max(1, n // 64) for n in reversed(image.GetSize())])
    values = sitk.GetArrayViewFromImage(image)[tuple(slice(None, None, int(step)) for step in steps)]
    return np.nan_to_num(values.astype(np.float32)), steps


def window_of(values: np.ndarray) -> tuple[float, float]:
    """Intensities to call black and bright, unmoved by a few extreme values or by much background."""
    low = float(np.percentile(values, 0.5))
    above = values[values > low]
    return low, float(np.percentile(above, 99.5)) if above.size else low + 1.0


def _content_threshold(values: np.ndarray) -> float:
    """Halfway between Otsu's threshold and the mean below it, which keeps dark tissue; a flat image is all content."""
    low, high = window_of(values)
    values = np.clip(values, low, high)
    if values.min() == values.max():
        return float(values.min()) - 1.0
    otsu = sitk.OtsuThresholdImageFilter()
    otsu.Execute(sitk.GetImageFromArray(values.reshape(1, -1)))
    below = values[values <= max(otsu.GetThreshold(), low)]
    return float(otsu.GetThreshold() + below.mean()) / 2
