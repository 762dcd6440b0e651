"""Target registration error: how far corresponding points end from each other, before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import SimpleITK as sitk

from ..geometry.point_pairs import PointPairs
from .points import target_error


def landmark_errors(pairs: PointPairs, initial: sitk.Transform, transform: sitk.Transform) -> dict[str, Any]:
    """|T(fixed) - moving| in mm under the initial and the whole transform: summaries, and each pair's; JSON-able.

    Args:
        initial, transform: pull-back maps, fixed world to moving world.
    """
    before, after = (target_error(each, pairs.fixed, pairs.moving) for each in (initial, transform))
    each = [
        {"name": pairs.name(number), "before_mm": round(float(b), 3), "after_mm": round(float(a), 3)}
        for number, (b, a) in enumerate(zip(before, after, strict=True))
    ]
    return {"number": len(pairs), "before": _summary(before), "after": _summary(after), "pairs": each}


def _summary(errors: np.ndarray) -> dict[str, float]:
    return {
        "mean_mm": float(errors.mean()),
        "median_mm": float(np.median(errors)),
        "p95_mm": float(np.percentile(errors, 95)),
        "max_mm": float(errors.max()),
    }
