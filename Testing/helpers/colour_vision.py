"""Colours as eyes see them that lack one kind of receptor, and how far apart two colours look.

Matrices for linear RGB after Machado, Oliveira and Fernandes (IEEE Transactions on Visualization and Computer Graphics
15, 2009), for a receptor that is missing altogether. Distances are ΔE in CIELAB: 2 can just be seen side by side, 10 at
a glance.
"""

from __future__ import annotations

import numpy as np

EYES = {
    "all receptors": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def seen(colours: np.ndarray, eyes: str) -> np.ndarray:
    """CIELAB [..., 3] of sRGB colours [..., 3], 0 to 1, as these eyes see them."""
    light = np.clip(_linear(np.asarray(colours, dtype=float)) @ EYES[eyes].T, 0.0, 1.0)
    x, y, z = np.moveaxis(_bent(light @ _TO_XYZ.T / _WHITE), -1, 0)
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def apart(one: np.ndarray, other: np.ndarray, eyes: str) -> np.ndarray:
    """ΔE [n, m] between colours [n, 3] and colours [m, 3]."""
    return np.linalg.norm(seen(one, eyes)[:, None] - seen(other, eyes)[None], axis=-1)


def contrast(one: str, other: str) -> float:
    """The ratio of luminances of two colours written as #rrggbb, 1 to 21 (WCAG)."""
    luminances = [float(_linear(_rgb(colour)) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other)]
    return max(luminances) / min(luminances)


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)])


def _linear(colours: np.ndarray) -> np.ndarray:
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def _bent(ratio: np.ndarray) -> np.ndarray:
    return np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16.0 / 116.0)
