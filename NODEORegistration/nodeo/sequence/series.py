"""A series: images of one body at several times, one at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import SimpleITK as sitk

from ..errors import InputError


@dataclass(frozen=True)
class Series:
    """Frames, in the order of time.

    Attributes:
        take: gives the frame of a number, counted from 0: a scalar 2-D or 3-D image, all in one world.
        times: one each, rising; ``0, 1, 2 …`` where nothing is known of them.
        unit: of the times, such as ``s`` or ``ms``; empty where it is not known.
        name: for titles.
    """

    take: Callable[[int], sitk.Image]
    times: tuple[float, ...]
    unit: str = ""
    name: str = "series"

    def __len__(self) -> int:
        return len(self.times)

    def frame(self, number: int) -> sitk.Image:
        """The frame of that number, counted from 0."""
        return self.take(number)

    def checked_number(self, reference: object) -> int:
        """The number of the frame that is to be the reference.

        Raises:
            InputError: there is one frame only, or no such frame.
        """
        if len(self) < 2:
            raise InputError(f"The series has {len(self)} frame only.", "At least two are needed.")
        if isinstance(reference, bool) or not isinstance(reference, int):
            raise InputError(f"The reference is {reference!r}.", "Give the number of a frame, from 0, or mean.")
        if not 0 <= reference < len(self):
            raise InputError(
                f"The reference is frame {reference}, and there are {len(self)}.", f"Choose 0 to {len(self) - 1}."
            )
        return reference

    @classmethod
    def of(cls, images: Sequence[sitk.Image], times: Sequence[float] | None = None, unit: str = "") -> Series:
        """A series of images that are there already.

        Raises:
            InputError: the times are not one each, or do not rise.
        """
        kept = tuple(images)
        return cls(kept.__getitem__, checked_times(range(len(kept)) if times is None else times, len(kept)), unit)


def checked_times(times: Sequence[float], count: int) -> tuple[float, ...]:
    """Times as numbers, of so many frames.

    Raises:
        InputError: they are not one each; one is not finite, or does not come after the one before.
    """
    if len(times) != count:
        raise InputError(f"There are {count} frames and {len(times)} times.", "Give each frame its time.")
    numbers = tuple(float(time) for time in times)
    for number, time in enumerate(numbers):
        if not math.isfinite(time):
            raise InputError(f"Frame {number} has the time {time:g}.", "Give each frame a finite number.")
    for number, (before, after) in enumerate(pairwise(numbers), start=1):
        if not after > before:
            raise InputError(
                f"Frame {number} has the time {after:g}, and the frame before it {before:g}.",
                "Give times that rise, or none.",
            )
    return numbers
