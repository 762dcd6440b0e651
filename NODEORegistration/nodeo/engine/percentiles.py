"""Percentiles of many values, where they lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor


def percentiles(values: Tensor, at: Sequence[float]) -> list[float]:
    """Percentiles of values [...], linear between two of them, as NumPy takes them.

    Args:
        at: percent.
    """
    if values.device.type == "cpu":
        return [float(value) for value in np.percentile(values.numpy(), at)]
    ordered = values.flatten().sort().values
    places = [(len(ordered) - 1) * percent / 100.0 for percent in at]
    low = ordered[[int(place) for place in places]].tolist()
    high = ordered[[min(int(place) + 1, len(ordered) - 1) for place in places]].tolist()
    return [a + (b - a) * (place - int(place)) for a, b, place in zip(low, high, places, strict=True)]
