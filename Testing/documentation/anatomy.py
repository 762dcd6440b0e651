"""Made bodies for the how-to pages: a head in two modalities, a breathing chest, a stained section.

Each is a formula of the place, in mm around 0, so that a second image of the same body, deformed by a known map, is
drawn without interpolating anything. They look enough like the real thing to show what a page is about, and may be
passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

BREATH = 16.0  # mm that the diaphragm moves
CAVITY = np.array([34.0, 26.0, 2.0]), 15.0  # middle and radius of what was taken out, mm


def head(points: np.ndarray, modality: str = "MR") -> np.ndarray:
    """Grey values [...] of a head at points [..., 3]: ``MR`` as T1 shows it, or ``CT`` in Hounsfield units."""
    air, scalp, skull, white, grey, fluid = {
        "MR": (0.0, 900.0, 60.0, 760.0, 540.0, 170.0),
        "CT": (-1000.0, 20.0, 1100.0, 28.0, 42.0, 6.0),
    }[modality]
    depth = np.linalg.norm(points / np.array([72.0, 90.0, 80.0]), axis=-1)
    folds = _waves(points, 11, 22.0)
    cortex = 0.80 + 0.05 * folds
    values = np.full(depth.shape, air)
    for inside, value in ((1.0, scalp), (0.93, skull), (0.87, fluid), (0.85, grey)):
        values = _over(values, value, (inside - depth) * 80.0)
    values = _over(values, white, (cortex - 0.1 - depth) * 60.0)
    for side in (-1.0, 1.0):
        horn = (points - np.array([side * 11.0, -2.0, 8.0])) / np.array([6.0, 27.0, 11.0])
        nucleus = (points - np.array([side * 22.0, 4.0, 0.0])) / np.array([8.0, 18.0, 12.0])
        values = _over(values, grey, (1.0 - np.linalg.norm(nucleus, axis=-1)) * 8.0)
        values = _over(values, fluid, (1.0 - np.linalg.norm(horn, axis=-1)) * 8.0)
    return values + 0.04 * (white - fluid) * _waves(points, 12, 14.0) * (depth < 0.8)


def lesion(points: np.ndarray) -> np.ndarray:
    """Depth [...] below the surface of the cavity of an operation, mm; negative outside."""
    middle, radius = CAVITY
    return radius - np.linalg.norm(points - middle, axis=-1)


def chest(points: np.ndarray) -> np.ndarray:
    """Hounsfield units [...] of a chest at points [..., 3]: lungs with vessels, a heart, spine, ribs, liver."""
    x, y, z = np.moveaxis(points, -1, 0)
    wall = 1.0 - np.hypot(x / 140.0, y / 95.0)
    values = _over(np.full(x.shape, -1000.0), -90.0, wall * 90.0)
    values = _over(values, 45.0, (wall - 0.08) * 90.0)
    ribs = (np.cos((z + 0.25 * y) / 4.0) - 0.55) * 6.0
    values = _over(values, 500.0, np.minimum(ribs, 8.0 - abs(wall - 0.17) * 90.0))
    for side in (-1.0, 1.0):
        lung = (points - np.array([side * 62.0, 0.0, 15.0])) / np.array([48.0, 66.0, 92.0])
        dome = z + 55.0 + ((x - side * 60.0) ** 2 + y**2) / 220.0
        depth = np.minimum((1.0 - np.linalg.norm(lung, axis=-1)) * 50.0, dome)
        values = _over(values, -840.0, depth)
        inside = depth > 2.0
        values[inside] = np.maximum(values[inside], -840.0 + 800.0 * _vessels(points[inside], side))
    heart = (points - np.array([18.0, -28.0, -15.0])) / np.array([38.0, 34.0, 42.0])
    values = _over(values, 60.0, (1.0 - np.linalg.norm(heart, axis=-1)) * 30.0)
    return _over(values, 350.0 + 150.0 * np.cos(z / 4.0), 15.0 - np.hypot(x, y - 62.0))


def breath(points: np.ndarray) -> np.ndarray:
    """Where the chest at full inspiration lies at full expiration: the diaphragm rises, spine and wall stay."""
    x, y, z = np.moveaxis(points, -1, 0)
    free = np.exp(-(((abs(x) - 62.0) / 48.0) ** 4) - ((y + 5.0) / 62.0) ** 4)
    moved = np.array(points, dtype=float)
    moved[..., 2] += BREATH * free * np.exp(-(((z + 50.0) / 45.0) ** 2))
    moved[..., 1] -= 0.25 * BREATH * free * np.exp(-(((z - 5.0) / 60.0) ** 2))
    return moved


def section(points: np.ndarray, stain: str = "blue") -> np.ndarray:
    """Colours [..., 3], 0 to 255, of a stained section of tissue at points [..., 2]."""
    ground, tissue, gland, nuclei = {
        "blue": ((244, 242, 246), (222, 170, 200), (246, 232, 240), (96, 60, 140)),
        "brown": ((246, 244, 240), (200, 206, 224), (238, 238, 244), (130, 84, 48)),
    }[stain]
    radius = np.linalg.norm(points / np.array([13.0, 10.0]), axis=-1) + 0.08 * _waves(points, 21, 8.0)
    values = np.broadcast_to(np.asarray(ground, float), (*radius.shape, 3)).copy()
    values = _over(values, np.asarray(tissue, float), ((1.0 - radius) * 12.0)[..., None])
    random = np.random.default_rng(5)
    for _ in range(26):
        middle, width = random.uniform((-10.0, -7.5), (10.0, 7.5)), random.uniform(0.7, 1.7)
        if np.linalg.norm(middle / np.array([13.0, 10.0])) < 0.82:
            distance = np.linalg.norm((points - middle) * random.uniform(0.8, 1.2, 2), axis=-1) - width
            values = _over(values, np.asarray(nuclei, float), ((0.32 - abs(distance)) * 6.0)[..., None])
            values = _over(values, np.asarray(gland, float), ((-0.3 - distance) * 6.0)[..., None])
    dense = np.clip(_waves(points, 22, 2.6) - 0.5, 0.0, 1.0) * (radius < 0.97)
    return np.clip(values + 0.8 * dense[..., None] * (np.asarray(nuclei) - values), 0.0, 255.0)


def _over(values: np.ndarray, value: np.ndarray | float, depth: np.ndarray) -> np.ndarray:
    """``value`` laid over ``values`` where ``depth`` is positive, with an edge that is 1 wide."""
    share = np.clip(depth + 0.5, 0.0, 1.0)
    return values + share * (value - values)


def _waves(points: np.ndarray, seed: int, length: float) -> np.ndarray:
    """A smooth texture between about -1 and 1, of waves of about ``length`` mm."""
    random = np.random.default_rng(seed)
    total = np.zeros(points.shape[:-1])
    for _ in range(12):
        way = random.normal(size=points.shape[-1])
        way *= 2.0 * np.pi / (length * random.uniform(0.8, 1.6) * np.linalg.norm(way))
        total += np.sin(points @ way + random.uniform(0.0, 2.0 * np.pi))
    return total / 4.0


def _vessels(points: np.ndarray, side: float) -> np.ndarray:
    """How much [n] of each of the points [n, 3] is a vessel of the lung of that side, 0 to 1."""
    found = np.zeros(len(points))
    for start, end, width in _tree(side):
        low, high = np.minimum(start, end) - width - 1.0, np.maximum(start, end) + width + 1.0
        near = ((points > low) & (points < high)).all(axis=-1)
        local, along = points[near] - start, end - start
        share = np.clip((local @ along) / (along @ along), 0.0, 1.0)
        distance = np.linalg.norm(local - share[:, None] * along, axis=-1)
        found[near] = np.maximum(found[near], np.clip((width - distance) / 1.5 + 0.5, 0.0, 1.0))
    return found


@cache
def _tree(side: float) -> Sequence[tuple[np.ndarray, np.ndarray, float]]:
    """The branches of a lung's vessels: beginning, end, radius; mm."""
    random = np.random.default_rng(int(40 + side))
    tips = [(np.array([side * 24.0, 0.0, 10.0]), np.array([side * 0.6, 0.0, -0.1]), 30.0, 4.5)]
    branches = []
    for _ in range(5):
        grown = []
        for start, way, length, width in tips:
            for _ in range(3 if width > 4.0 else 2):
                turned = way + 0.75 * random.normal(size=3)
                turned /= np.linalg.norm(turned)
                end = start + length * turned
                branches.append((start, end, width))
                grown.append((end, turned, 0.8 * length, 0.75 * width))
        tips = grown
    return branches
