"""The pair that a linear start is looked for, and the resolutions it is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..similarity.channel import Scan
from .frame import Frame
from .likeness import Likeness
from .places import Places, expected
from .view import View, content_sides, view

_FINER = 1.5  # moving points along what is smoothed away: the image is nearly linear between them
# Fixed points lie so many moving points apart. None of it is near a ratio of small whole numbers: lattices that meet
# again and again are most alike where they meet.
_RATIOS = tuple(1.272 * 1.272**i for i in range(16))


@dataclass(frozen=True)
class Resolution:
    """How finely a pair is looked at.

    Attributes:
        samples: along the longest side of the smaller image's content: what is finer is smoothed away.
        points: of the fixed image that are compared, about.
        bins: of the histogram, an image.
    """

    samples: int
    points: int
    bins: int


@dataclass(frozen=True)
class Pair:
    """Two images in one frame.

    Attributes:
        fixed, moving: in the unit of the frame.
        frame: of both.
        device: that works.
    """

    fixed: Scan
    moving: Scan
    frame: Frame
    device: torch.device

    @property
    def k(self) -> int:
        """Dimensions in which there is something to find."""
        return len(self.fixed.grid.axes)

    @property
    def extent(self) -> float:
        """The longest side of the smaller image's content, or of half the larger one's; in the unit of the frame."""
        extents = [max(content_sides(scan)) for scan in (self.fixed, self.moving)]
        return max(min(extents), 0.5 * max(extents))

    def level(self, at: Resolution) -> Level:
        """The pair as it is seen at a resolution."""
        width = self.extent / at.samples
        between = width / _FINER
        wanted = (math.prod(content_sides(self.fixed)) / at.points) ** (1.0 / self.k)
        ratio = min(_RATIOS, key=lambda ratio: abs(math.log(ratio * between / wanted)))
        fixed = view(self.fixed, self.frame, width, ratio * between, self.device, whole=False)
        moving = view(self.moving, self.frame, width, between, self.device)
        return Level(fixed, moving, width, at)


class Level:
    """A pair at one resolution.

    Attributes:
        fixed, moving: as they are seen.
        width: what is finer is not seen; in the unit of the frame, as are all lengths.
        samples: of this width, along the longest side.
        centre: [k], of the fixed points.
        radius: how far these are from it in the mean.
        expected: where the fixed image may well be taken to.
    """

    def __init__(self, fixed: View, moving: View, width: float, at: Resolution) -> None:
        self.fixed, self.moving, self.width, self.samples = fixed, moving, width, at.samples
        self.centre = fixed.middle
        self.radius = float((fixed.points() - self.centre[:, None]).square().sum(0).mean().sqrt())
        self.likeness = Likeness(fixed, self.centre, moving, at.bins)
        self.expected = expected(fixed, moving)

    def score(self, places: Places) -> Tensor:
        """[b], larger is more alike."""
        return self.likeness.score(places.matrix, places.about(self.centre))

    def likely(self, places: Places) -> Tensor:
        """[b], 0 or less, differentiable: what is added to the score, so that a large motion has to be better."""
        return places.likely(self.centre, self.radius, self.expected)
