"""Which pairs stand apart: robust z of each measure, in the direction that is bad news."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .measures import Line

FLAGGED = 3.5  # Iglewicz and Hoaglin 1993
_FEWEST = 5  # pairs from which on one can stand apart
_TO_SD, _MEAN_TO_SD = 1.4826, 1.2533  # from the median and the mean absolute deviation to a normal distribution's sd
# +1: the larger, the worse
BAD = {
    "similarity_after": 1,
    "dice_after": -1,
    "hd95_after_mm": 1,
    "target_error_after_mm": 1,
    "folded_points": 1,
    "smallest_det_j": -1,
    "largest_det_j": 1,
    "sd_log_det_j": 1,
    "inverse_consistency_mm": 1,
}


class Apart(NamedTuple):
    """How far a pair stands apart, in its worst measure; 0 and "" if in none."""

    z: float
    key: str


def robust_z(values: Sequence[float]) -> np.ndarray:
    """(x - median) / 1.4826 MAD of each value [n]; nan stays nan, and is left out.

    Where more than half of the values are the same, the mean absolute deviation takes the place of the median one.
    """
    numbers = np.asarray(values, dtype=float)
    known = numbers[~np.isnan(numbers)]
    if known.size < _FEWEST:
        return np.where(np.isnan(numbers), np.nan, 0.0)
    away = np.abs(known - np.median(known))
    scale = _TO_SD * np.median(away) or _MEAN_TO_SD * away.mean()
    return (numbers - np.median(known)) / (scale or 1.0)


def apart(lines: Sequence[Line]) -> list[Apart]:
    """The worst robust z of each pair."""
    keys = list(BAD)
    z = np.array([BAD[key] * robust_z([line.value(key) for line in lines]) for key in keys])
    z = np.nan_to_num(z, nan=0.0)
    worst = z.argmax(axis=0)
    return [Apart(float(z[k, n]), keys[k]) if z[k, n] > 0 else Apart(0.0, "") for n, k in enumerate(worst)]
