"""The initial transform that corresponding points ask for: the richest that so many of them determine."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..field.initial_transform import affine
from ..geometry.point_pairs import PointPairs

_FLAT = 1e-2  # extent of the points across a line or a plane, to that along it: less is no extent
_SQUEEZED = 0.2  # an affine fit that squeezes a direction so far, to the one it stretches most, follows noise


def fitted(pairs: PointPairs, dimension: int) -> sitk.Transform:
    """The least-squares transform, fixed world -> moving world (Umeyama 1991 for rigid and similarity).

    In 3-D one or two pairs give a translation, three a rigid transform, from four a similarity, from eight an affine
    one; in 2-D one, two, from three, from six. Points on a line, or for an affine transform in a plane, give less.

    Args:
        dimension: k, of what is registered: 2 for slices, also those stored as volumes.

    Raises:
        InputError: the moving points all lie in one place.
    """
    n = len(pairs)
    here, there = pairs.fixed.mean(0), pairs.moving.mean(0)
    fixed, moving = pairs.fixed - here, pairs.moving - there
    rank = min(_rank(fixed), _rank(moving))
    if n >= 2 and _rank(moving) == 0:
        raise InputError("All moving points lie in one place.", "Start from another initial transform.", "initial")
    matrix = np.eye(len(here))
    if n >= 2 * dimension + 2 and rank == len(here):
        matrix = _affine(fixed, moving)
    elif n >= dimension and rank >= dimension - 1:
        matrix = _similarity(fixed, moving, scaled=n > dimension)
    return affine(matrix, there - matrix @ here)


def _rank(centred: np.ndarray) -> int:
    """How many directions points [n, k] about their mean extend in."""
    extents = np.linalg.svd(centred, compute_uv=False)
    return int((extents > _FLAT * extents[0]).sum()) if extents[0] > 0 else 0


def _affine(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    matrix = np.linalg.lstsq(fixed, moving, rcond=None)[0].T
    stretches = np.linalg.svd(matrix, compute_uv=False)
    sound = np.linalg.det(matrix) > 0 and stretches[-1] > _SQUEEZED * stretches[0]
    return matrix if sound else _similarity(fixed, moving, scaled=True)


def _similarity(fixed: np.ndarray, moving: np.ndarray, scaled: bool) -> np.ndarray:
    """A rotation that mirrors nothing, times one scale."""
    u, stretch, vt = np.linalg.svd(moving.T @ fixed)
    signs = np.ones(len(stretch))
    signs[-1] = np.sign(np.linalg.det(u @ vt))
    scale = float((stretch * signs).sum() / (fixed**2).sum()) if scaled else 1.0
    return scale * (u * signs) @ vt
