"""The warped image: by ITK, or on a device that ITK does not know, by what ITK does."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..geometry.linear_points import LinearPoints, sampling
from ..geometry.resampling import darkest, resampled
from ..geometry.sampling import sample
from ..models.base import Task

_INTEGERS = (sitk.sitkUInt8, sitk.sitkInt8, sitk.sitkUInt16, sitk.sitkInt16)  # that float32 holds
_HAIR = 1e-3  # of a grey level: what single precision may take from a whole number


def warped_image(moving: sitk.Image, task: Task, forward: Tensor, transform: sitk.Transform) -> sitk.Image:
    """The moving image on the fixed grid, in its own pixel type; as dark as its darkest voxel where it is not seen.

    Args:
        forward: u [k, D, H, W] in φ(x) = A(x + u(x)), local mm at every voxel of the domain; where it lies, is worked.
        transform: φ.
    """
    grids = task.fixed.grid, task.moving.grid
    flat = any(len(grid.axes) < grid.ndim for grid in grids)
    known = moving.GetPixelID() in (sitk.sitkFloat32, *_INTEGERS) and task.initial.is_linear and not flat
    if forward.device.type == "cpu" or not known:
        return resampled(moving, task.fixed.image, transform)
    warped = _read(task.moving.grid.tensor(moving).to(forward.device), darkest(moving), task, forward)
    if moving.GetPixelID() in _INTEGERS:
        warped = (warped + _HAIR * warped.sign()).trunc()  # as ITK does
    return sitk.Cast(task.fixed.grid.image(warped), moving.GetPixelID())


def _read(values: Tensor, background: float, task: Task, forward: Tensor) -> Tensor:
    """The moving image's ``values`` [D, H, W] where φ leads, [d, h, w] on the fixed grid."""
    fixed, grid, device = task.fixed.grid, task.moving.grid, forward.device
    to_index = np.linalg.inv(grid.matrix) @ task.initial.matrix @ fixed.rotation
    to_index = torch.from_numpy(to_index).float().to(device)
    size = torch.tensor(grid.size, dtype=torch.float64, device=device).view(-1, *[1] * grid.ndim)
    displacement = forward.new_zeros(len(forward), *fixed.shape)
    displacement[(slice(None), *task.domain.region())] = task.domain.inside(forward)
    at_rest = LinearPoints.index(fixed, grid, task.initial.matrix, task.initial.offset)
    warped = values.new_empty(fixed.shape)
    for planes, index in at_rest.slabs(device):
        index = index + (to_index @ displacement[:, planes].flatten(1)).view(index.shape)
        seen = ((index >= -0.5) & (index < size - 0.5)).all(0)
        there = sample(values[None], sampling(index, grid.size))[0]
        warped[planes] = torch.where(seen, there, background)
    return warped
