"""A small picture of a pair, before and after: fixed in green, moving in magenta, grey where both agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..engine.result import Result
from ..geometry.resampling import resampled
from ..report.scaling import scaled
from ..report.scene import ReportInput, Scene

_SIDE = 128  # pixels, the longer side of each of the two
_GAP = 4
_QUALITY = 75  # of JPEG: about 8 KB


def draw_thumbnail(path: Path, result: Result, fixed: sitk.Image, moving: sitk.Image) -> None:
    """Write a JPEG of the first plane through the middle of the content; of a volume the axial one."""
    before = resampled(moving, fixed, result.initial)
    scene = Scene(
        ReportInput(
            fixed, before, result.warped, result.jacobian, result.transform, result.initial, {}, [], {}, title=""
        )
    )
    plane = scene.planes[0]
    width, height = plane.extent(scene.grid)
    shape = tuple(max(1, round(_SIDE * length / max(width, height))) for length in (height, width))
    still = scaled(scene.fixed(plane), shape)
    parts = [scaled(scene.moving(plane, image), shape) for image in (before, result.warped)]
    one, other = (np.stack([part, still, part], axis=-1) for part in parts)
    picture = np.concatenate([one, np.zeros((shape[0], _GAP, 3)), other], axis=1)
    image = sitk.GetImageFromArray((255 * picture + 0.5).astype(np.uint8), isVector=True)
    sitk.WriteImage(image, str(path), useCompression=True, compressionLevel=_QUALITY)
