"""The box that holds what counts of an array."""

from __future__ import annotations

import numpy as np
from torch import Tensor


def occupied_box(occupied: np.ndarray | Tensor) -> np.ndarray:
    """First and last index along each axis, [k, 2], of what is true; of everything where nothing is."""
    box = []
    for axis, n in enumerate(occupied.shape):
        others = tuple(other for other in range(occupied.ndim) if other != axis)
        taken = occupied.any(others)
        places = np.flatnonzero(taken.cpu() if isinstance(taken, Tensor) else taken)
        box.append((places[0], places[-1]) if places.size else (0, n - 1))
    return np.asarray(box)
