"""A folder with good input of every kind, for each case to spoil a copy of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from phantoms import Phantom, bumps, drawn, grid, middle

SIZE = (24, 22, 20)


def lay(folder: Path) -> int:
    """Two images, their label maps and masks, in 3-D and (``flat_…``) in 2-D; transforms; a displacement field.

    Returns:
        0, as a process that is done.
    """
    folder.mkdir(parents=True)
    for prefix, size in (("", SIZE), ("flat_", (40, 36))):
        on = grid(size)
        ball, warp = Phantom(middle(on), 0.42 * min(size), blobs=30), bumps(middle(on), 2.0)
        write = folder / f"{prefix}fixed.nrrd"
        sitk.WriteImage(drawn(lambda x, ball=ball, warp=warp: ball(warp(x)), on), str(write))
        sitk.WriteImage(drawn(ball, on), str(folder / f"{prefix}moving.nrrd"))
        for name, shift in (("labels", 0), ("moving_labels", 1)):
            sitk.WriteImage(boxes(on, shift), str(folder / f"{prefix}{name}.nrrd"))
        sitk.WriteImage(boxes(on) != 0, str(folder / f"{prefix}mask.nrrd"))
        k = len(size)
        sitk.WriteTransform(sitk.TranslationTransform(k, (1.0,) * k), str(folder / f"{prefix}shift.tfm"))
        field = warp.transform(on).GetDisplacementField()
        sitk.WriteImage(field, str(folder / f"{prefix}field.nrrd"))
    return 0


def boxes(on: sitk.Image, shift: int = 0) -> sitk.Image:
    """A label map of two boxes, 1 and 2."""
    array = np.zeros(on.GetSize()[::-1], np.uint8)
    inner = tuple(slice(n // 4 + shift, 3 * n // 4 + shift) for n in array.shape)
    array[inner] = 1
    array[(*inner[:-1], slice(array.shape[-1] // 2, inner[-1].stop))] = 2
    labels = sitk.GetImageFromArray(array)
    labels.CopyInformation(on)
    return labels
