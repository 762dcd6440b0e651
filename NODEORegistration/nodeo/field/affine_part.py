"""A transform in two: what deforms, which comes first, and the affine part after it."""

from __future__ import annotations

import SimpleITK as sitk

from ..geometry.grid import Grid
from .initial_transform import InitialTransform


def split(transform: sitk.Transform) -> tuple[sitk.AffineTransform, sitk.Transform]:
    """A and D with T(x) = A(D(x)): A is all that is linear at the end of T, perhaps the identity."""
    parts = _parts(transform)  # the last is applied first
    count = next((number for number, part in enumerate(parts) if not part.IsLinear()), len(parts))
    k = transform.GetDimension()
    unit = Grid((2,) * k, (1.0,) * k, (0.0,) * k, sitk.Image([2] * k, sitk.sitkUInt8).GetDirection())
    linear, rest = (
        sitk.CompositeTransform(some) if some else sitk.Transform(k, sitk.sitkIdentity)
        for some in (parts[:count], parts[count:])
    )
    return InitialTransform(linear, unit).linear, rest


def _parts(transform: sitk.Transform) -> list[sitk.Transform]:
    """What a transform is composed of, as SimpleITK keeps it."""
    transform = transform.Downcast()
    if not isinstance(transform, sitk.CompositeTransform):
        return [transform]
    flat = sitk.CompositeTransform(transform)
    flat.FlattenTransform()
    return [flat.GetNthTransform(number).Downcast() for number in range(flat.GetNumberOfTransforms())]
