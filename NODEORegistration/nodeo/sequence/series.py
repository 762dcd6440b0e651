"""A series: images of one body at several times, one at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import SupportsIndex

import SimpleITK as sitk

from ..errors import InputError, check_kind


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
        """The frame of that number, counted from 0.

        Raises:
            InputError: there is no such frame, or it is no image.
        """
        if not 0 <= number < len(self):
            raise InputError(f"There is no frame {number}, of {len(self)}.", f"Choose 0 to {len(self) - 1}.")
        image = self.take(number)
        check_kind(f"frame {number}", image, sitk.Image)
        return image

    def checked_number(self, reference: object) -> int:
        """The number of the frame that is to be the reference.

        Raises:
            InputError: there is one frame only, or no such frame.
        """
        if len(self) < 2:
            raise InputError(f"The series has {len(self)} frame only.", "At least two are needed.")
        if isinstance(reference, bool) or not isinstance(reference, SupportsIndex):
            raise InputError(f"The reference is {reference!r}.", "Give the number of a frame, from 0, or mean.")
        number = int(reference)  # NumPy's numbers, too
        if not 0 <= number < len(self):
            raise InputError(
                f"The reference is frame {number}, and there are {len(self)}.", f"Choose 0 to {len(self) - 1}."
            )
        return number

    @classmethod
    def of(cls, images: Sequence[sitk.Image], times: Sequence[float] | None = None, unit: str = "") -> Series:
        """A series of images that are there already.

        Raises:
            InputError: the images are none; the times are not one each, or do not rise.
        """
        if isinstance(images, sitk.Image):  # whose pixels would be taken for frames
            raise InputError("The frames are one image.", "Give a list with an image for each frame.")
        kept = tuple(images)
        for number, image in enumerate(kept):
            check_kind(f"frame {number}", image, sitk.Image)
        return cls(kept.__getitem__, checked_times(range(len(kept)) if times is None else times, len(kept)), unit)


def time_text(time: float) -> str:
    """A time for a file, to the last digit that a person can have given."""
    return f"{time:.15g}"


def checked_times(times: Sequence[float], count: int) -> tuple[float, ...]:
    """Times as numbers, of so many frames.

    Raises:
        InputError: they are not one each; one is not finite, or does not come after the one before.
    """
    if len(times) != count:
        raise InputError(f"There are {count} frames and {len(times)} times.", "Give each frame its time.")
    try:
        numbers = tuple(float(time) for time in times)
    except (TypeError, ValueError) as error:
        raise InputError("The times are no numbers.", "Give each frame a finite number.") from error
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
