"""The subjects' images, looked at once, and what is made of them: their average, and the mean of their shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..cohort.pair import Pair
from ..geometry.grid import Grid
from . import measures
from .average import robust_average
from .brightness import Brightness
from .crowd import Crowd
from .measures import transform_of
from .news import News
from .shape import MeanShape


class Subjects:
    """All subjects of a template.

    Args:
        pairs: theirs, in an order that does not depend on how they were named.
        news: is told what is done.
    """

    def __init__(self, pairs: Sequence[Pair], news: News) -> None:
        self._pairs, self._news = pairs, news
        self._crowd: Crowd | None = None

    def met(self) -> Crowd:
        """Their looks; the images are read when they are asked for the first time."""
        if self._crowd is None:
            self._news.tell("looking at the images")
            self._crowd = Crowd(self._pairs, self._news.check)
        return self._crowd

    def averaged(
        self, pairs: Sequence[Pair], place: Callable[[Pair], sitk.Transform], on: sitk.Image
    ) -> tuple[sitk.Image, dict[str, Any]]:
        """The average on a grid, in the images' own brightness, and how they agree with it.

        Args:
            pairs: those that count.
            place: the pull-back map, world of ``on`` -> world of the subject.
        """
        crowd = self.met()
        self._news.tell("averaging")
        values = crowd.values(pairs, place, on)
        average = robust_average(values)
        image = _image(average, on, crowd.typical)
        return image, measures.agreed(values, average, image)

    def mean_shape(self, pairs: Sequence[Pair], on: sitk.Image) -> MeanShape:
        """The mean of their maps from the grid of ``on``."""
        self._news.tell("mean shape")
        mean = MeanShape(Grid.of(on))
        for pair in pairs:
            self._news.check()
            mean.add(transform_of(pair))
        return mean

    def around(self, pairs: Sequence[Pair], template: sitk.Image) -> dict[str, Any]:
        """How far they are from a finished template, and how they agree with it."""
        mean = self.mean_shape(pairs, template)
        self._news.tell("measuring")
        crowd = self.met()
        values = crowd.values(pairs, transform_of, template)
        average = sitk.GetArrayFromImage(crowd.typical.scaled(template)).reshape(Grid.of(template).shape)
        return {**measures.displacement(mean, template), **measures.agreed(values, average, template)}


def _image(average: np.ndarray, on: sitk.Image, unit: Brightness) -> sitk.Image:
    """Values [D, H, W], 0 the background and 1 the content, as an image in a unit of brightness, float32."""
    values = (unit.dark + (unit.content - unit.dark) * average).astype(np.float32)
    return Grid.of(on).stamp(sitk.GetImageFromArray(values.reshape(sitk.GetArrayViewFromImage(on).shape)))
