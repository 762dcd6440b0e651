"""Linear transforms by few numbers, each of which moves the image by about the same length."""

from __future__ import annotations

import torch
from torch import Tensor


def count(kind: str, k: int) -> int:
    """How many numbers a transform of ``k`` dimensions takes."""
    turns = k * (k - 1) // 2
    return k + {"rigid": turns, "similarity": turns + 1, "affine": k * k}[kind]


def moved(kind: str, matrix: Tensor, offset: Tensor, numbers: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Transforms changed by ``numbers``; 0 changes nothing. Differentiable.

    Args:
        matrix, offset: [b, k, k] and [b, k], about the middle of the image.
        numbers: [b, n], lengths: the shift, then what a turn, a stretch or a shear does at the distance ``radius``.
    """
    k = offset.shape[1]
    shift, rest = numbers[:, :k], numbers[:, k:] / radius
    if kind == "affine":
        change = rest.view(-1, k, k) + torch.eye(k, dtype=rest.dtype, device=rest.device)
    else:
        angles = k * (k - 1) // 2
        change = turned(rest[:, :angles])
        if kind == "similarity":
            change = change * rest[:, angles, None, None].exp()
    return change @ matrix, offset + shift


def turned(turns: Tensor) -> Tensor:
    """Rotations [b, k, k] about v by 2 atan(|v| / 2), nearly |v|, for ``turns`` v [b, 3]; by v itself for [b, 1]."""
    if turns.shape[1] == 1:
        angle = turns[:, 0]
        c, s = angle.cos(), angle.sin()
        return torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2)
    quaternion = torch.cat([torch.ones_like(turns[:, :1]), 0.5 * turns], 1)
    return rotation(quaternion)


def rotation(quaternion: Tensor) -> Tensor:
    """Rotations [b, 3, 3] of quaternions [b, 4] of any length, the real part first."""
    w, x, y, z = (quaternion / quaternion.norm(dim=1, keepdim=True)).unbind(1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)
