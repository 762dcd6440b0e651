"""A picture in another size."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk


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
