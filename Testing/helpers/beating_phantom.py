"""A series with a known answer that comes back to its beginning: a textured ball that is squeezed and turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from phantoms import Phantom, drawn, grid, middle, world_points

_SEARCHED = 60  # fixed-point steps to where a place comes from


@dataclass(frozen=True)
class Beat:
    """x -> where it is at a time: every point on a closed path of its own, which begins at the time 0.

    Attributes:
        centre: world mm.
        far: mm; the squeeze reaches .97 of it, the turn .6.
        width: mm, over which both fade.
        period: of time.
    """

    centre: tuple[float, ...]
    far: float
    width: float
    period: float

    def __call__(self, points: np.ndarray, time: float) -> np.ndarray:
        """World points [..., k] of the time 0 at another."""
        local = points - np.asarray(self.centre)
        turn = np.zeros_like(local)
        turn[..., 0], turn[..., 1] = -local[..., 1], local[..., 0]
        fade = np.exp(-(local**2).sum(-1, keepdims=True) / (2.0 * self.width**2))
        angle = 2.0 * np.pi * time / self.period
        motion = 0.8 * (np.cos(angle) - 1.0) * local + np.sin(angle) * turn
        return points + self.far / self.width * fade * motion

    def back(self, points: np.ndarray, time: float) -> np.ndarray:
        """Where points of a time were at the time 0."""
        found = np.array(points, dtype=float)
        for _ in range(_SEARCHED):
            found = found - (self(found, time) - points)
        return found


@dataclass(frozen=True)
class BeatingBall:
    """Frames of a beating ball, at the times 0, 1, 2 … of one period.

    Attributes:
        frames: float32, with noise.
        beat: how it moves.
        inside: world points [n, k] of voxels of the ball at the time 0.
    """

    frames: tuple[sitk.Image, ...]
    beat: Beat
    inside: np.ndarray

    def error(self, transform: sitk.Transform, time: float) -> float:
        """How far a transform from the time 0 to another is from the truth in the ball: mean, mm."""
        found = np.array([transform.TransformPoint(point) for point in self.inside.tolist()])
        return float(np.linalg.norm(found - self.beat(self.inside, time), axis=1).mean())


def beating_ball(
    size: tuple[int, ...] = (64, 64), count: int = 12, far: float = 2.0, noise: float = 10.0, blobs: int = 150
) -> BeatingBall:
    """A ball with texture of 0 to 1000 that beats once in ``count`` frames."""
    on = grid(size)
    centre = middle(on)
    ball = Phantom(centre, radius=0.38 * min(size), seed=3, blobs=blobs, grain=0.09)
    beat = Beat(centre, far, 0.19 * min(size), float(count))
    random = np.random.default_rng(0)
    frames = []
    for time in range(count):
        clean = drawn(lambda points, at=time: ball(beat.back(points, at)), on)
        values = sitk.GetArrayFromImage(clean) + random.normal(0.0, noise, clean.GetSize()[::-1])
        frame = sitk.GetImageFromArray(values.astype(np.float32))
        frame.CopyInformation(clean)
        frames.append(frame)
    points = world_points(on)
    inside = np.linalg.norm(points - np.asarray(centre), axis=-1) < 0.9 * ball.radius
    return BeatingBall(tuple(frames), beat, points[inside])
