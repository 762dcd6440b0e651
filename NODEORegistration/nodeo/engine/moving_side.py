"""The way back as the moving image sees it: at its own voxels, which lie between the nodes of the inverse."""

from __future__ import annotations

import itertools
import math

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..field.regularity import Folding, measure_folding
from ..field.smoothed_folds import smoothed_at, without_folds
from ..geometry.grid import Grid
from ..models.base import Task

_ATTEMPTS = 20  # to smooth what folds at the moving voxels only
_A_FEW, _FEW = 50, 0.1  # of them, and percent of them; where more fold, the map itself does


def mended(task: Task, back: Tensor, nodes: Grid) -> tuple[sitk.Transform, Folding]:
    """φ⁻¹ without folds at the moving voxels, and its folding there as it is now measured.

    Where moving voxels lie farther apart than the nodes of the inverse, the difference between two of them can turn
    over although no cell between them does. The inverse is smoothed there too.

    Args:
        back: the displacement [k, ...] of the deformation's inverse, local mm, that folds nowhere at its own ``nodes``.
    """
    for attempt in range(_ATTEMPTS):
        inverse = composite([field_transform(nodes.vector_image(back)), task.initial.inverse])
        seen, first = _seen(task, inverse, back, nodes)
        folding, folded = measure_folding(seen, task.moving.grid.step)
        if not folding.voxels or (folding.voxels > _A_FEW and folding.percent > _FEW):
            break
        folds = folded.nonzero().flip(1).numpy() + first
        smoothed = smoothed_at(back, nodes.step, _nodes_around(folds, task, nodes), rounds=attempt + 1)
        back, _ = without_folds(smoothed, nodes.step)
    return inverse, folding


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


def _nodes_around(voxels: np.ndarray, task: Task, nodes: Grid) -> Tensor:
    """Indices [m, k], z first, of the nodes between some moving voxels, [n, k], x first, and their neighbours."""
    grid, inside = task.moving.grid, list(nodes.axes)
    parts = [max(1, math.ceil(h / n)) for h, n in zip(grid.step, nodes.step, strict=True)]
    around = np.array(list(itertools.product(*[np.linspace(-1.0, 1.0, 2 * n + 1) for n in parts])))
    near = (voxels[:, None] + around).reshape(-1, len(parts))
    index = np.zeros((len(near), grid.ndim))
    index[:, list(grid.axes)] = near
    before = np.array([task.initial.inverse.TransformPoint(point.tolist()) for point in grid.world(index)])
    places = nodes.index(before)[:, inside].round().astype(np.int64)
    last = np.array([nodes.size[axis] - 1 for axis in inside])
    places = places[((places >= 0) & (places <= last)).all(1)]
    return torch.from_numpy(np.unique(places, axis=0)[:, ::-1].copy())


def field_transform(displacement: sitk.Image) -> sitk.Transform:
    """A displacement field of world vectors, float64, as a transform."""
    return sitk.DisplacementFieldTransform(sitk.Image(displacement))


def composite(last_to_first: list[sitk.Transform]) -> sitk.CompositeTransform:
    """The composition; as SimpleITK keeps it, the last of the list is applied first. The identity is left out."""
    kept = [t for t in last_to_first if t.GetTransformEnum() != sitk.sitkIdentity]
    composite = sitk.CompositeTransform(kept)
    composite.FlattenTransform()
    return composite
