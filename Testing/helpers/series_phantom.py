"""A series with a known answer: a textured ball that is pushed about and grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from phantoms import Phantom, drawn, grid, mapped, middle, world_points


@dataclass(frozen=True)
class Growing:
    """Where in the ball at rest a place of a later moment comes from: less and less moved further out.

    Attributes:
        centre: world mm.
        push: mm, at the centre, at the time 1; its length is the dimension.
        growth: of lengths at the centre, at the time 1.
        width: mm, over which both fade.
        time: the moment.
    """

    centre: tuple[float, ...]
    push: tuple[float, ...]
    growth: float
    width: float
    time: float

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """World points [..., k] of this moment, at rest."""
        local = points - np.asarray(self.centre)
        fade = np.exp(-(local**2).sum(-1) / (2.0 * self.width**2))[..., None]
        return points - self.time * fade * (np.asarray(self.push) + self.growth * local)


@dataclass(frozen=True)
class SeriesPhantom:
    """Frames of a growing ball.

    Attributes:
        frames: float32, one a time.
        maps: world of each frame -> world at the time 0.
        ball: at rest.
    """

    frames: tuple[sitk.Image, ...]
    maps: tuple[Growing, ...]
    ball: Phantom

    def error(self, transform: sitk.Transform, frame: int, reference: int = 0) -> float:
        """How far a transform reference -> frame is from the truth, within the ball: mean, mm, at rest."""
        points = world_points(self.frames[reference])
        at_rest = self.maps[reference](points)
        inside = np.linalg.norm(at_rest - np.asarray(self.ball.centre), axis=-1) < 0.9 * self.ball.radius
        found = self.maps[frame](mapped(transform, self.frames[reference]))
        return float(np.linalg.norm(found - at_rest, axis=-1)[inside].mean())


def growing_ball(
    size: tuple[int, ...] = (44, 40), times: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0), far: float = 4.0
) -> SeriesPhantom:
    """A ball that is pushed by up to ``far`` mm and grows by an eighth, seen at some times."""
    on = grid(size)
    centre = middle(on)
    push = tuple(far * step for step in (0.8, -0.6, 0.3)[: len(size)])
    ball = Phantom(centre, radius=0.32 * min(size), blobs=60, grain=0.12)
    maps = tuple(Growing(centre, push, 0.15, 0.32 * min(size), time) for time in times)

    def moment(at: Growing) -> sitk.Image:
        return drawn(lambda points: ball(at(points)), on)

    return SeriesPhantom(tuple(map(moment, maps)), maps, ball)
