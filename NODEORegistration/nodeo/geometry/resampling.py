"""An image seen through a transform, in its own pixel type."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk


def darkest(image: sitk.Image) -> float:
    """The smallest value of a scalar image: what lies around it."""
    return float(sitk.GetArrayViewFromImage(image).min())


def resampled(image: sitk.Image, reference: sitk.Image, transform: sitk.Transform, labels: bool = False) -> sitk.Image:
    """``image`` on the grid of ``reference`` through a pull-back ``transform``, in its own pixel type.

    Outside the image a label map (``labels``) is 0, any other image as dark as its darkest voxel.
    """
    if labels and image.GetPixelID() in (sitk.sitkInt64, sitk.sitkUInt64):
        return _long_labels(image, reference, transform)
    if labels:
        return sitk.Resample(image, reference, transform, sitk.sitkNearestNeighbor, 0.0, image.GetPixelID())
    return sitk.Resample(image, reference, transform, sitk.sitkLinear, darkest(image), image.GetPixelID())


def _long_labels(image: sitk.Image, reference: sitk.Image, transform: sitk.Transform) -> sitk.Image:
    """Labels of 64 bits in two halves: SimpleITK resamples in double precision, which knows 53."""
    whole = sitk.GetArrayViewFromImage(image)
    halves = sitk.GetImageFromArray(whole.view(np.uint32).reshape(*whole.shape, 2), isVector=True)
    halves.CopyInformation(image)
    warped = sitk.Resample(halves, reference, transform, sitk.sitkNearestNeighbor, 0.0)
    array = np.ascontiguousarray(sitk.GetArrayViewFromImage(warped)).view(whole.dtype)[..., 0]
    labels = sitk.GetImageFromArray(array)
    labels.CopyInformation(reference)
    return labels
