"""The average of images, point by point, that a single one which is very different hardly moves.

Huber's estimate of location (1964), found by reweighting: a value that is farther than a tenth of the content's
brightness from the average counts in proportion to its distance, not to the square of it. Only sums are kept, however
many images there are; each is read once a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_NEAR = 0.1  # of the content's brightness: differences up to here count by their square
_PASSES = 4  # the first gives the mean; each further one divides a single outlier's pull by nearly their number

Values = Callable[[], Iterable[np.ndarray]]  # reads every image anew: [D, H, W], 1 is the content, nan: not seen there


def robust_average(values: Values) -> np.ndarray:
    """The average [D, H, W], float32; 0 where no image sees anything."""
    average = None
    for _ in range(_PASSES):
        average = _weighted_mean(values(), average)
    assert average is not None
    return average


def _weighted_mean(images: Iterable[np.ndarray], around: np.ndarray | None) -> np.ndarray:
    """The mean, in which values count the less the farther they are from ``around``."""
    total, weights = np.zeros(()), np.zeros(())
    for image in images:
        weight = 1.0 if around is None else 1.0 / np.maximum(np.abs(image - around) / _NEAR, 1.0)
        seen = np.isfinite(image)
        total = total + np.where(seen, weight * image, 0.0).astype(np.float64)
        weights = weights + np.where(seen, weight, 0.0).astype(np.float64)
    return np.divide(total, weights, out=np.zeros(total.shape), where=weights > 0).astype(np.float32)


@dataclass(frozen=True)
class Agreement:
    """How well images agree with their average, within its content.

    Attributes:
        mean_square: of the differences, in units of the content's brightness squared; mean over the images.
        sharpness: mean gradient of the average to that of the images, 1: as sharp as a single one.
    """

    mean_square: float
    sharpness: float


def agreement(values: Values, average: np.ndarray, inside: np.ndarray, step: Sequence[float]) -> Agreement:
    """Images beside their average.

    Args:
        average, inside: [D, H, W]; where the content is.
        step: between the points, z first, mm.
    """
    squares, slopes = [], []
    for image in values():
        squares.append(float(np.nanmean((image - average)[inside] ** 2)))
        slopes.append(float(np.nanmean(_slope(image, step)[inside])))
    return Agreement(float(np.mean(squares)), float(np.nanmean(_slope(average, step)[inside]) / np.mean(slopes)))


def _slope(image: np.ndarray, step: Sequence[float]) -> np.ndarray:
    """Length of the gradient, per mm."""
    return np.sqrt(np.square(np.stack(np.gradient(image, *step))).sum(0))
