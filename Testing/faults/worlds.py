"""The same pair under other headers, in other units, at another place: what must not change the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import phantoms
import SimpleITK as sitk

from .small_pairs import Pair


@dataclass(frozen=True)
class World:
    """x -> scale · rotation x + shift: a change of units, of axes and of place.

    Attributes:
        scale: of lengths.
        angles: of a rotation, radians: one in 2-D, three in 3-D; empty: none.
        shift: mm; empty: none.
    """

    scale: float = 1.0
    angles: tuple[float, ...] = ()
    shift: tuple[float, ...] = ()

    def matrix(self, k: int) -> np.ndarray:
        """[k, k], scale and rotation."""
        turn = np.eye(k)
        if self.angles:
            zeros = (0.0,) * k
            rotation = sitk.Euler2DTransform(zeros, *self.angles) if k == 2 else _euler(zeros, self.angles)
            turn = np.reshape(rotation.GetMatrix(), (k, k))
        return self.scale * turn

    def there(self, points: np.ndarray) -> np.ndarray:
        """World points [n, k], changed."""
        k = points.shape[1]
        return points @ self.matrix(k).T + (self.shift or (0.0,) * k)

    def back(self, points: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`there`."""
        k = points.shape[1]
        return (points - np.asarray(self.shift or (0.0,) * k)) @ np.linalg.inv(self.matrix(k)).T

    def image(self, image: sitk.Image) -> sitk.Image:
        """The same pixels in the changed world."""
        k = image.GetDimension()
        turn = self.matrix(k) / self.scale
        result = sitk.Image(image)
        result.SetOrigin(self.there(np.array([image.GetOrigin()]))[0].tolist())
        result.SetSpacing([self.scale * h for h in image.GetSpacing()])
        result.SetDirection((turn @ np.reshape(image.GetDirection(), (k, k))).ravel().tolist())
        return result

    def linear(self, transform: sitk.Transform) -> sitk.AffineTransform:
        """A linear transform of the world, as one of the changed world."""
        k = transform.GetDimension()
        corners = np.concatenate([np.zeros((1, k)), np.eye(k)])
        images = self.there(np.array([transform.TransformPoint(x) for x in self.back(corners).tolist()]))
        result = sitk.AffineTransform(k)
        result.SetMatrix((images[1:] - images[0]).T.ravel().tolist())
        result.SetTranslation(images[0].tolist())
        return result

    def pair(self, pair: Pair) -> Pair:
        """Images and start in the changed world."""
        start = None if pair.start is None else self.linear(pair.start)
        return Pair(self.image(pair.fixed), self.image(pair.moving), start)


def _euler(centre: Sequence[float], angles: Sequence[float]) -> sitk.Euler3DTransform:
    return sitk.Euler3DTransform(centre, *angles)


def stored(pair: Pair, order: Sequence[int], flips: Sequence[bool]) -> Pair:
    """The same pair with its axes stored otherwise: the world stays."""
    images = (phantoms.reoriented(image, order, flips) for image in (pair.fixed, pair.moving))
    return Pair(*images, pair.start)


def graded(pair: Pair, factor: float, offset: float) -> Pair:
    """Other grey values: ``factor`` · value + ``offset``, of the moving image only half as far."""
    fixed = sitk.Cast(pair.fixed, sitk.sitkFloat64) * factor + offset
    moving = sitk.Cast(pair.moving, sitk.sitkFloat64) * (0.5 * factor) + 2.0 * offset
    return Pair(sitk.Cast(fixed, sitk.sitkFloat32), sitk.Cast(moving, sitk.sitkFloat32), pair.start)
