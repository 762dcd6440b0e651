"""The images that are averaged: each as bright as the others, read one at a time."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..cohort.pair import Pair
from ..engine.inputs import check_image, without_time
from ..errors import InputError
from ..files.reading import read_image
from ..geometry.grid import Grid
from .asked import FEWEST, too_few
from .average import Values
from .brightness import Brightness, typical

Check = Callable[[], None]  # raises when the work is to stop


@dataclass(frozen=True)
class Look:
    """What is known of an image from a first look.

    Attributes:
        digest: of its values, by which two can be told apart whatever they are called.
    """

    brightness: Brightness
    grid: Grid
    digest: str


class Crowd:
    """All images, or those that can be read.

    Args:
        pairs: whose moving images they are.
        check: called for each.

    Raises:
        InputError: there are too few.

    Attributes:
        looks: by name.
    """

    def __init__(self, pairs: Sequence[Pair], check: Check) -> None:
        self._check = check
        self.looks: dict[str, Look] = {}
        refused: dict[str, str] = {}
        for pair in pairs:
            check()
            try:
                image = _read(pair)
            except InputError as error:  # its registration says the same
                refused[pair.name] = f"{error.message} {error.hint}".strip()
                continue
            digest = hashlib.sha256(sitk.GetArrayViewFromImage(image).tobytes()).hexdigest()
            self.looks[pair.name] = Look(Brightness.of(image), Grid.of(image), digest)
        if len(self.looks) < FEWEST:
            raise too_few(len(pairs), refused)

    @property
    def typical(self) -> Brightness:
        """The median of the images."""
        return typical([look.brightness for look in self.looks.values()])

    def middle(self) -> str:
        """The name of the image whose content has the median volume, whatever the images' order and names."""
        by_volume = sorted(self.looks, key=lambda name: (self.looks[name].brightness.volume, self.looks[name].digest))
        return by_volume[(len(by_volume) - 1) // 2]

    def values(self, pairs: Sequence[Pair], place: Callable[[Pair], sitk.Transform], on: sitk.Image) -> Values:
        """The images on a grid, each read and moved once whenever they are asked for.

        Args:
            place: of a pair, the pull-back map from the grid's world to the image's.
            on: an image that has the grid.
        """

        def read() -> Iterator[np.ndarray]:
            shape = Grid.of(on).shape
            for pair in pairs:
                self._check()
                image = self.looks[pair.name].brightness.scaled(_read(pair))
                there = sitk.Resample(image, on, place(pair), sitk.sitkLinear, math.nan)
                yield sitk.GetArrayFromImage(there).reshape(shape)

        return read


def _read(pair: Pair) -> sitk.Image:
    image = check_image(without_time(read_image(pair.files["moving"], "moving image")), "moving image")
    return sitk.Cast(image, sitk.sitkFloat32)
