"""A level's problem: what its images are compared by."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import models
from nodeo.engine import pyramid
from nodeo.engine.level import window_width
from nodeo.engine.preparation import prepare
from nodeo.geometry.domain import Level
from nodeo.settings import Settings


def levels(size: tuple[int, ...], spacing: tuple[float, ...], settings: Settings) -> list[Level]:
    """The levels of an image of noise."""
    noise = np.random.default_rng(0).random(size[::-1], dtype=np.float32)
    image = sitk.GetImageFromArray(noise)
    image.SetSpacing(spacing)
    fixed, _ = prepare(image, image, None, None, settings)
    return pyramid.plan(fixed, fixed.content[::-1], models.build(settings), settings)[1]


@pytest.mark.parametrize(
    ("size", "spacing", "voxels", "widths"),
    [
        ((90, 90, 90), (1.0, 1.0, 1.0), 9, [9, 5, 9]),  # 125 voxels at the half, 27 would be left at the quarter
        ((90, 90, 90), (1.0, 1.0, 1.0), 21, [21, 11, 21]),  # 12 167 voxels in all at the quarter
        ((90, 90, 90), (1.0, 1.0, 1.0), 7, [7, 7, 7]),
        ((60, 60, 60), (1.0, 1.0, 1.0), 9, [9, 9, 9]),  # 27 000 in all at the half
        ((120, 120, 20), (1.0, 1.0, 4.0), 9, [9, 5, 9]),  # slices apart: the plane is shrunk alone
        ((600, 600), (1.0, 1.0), 9, [9, 9, 9, 9]),  # 25 voxels at the half
        ((600, 600), (1.0, 1.0), 21, [21, 21, 11, 21]),
    ],
)
def test_a_window_is_as_wide_everywhere_if_it_holds_enough_voxels(size, spacing, voxels: int, widths) -> None:
    found = levels(size, spacing, Settings(lncc_window=voxels))
    assert [window_width(voxels, level) for level in found] == widths
