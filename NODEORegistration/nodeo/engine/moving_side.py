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
from ..geometry.linear_points import LinearPoints, sampling
from ..geometry.sampling import sample
from ..models.base import Task

_ROUNDS = 2  # of smoothing at a time, what folds at the moving voxels only; more, and wider, when it does not help
_PATIENCE = 8  # times without fewer folds, and
_MOST_POINTS = 2_000_000  # places to change at: where the map itself folds, no change ends it
_AT_ONCE = 200_000  # of them
_ROUND_OFF = 1e-6  # of a step, in nodes


def mended(task: Task, back: Tensor, nodes: Grid, every: float = 0.0) -> tuple[sitk.Transform, Folding]:
    """φ⁻¹ without folds at the moving voxels, and its folding there as it is now measured.

    Where moving voxels lie farther apart than the nodes of the inverse, the difference between two of them can turn
    over although no cell between them does. The inverse is smoothed there too. When that does not help, the moving
    voxels are smoothed and take the nodes along, and in turn the nodes farther around.

    Args:
        back: the displacement [k, ...] of the deformation's inverse, local mm, that folds nowhere at its own ``nodes``.
            Where it lies, all is computed.
        every: mm, a power of two, of which all components are made multiples.
    """
    fewest, since, parts = math.inf, 0, _nodes_a_voxel(task, nodes)
    while True:
        vectors = nodes.world_vectors(back, every)
        back = nodes.along_axes(vectors)  # what is measured is what is handed out
        seen, first = _seen(task, vectors, back, nodes)
        folding, folded = measure_folding(seen, task.moving.grid.step, middles=True)
        count = int(folded.sum())
        if count < fewest:
            best, fewest, since = (vectors, folding), count, 0
        else:
            since += 1
        reach = since // 2 + 1
        if not count or since == _PATIENCE or count * math.prod(2 * reach * n + 1 for n in parts) > _MOST_POINTS:
            vectors, folding = best
            return _inverse(task, vectors, nodes), folding
        if since % 2:
            changed = _carried(seen, first, task, back, nodes, _around(parts, reach=1))
        else:
            near = _nodes_near(folded, first, task, nodes, _around(parts, reach))
            changed = smoothed_at(back, near, rounds=_ROUNDS * reach**2)
        back = without_folds(changed, nodes.step)


def _inverse(task: Task, vectors: Tensor, nodes: Grid) -> sitk.Transform:
    """φ⁻¹, of a deformation whose inverse has these world vectors [D, H, W, ndim] on the nodes."""
    field = sitk.DisplacementFieldTransform(nodes.image_of(vectors))  # which takes the image over
    return composite([field, task.initial.inverse])


def _carried(seen: Tensor, first: tuple[int, ...], task: Task, back: Tensor, nodes: Grid, around: np.ndarray) -> Tensor:
    """``back`` after what it does at the moving voxels, ``seen``, has been smoothed there where that folds."""
    grid = task.moving.grid
    calm = without_folds(seen, grid.step)
    change = calm - seen
    near = _nodes_near(change.abs().amax(0), first, task, nodes, around)
    if task.initial.determinant < 0:
        change[0] = -change[0]
    whole = change.new_zeros(len(change), *grid.shape)
    whole[(slice(None), *[slice(f, f + n) for f, n in zip(reversed(first), change.shape[1:], strict=True)])] = change
    places = np.zeros((len(near), nodes.ndim))
    places[:, list(nodes.axes)] = near.flip(1).cpu().numpy()
    there = moved(task.initial.transform, nodes.world(places))
    vectors = moved(field_transform(grid.vector_image(whole)), there) - there
    changed = back.clone()
    changed[(slice(None), *near.T)] += torch.from_numpy(vectors @ nodes.rotation[:, nodes.axes]).T.to(back)
    return changed


