"""A small picture of a pair, before and after: fixed in green, moving in magenta, grey where both agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..engine.result import Result
from ..geometry.resampling import resampled
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


def scaled(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values [rows, columns] on another grid [rows, columns] over the same rectangle."""
    image = sitk.GetImageFromArray(values)
    steps = [n / m for n, m in zip(image.GetSize(), shape[::-1], strict=True)]
    source = image
    if max(steps) > 1:
        source = sitk.SmoothingRecursiveGaussian(image, [0.4 * max(step, 1.0) for step in steps])
    origin = [0.5 * step - 0.5 for step in steps]
    on = sitk.Resample(
        source,
        shape[::-1],
        sitk.Transform(),
        sitk.sitkLinear,
        origin,
        steps,
        image.GetDirection(),
        0.0,
        sitk.sitkFloat32,
    )
    return np.clip(sitk.GetArrayFromImage(on), 0.0, 1.0)
