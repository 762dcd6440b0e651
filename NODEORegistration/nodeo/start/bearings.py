"""Whether the place that a registration begins from looks right: a wrong one ends in a result that looks like one."""

from __future__ import annotations

import torch

from ..field.initial_transform import InitialTransform
from ..similarity.channel import Scan
from .frame import Frame
from .linear import COARSE
from .pair import Level, Pair
from .places import Places, identity, joined

_SHIFT = 1 / 3  # of the fixed image: there and farther, other things lie on each other
_AS_ALIKE = 0.98  # of the likeness at a place that is surely wrong


def looks_lost(fixed: Scan, moving: Scan, initial: InitialTransform) -> bool:
    """Whether the images look no more alike under the initial transform than where they surely do not belong.

    Those places are the same one with the moving image seen in a mirror, along each axis of the fixed image, and
    shifted by a third of it either way. They show what chance gives for images with such contents: of two brains much
    more than of two textures, so that no fixed number would do.
    """
    frame = Frame(fixed.grid, moving.grid)
    level = Pair(fixed, moving, frame, torch.device("cpu")).level(COARSE)
    matrix, offset = (torch.from_numpy(part)[None] for part in frame.lower(initial))
    start = Places(matrix, offset)
    wrong = _elsewhere(level)
    composed = Places(matrix @ wrong.matrix, wrong.offset @ matrix[0].T + offset)
    there, elsewhere = level.score(start), level.score(composed)
    return bool(there < _AS_ALIKE * elsewhere.max())


def _elsewhere(level: Level) -> Places:
    """What leads from the fixed image to places in it that are surely others."""
    fixed, k = level.fixed, len(level.centre)
    sides = fixed.matrix * (fixed.size - 1.0)  # a column each
    eye = identity(k).matrix
    axes = sides / sides.norm(dim=0)
    mirrors = eye - 2.0 * axes.T[:, :, None] * axes.T[:, None, :]
    shifts = _SHIFT * torch.cat([sides.T, -sides.T])
    centre = fixed.centre_of_mass()
    return joined(Places.taking(mirrors, centre, centre), Places(eye.expand(2 * k, k, k), shifts))
