"""The way back as the moving image sees it: at its own voxels, which lie between the nodes of the inverse."""

from __future__ import annotations

import itertools
import math

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..field.initial_transform import composite, field_transform
from ..field.point_inverse import moved
from ..field.regularity import Folding, measure_folding
from ..field.smoothed_folds import smoothed_at, without_folds
from ..geometry.grid import Grid
from ..models.base import Task

_ROUNDS = 2  # of smoothing at a time, what folds at the moving voxels only; more, and wider, when it does not help
_PATIENCE = 6  # times without fewer folds, and
_MOST_POINTS = 2_000_000  # places to smooth at: where the map itself folds, smoothing does not end it


def mended(task: Task, back: Tensor, nodes: Grid) -> tuple[sitk.Transform, Folding]:
    """φ⁻¹ without folds at the moving voxels, and its folding there as it is now measured.

    Where moving voxels lie farther apart than the nodes of the inverse, the difference between two of them can turn
    over although no cell between them does. The inverse is smoothed there too.

    Args:
        back: the displacement [k, ...] of the deformation's inverse, local mm, that folds nowhere at its own ``nodes``.
    """
    fewest, since = math.inf, 0
    while True:
        inverse = composite([field_transform(nodes.vector_image(back)), task.initial.inverse])
        seen, first = _seen(task, inverse, back, nodes)
        folding, folded = measure_folding(seen, task.moving.grid.step, middles=True)
        count = int(folded.sum())
        since = 0 if count < fewest else since + 1
        fewest = min(fewest, count)
        if not count or since == _PATIENCE:
            return inverse, folding
        around = _around(task, nodes, reach=since + 1)
        if count * len(around) > _MOST_POINTS:
            return inverse, folding
        folds = folded.nonzero().flip(1).numpy() + first
        near = _nodes_at((folds[:, None] + around).reshape(-1, around.shape[1]), task, nodes)
        smoothed = smoothed_at(back, near, rounds=_ROUNDS * (since + 1) ** 2)
        back, _ = without_folds(smoothed, nodes.step)


def _seen(task: Task, inverse: sitk.Transform, back: Tensor, nodes: Grid) -> tuple[Tensor, tuple[int, ...]]:
    """What φ⁻¹ does at the moving voxels from a first one (x first) on; elsewhere it folds nowhere.

    Returns:
        [k, D, H, W], mm along the moving image's axes, mirrored if A mirrors; and that first voxel.
    """
    grid, initial = task.moving.grid, task.initial
    at_rest = initial.is_linear and np.array_equal(initial.matrix, np.eye(grid.ndim)) and not initial.offset.any()
    every = [round(h / n) for h, n in zip(grid.step, nodes.step, strict=True)]
    if at_rest and grid.agrees(task.fixed.grid, 1e-6) and min(every) > 0:  # some of the nodes are the moving voxels
        at_voxels = back[(slice(None), *[slice(None, None, n) for n in reversed(every)])]
        return task.domain.inside(at_voxels).contiguous(), task.domain.overlap()[0]
    displacement = grid.local_vectors(grid.displacements(inverse))
    if initial.determinant < 0:  # a mirror is no fold: seen in another mirror, space keeps its sides
        extent = torch.arange(grid.shape[-1], dtype=displacement.dtype) * grid.step[0]
        displacement[0] = -displacement[0] - 2.0 * extent
    return displacement, (0,) * len(grid.axes)


def _around(task: Task, nodes: Grid, reach: int) -> np.ndarray:
    """Steps [m, k], x first, in moving voxels, to all places up to ``reach`` of them away, as near as the nodes are."""
    parts = [max(1, math.ceil(h / n)) for h, n in zip(task.moving.grid.step, nodes.step, strict=True)]
    return np.array(list(itertools.product(*[np.linspace(-reach, reach, 2 * reach * n + 1) for n in parts])))


def _nodes_at(places: np.ndarray, task: Task, nodes: Grid) -> Tensor:
    """Indices [m, k], z first, of the nodes at continuous moving indices [n, k], x first."""
    grid, inside = task.moving.grid, list(nodes.axes)
    index = np.zeros((len(places), grid.ndim))
    index[:, list(grid.axes)] = places
    before = moved(task.initial.inverse, grid.world(index))
    found = nodes.index(before)[:, inside].round().astype(np.int64)
    last = np.array([nodes.size[axis] - 1 for axis in inside])
    found = found[((found >= 0) & (found <= last)).all(1)]
    return torch.from_numpy(np.unique(found, axis=0)[:, ::-1].copy())