def _seen(task: Task, vectors: Tensor, back: Tensor, nodes: Grid) -> tuple[Tensor, tuple[int, ...]]:
    """What φ⁻¹ does at the moving voxels from a first one (x first) on; elsewhere it folds nowhere.

    Args:
        vectors, back: the displacement on the nodes, in the world [D, H, W, ndim] and along their axes [k, D, H, W].

    Returns:
        [k, D, H, W], mm along the moving image's axes, mirrored if A mirrors; and that first voxel.
    """
    grid, initial = task.moving.grid, task.initial
    at_rest = initial.is_linear and np.array_equal(initial.matrix, np.eye(grid.ndim)) and not initial.offset.any()
    every = [round(h / n) for h, n in zip(grid.step, nodes.step, strict=True)]
    if at_rest and grid.agrees(task.fixed.grid, 1e-6) and min(every) > 0:  # some of the nodes are the moving voxels
        at_voxels = back[(slice(None), *[slice(None, None, n) for n in reversed(every)])]
        return task.domain.inside(at_voxels).contiguous(), task.domain.overlap()[0]
    flat = min(len(grid.axes), len(nodes.axes)) < grid.ndim
    if back.device.type == "cpu" or flat or not initial.is_linear:
        displacement = grid.local_displacements(_inverse(task, vectors, nodes)).to(back)
    else:
        displacement = _after_linear(task, vectors, nodes)
    if initial.determinant < 0:  # a mirror is no fold: seen in another mirror, space keeps its sides
        extent = torch.arange(grid.shape[-1], dtype=displacement.dtype, device=displacement.device) * grid.step[0]
        displacement[0] = -displacement[0] - 2.0 * extent
    return displacement, (0,) * len(grid.axes)


def _after_linear(task: Task, vectors: Tensor, nodes: Grid) -> Tensor:
    """φ⁻¹(y) - y at all moving voxels y, [k, D, H, W], mm along the moving image's axes, for a linear A.

    What ITK would tell but for a few digits: for a device that ITK does not know.
    """
    grid, device = task.moving.grid, vectors.device
    back = np.linalg.inv(task.initial.matrix)
    start = -back @ task.initial.offset
    turned = grid.along_axes(vectors)
    displacement = turned.new_empty(grid.ndim, *grid.shape)
    before = LinearPoints.index(grid, nodes, back, start).slabs(device)
    of_linear = LinearPoints.displacement(grid, back, start).slabs(device)
    for (planes, index), (_, apart) in zip(before, of_linear, strict=True):
        displacement[:, planes] = apart.float() + sample(turned, sampling(index, nodes.size))
    return displacement


def _nodes_a_voxel(task: Task, nodes: Grid) -> list[int]:
    """How many steps from node to node, along any axis, each step from one moving voxel to the next takes; x first."""
    moving = task.moving.grid
    before = np.linalg.solve(task.initial.matrix, moving.matrix[:, moving.axes])  # as A⁻¹ takes it to the fixed world
    steps = np.abs(np.linalg.solve(nodes.matrix, before)[list(nodes.axes)]).max(0)
    return [max(1, math.ceil(n - _ROUND_OFF)) for n in steps]


def _around(parts: list[int], reach: int) -> np.ndarray:
    """Steps [m, k], x first, in moving voxels, to all places up to ``reach`` of them away, each in its ``parts``."""
    return np.array(list(itertools.product(*[np.linspace(-reach, reach, 2 * reach * n + 1) for n in parts])))


def _nodes_near(some: Tensor, first: tuple[int, ...], task: Task, nodes: Grid, around: np.ndarray) -> Tensor:
    """Indices [m, k], z first, of the nodes around the moving voxels, from ``first`` on, where ``some`` is not 0."""
    grid, inside = task.moving.grid, list(nodes.axes)
    voxels = some.nonzero().flip(1).cpu().numpy() + first
    last = np.array([nodes.size[axis] - 1 for axis in inside])
    near = [np.empty((0, len(inside)), np.int64)]
    many = max(1, _AT_ONCE // len(around))
    for part in (voxels[k : k + many] for k in range(0, len(voxels), many)):
        index = np.zeros((len(part) * len(around), grid.ndim))
        index[:, list(grid.axes)] = (part[:, None] + around).reshape(-1, around.shape[1])
        before = moved(task.initial.inverse, grid.world(index))
        found = nodes.index(before)[:, inside].round().astype(np.int64)
        near.append(np.unique(found[((found >= 0) & (found <= last)).all(1)], axis=0))
    return torch.from_numpy(np.unique(np.concatenate(near), axis=0)[:, ::-1].copy()).to(some.device)
