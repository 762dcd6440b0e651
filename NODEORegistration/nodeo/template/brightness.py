"""One scale of brightness for images that were measured in different units: the background 0, the content 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..report.content import find_content

_DARK = 0.5  # percentile that counts as the background; no single broken voxel


@dataclass(frozen=True)
class Brightness:
    """How bright an image is, in its own unit.

    Attributes:
        dark: of the background.
        content: median of what is brighter than the threshold between both.
        volume: of the content, mm³; mm² of a slice.
    """

    dark: float
    content: float
    volume: float

    @classmethod
    def of(cls, image: sitk.Image) -> Brightness:
        """Measured on an image that is not constant."""
        values = sitk.GetArrayViewFromImage(image)
        threshold = find_content(image, image).threshold
        inside = values[values > threshold]
        spacing = [step for step, n in zip(image.GetSpacing(), image.GetSize(), strict=True) if n > 1]
        dark = min(float(np.percentile(values, _DARK)), threshold)
        return cls(dark, float(np.median(inside)), float(inside.size * np.prod(spacing)))

    def scaled(self, image: sitk.Image) -> sitk.Image:
        """``image`` with the background at 0 and the content's median at 1, float32."""
        return (sitk.Cast(image, sitk.sitkFloat32) - self.dark) / (self.content - self.dark)


def typical(several: list[Brightness]) -> Brightness:
    """The median of each number."""
    columns = zip(*((one.dark, one.content, one.volume) for one in several), strict=True)
    return Brightness(*(float(np.median(column)) for column in columns))
