"""Two volumes in one picture: as a checkerboard, or subtracted. Both as the eye sees them, window and level applied."""

import numpy as np
import slicer

_TILES = 8  # along the longest side


def checkerboard(fixed, warped, spacing):
    """Tiles of one array and the other, about eight along the longest side.

    Args:
        fixed, warped: arrays [D, H, W], 0 to 1.
        spacing: mm along D, H, W.
    """
    tile = max(n * s for n, s in zip(fixed.shape, spacing, strict=True)) / _TILES
    parity = np.zeros(fixed.shape, dtype=bool)
    for axis, (count, step) in enumerate(zip(fixed.shape, spacing, strict=True)):
        shape = [1] * fixed.ndim
        shape[axis] = count
        parity ^= ((np.arange(count) * step // tile).astype(int) % 2 == 1).reshape(shape)
    return np.where(parity, warped, fixed)


def difference(fixed, warped, spacing=None):
    """fixed - warped, -1 to 1: gray where they agree."""
    return fixed - warped


def seen(volumeNode):
    """A volume's array [D, H, W] as its window and level show it: 0 black, 1 white."""
    display = volumeNode.GetDisplayNode()
    array = slicer.util.arrayFromVolume(volumeNode).astype(np.float32)
    if display is None:
        low, high = float(array.min()), float(array.max())
    else:
        low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
    return np.clip((array - low) / max(high - low, 1e-12), 0.0, 1.0)


def correlation(first, second):
    """How alike two volumes on the same voxels are: 1 for the same up to brightness and contrast."""
    one, other = (slicer.util.arrayFromVolume(node).ravel().astype(np.float32) for node in (first, second))
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / max(np.sqrt((one @ one) * (other @ other)), 1e-12))


def sameGrid(first, second):
    """Whether two volumes have as many voxels along each axis."""
    images = [node.GetImageData() for node in (first, second)]
    return None not in images and images[0].GetDimensions() == images[1].GetDimensions()
