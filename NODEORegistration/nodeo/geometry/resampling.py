"""An image seen through a transform, in its own pixel type."""

from __future__ import annotations

import SimpleITK as sitk


def darkest(image: sitk.Image) -> float:
    """The smallest value of a scalar image: what lies around it."""
    return float(sitk.GetArrayViewFromImage(image).min())


def resampled(image: sitk.Image, reference: sitk.Image, transform: sitk.Transform, labels: bool = False) -> sitk.Image:
    """``image`` on the grid of ``reference`` through a pull-back ``transform``, in its own pixel type.

    Outside the image a label map (``labels``) is 0, any other image as dark as its darkest voxel.
    """
    if labels:
        return sitk.Resample(image, reference, transform, sitk.sitkNearestNeighbor, 0.0, image.GetPixelID())
    return sitk.Resample(image, reference, transform, sitk.sitkLinear, darkest(image), image.GetPixelID())
