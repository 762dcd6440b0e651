"""What is seen of every frame in the planes through the middle of the reference: kept while the frames come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..geometry.grid import Grid
from ..geometry.resampling import resampled
from ..report.content import find_content, window_of
from ..report.planes import Plane, choose_planes
from ..report.scene import normalised
from .result import Frame


@dataclass(frozen=True)
class Film:
    """One plane of all frames; pictures are [rows, columns].

    Attributes:
        plane: which.
        extent: its width and height, mm.
        title: its name, and which slice it is.
        still: the reference, 0 to 1.
        before, after: each frame as it lies and warped, 0 to 1.
        motion: of each frame, mm.
    """

    plane: Plane
    extent: tuple[float, float]
    title: str
    still: np.ndarray
    before: list[np.ndarray]
    after: list[np.ndarray]
    motion: list[np.ndarray]


class Pictures:
    """Slices of the frames, of which one plane is shown in the end: the one in which most changes.

    Args:
        reference: that the frames are registered with.
    """

    def __init__(self, reference: sitk.Image) -> None:
        self._reference = reference
        self._planes = choose_planes(Grid.of(reference), find_content(reference, reference))
        self._seen: dict[int, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}

    def put(self, frame: Frame, image: sitk.Image) -> None:
        """Keep what is to be seen of a frame.

        Args:
            image: the frame itself.
        """
        before = resampled(image, self._reference, sitk.Transform())
        self._seen[frame.number] = [
            (plane.picture(before), plane.picture(frame.warped), plane.picture(frame.motion)) for plane in self._planes
        ]

    def film(self) -> Film:
        """The plane in which the frames differ most before the registration."""
        frames = [self._seen[number] for number in sorted(self._seen)]
        changes = [np.std([frame[p][0] for frame in frames], axis=0).mean() for p in range(len(self._planes))]
        p = int(np.argmax(changes))
        plane, grid = self._planes[p], Grid.of(self._reference)
        window = window_of(np.stack([frame[p][0] for frame in frames]))
        still = plane.picture(self._reference)
        return Film(
            plane,
            plane.extent(grid),
            plane.title(grid),
            normalised(still, window),
            [normalised(frame[p][0], window) for frame in frames],
            [normalised(frame[p][1], window) for frame in frames],
            [frame[p][2] for frame in frames],
        )
