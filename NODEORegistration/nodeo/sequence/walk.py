"""In which order the frames are registered: from the reference outwards, so that each has a neighbour before it."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One frame.

    Attributes:
        frame: its number.
        after: the number of the neighbour whose deformation its own begins with; None: it begins anew.
    """

    frame: int
    after: int | None


def outward(count: int, start: int, cyclic: bool = False, with_start: bool = False) -> list[Step]:
    """The steps to all frames but ``start``, which is the reference.

    Args:
        cyclic: the last frame is a neighbour of the first.
        with_start: ``start`` is no reference but a frame like the others, the first to be registered.
    """
    ahead = (count - 1 + (count - 1) % 2) // 2 if cyclic else count - 1 - start
    first = start if with_start else None
    steps = [Step(start, None)] if with_start else []
    for way, length in ((1, ahead), (-1, count - 1 - ahead)):
        before = first
        for distance in range(1, length + 1):
            frame = (start + way * distance) % count
            steps.append(Step(frame, before))
            before = frame
    return steps
