"""Six small pairs of different kinds: real ones where the data lie beside the checkout, else made ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from phantoms import Phantom, bumps, drawn, grid, middle

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SIZE, SPACING = (40, 34, 28), (1.0, 1.2, 1.4)


@dataclass(frozen=True)
class Pair:
    """Two images and where to start from.

    Attributes:
        fixed, moving: images.
        start: fixed world -> moving world, or None for the identity.
    """

    fixed: sitk.Image
    moving: sitk.Image
    start: sitk.Transform | None = None


def phantom(size: Sequence[int], spacing: Sequence[float], push: float = 2.5, seeds: tuple[int, int] = (0, 0)) -> Pair:
    """A textured ball and the same, warped; of two different textures if the seeds differ."""
    on = grid(size, spacing)
    widths = [(n - 1) * h for n, h in zip(size, spacing, strict=True)]
    warp = bumps(middle(on), push)
    fixed, moving = (Phantom(middle(on), 0.42 * min(widths), seed, blobs=120) for seed in seeds)
    return Pair(drawn(lambda x: fixed(warp(x)), on), drawn(moving, on))


def ball() -> Pair:
    """A volume of voxels that are no cubes."""
    return phantom(SIZE, SPACING)


def disk() -> Pair:
    """Two dimensions."""
    return phantom((60, 52), (1.0, 1.25))


def thick() -> Pair:
    """Few thick slices."""
    return phantom((48, 44, 10), (1.0, 1.0, 4.0))


def unlike() -> Pair:
    """Two textures that have nothing in common: whatever is found is forced."""
    return phantom((34, 34, 34), (1.0, 1.0, 1.0), seeds=(0, 1))


def rough_start() -> Pair:
    """A start by a rough B-spline that does not fold."""
    pair = ball()
    start = sitk.BSplineTransformInitializer(pair.fixed, [6, 6, 6])
    count = len(start.GetParameters())
    start.SetParameters(np.random.default_rng(3).uniform(-2.0, 2.0, count).tolist())
    return Pair(pair.fixed, pair.moving, start)


def mirrored_start() -> Pair:
    """The moving image is seen in a mirror, and the start is that mirror."""
    pair = ball()
    centre = np.asarray(middle(pair.fixed))
    mirror = sitk.AffineTransform(3)
    mirror.SetCenter(centre.tolist())
    mirror.SetMatrix((-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    moving = sitk.Flip(pair.moving, (True, False, False))
    moving.CopyInformation(pair.moving)
    return Pair(pair.fixed, moving, mirror)


def _read(folder: str, fixed: str, moving: str) -> Callable[[], Pair]:
    return lambda: Pair(*(sitk.ReadImage(str(SHARED / folder / f"{name}.nii.gz")) for name in (fixed, moving)))


def all_pairs() -> dict[str, Callable[[], Pair]]:
    """Six pairs by name."""
    made = {"disk": disk, "rough start": rough_start, "mirrored start": mirrored_start}
    if not SHARED.is_dir():
        return {"ball": ball, "thick slices": thick, "nothing in common": unlike, **made}
    return {
        "hippocampus": _read("hippocampus", "001", "003"),
        "brain slice": _read("slices2d", "oasis_fixed", "oasis_moving"),
        "heart": _read("cardiac_p1", "fixed", "moving"),
        **made,
    }
