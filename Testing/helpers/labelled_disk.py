"""A small labelled pair for studies."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from nodeo.study.pair import StudyPair
from phantoms import Phantom, bumps, drawn, grid, middle


def disk_pair(labelled: bool = True, push: float = 2.0) -> StudyPair:
    """Two 2-D phantoms with their labels."""
    on = grid((26, 24))
    ball, warp = Phantom(middle(on), 9.0, blobs=40, grain=0.12), bumps(middle(on), push, 5.0)

    def labels(points: np.ndarray) -> np.ndarray:
        return np.where(np.linalg.norm(points - np.asarray(middle(on)), axis=-1) < 6, 17, 0)

    images = {"fixed": drawn(lambda x: ball(warp(x)), on), "moving": drawn(ball, on)}
    if labelled:
        images["fixed_labels"] = sitk.Cast(drawn(lambda x: labels(warp(x)), on), sitk.sitkUInt8)
        images["moving_labels"] = sitk.Cast(drawn(labels, on), sitk.sitkUInt8)
    return StudyPair(images, "a disk")
