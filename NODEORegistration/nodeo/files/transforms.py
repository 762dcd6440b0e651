"""Whether a transform, whatever it is made of, consists of numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import SimpleITK as sitk

from ..errors import InputError

_LARGEST = 1e15  # mm, or whatever a parameter counts


def check_finite(transform: sitk.Transform, name: str) -> None:
    """Refuse a transform with NaN or infinite values; ``name`` is what it is called in the message.

    Raises:
        InputError: it has some, or values that no image could span.
    """
    for values in _values(transform):
        if not np.isfinite(values).all():
            raise InputError(f"The {name} holds NaN or infinite values.", "Repair it, or leave it out.")
        if values.size and np.abs(values).max() > _LARGEST:
            raise InputError(f"The {name} holds values beyond {_LARGEST:g}.", "Repair it, or leave it out.")


def _values(transform: sitk.Transform) -> Iterator[np.ndarray]:
    """All numbers that a transform consists of."""
    transform = transform.Downcast()
    if isinstance(transform, sitk.CompositeTransform):
        for number in range(transform.GetNumberOfTransforms()):
            yield from _values(transform.GetNthTransform(number))
        return
    yield np.asarray(transform.GetFixedParameters())
    if isinstance(transform, sitk.DisplacementFieldTransform):
        field = transform.GetDisplacementField()
        yield sitk.GetArrayViewFromImage(field)  # no tuple of millions
    else:
        yield np.asarray(transform.GetParameters())
