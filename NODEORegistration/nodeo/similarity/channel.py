"""What a registration compares: a list of channels, each two images and a measure of how alike they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk
from torch import Tensor

from ..geometry.grid import Grid


@dataclass(frozen=True)
class Scan:
    """One image, ready for the optimisation.

    Attributes:
        image: the scalar image as it was given, and where.
        grid: where its voxels lie.
        values: [D, H, W] scaled to 0..1.
        mask: [D, H, W] of 0 and 1, where the similarity counts, or None: everywhere.
        content: first and last index (z, y[, x] order of the tensor) of what is not background, [k, 2].
    """

    image: sitk.Image
    grid: Grid
    values: Tensor
    mask: Tensor | None
    content: np.ndarray

    def scaled(self, factor: float) -> Scan:
        """The same scan in a world measured in another unit, all lengths times ``factor``; the image stays as it is."""
        return replace(self, grid=self.grid.scaled(factor))

    def bare(self) -> Scan:
        """The same scan for what looks at its values only: one voxel stands for the image, which takes no memory."""
        return replace(self, image=sitk.Image([1] * self.grid.ndim, sitk.sitkFloat32))


@dataclass(frozen=True)
class Channel:
    """Two images that are to become alike.

    Attributes:
        name: in the loss, the history and the metrics.
        fixed: on the grid of the fixed image.
        moving: on any grid of the moving image's world.
        similarity: a name from :data:`nodeo.similarity.SIMILARITIES`.
        weight: in the loss.
        overlap: [D, H, W] on the fixed grid, 1 where A leads into the moving image; None: everywhere.
        reason: why this similarity, if the images have decided.
    """

    name: str
    fixed: Scan
    moving: Scan
    similarity: str
    weight: float = 1.0
    overlap: Tensor | None = None
    reason: str = ""
