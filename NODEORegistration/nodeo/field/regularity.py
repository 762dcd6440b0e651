"""The honest measurement of folding.

A field is [k, D, H, W] in local mm, its ``spacing`` in mm, x first. A *cell* is the square or cube between neighbouring
points. The forward and backward difference schemes of the Jacobian at all points are the determinants at the corners of
all cells, which is how they are computed here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

_SLAB = 16  # planes looked at a time; on a CPU, where cells are measured,
_FEW = 65536  # points, about: what they need stays in the cache


def differences(field: Tensor, spacing: Sequence[float]) -> list[Tensor]:
    """Columns ∂/∂x, ∂/∂y[, ∂/∂z] of id + field along every edge, one point shorter along their own axis."""
    columns = []
    for axis, h in enumerate(spacing):
        column = field.diff(dim=field.dim() - 1 - axis).div_(h)
        column[axis].add_(1.0)
        columns.append(column)
    return columns


def at_corner(differences: Sequence[Tensor], corner: Sequence[int]) -> list[Tensor]:
    """The differences along the edges that meet at one corner of each cell; views [k, D-1, H-1, W-1].

    ``corner`` holds 0 or 1 for x, y[, z].
    """
    return [of_cells(edges, corner, along=axis) for axis, edges in enumerate(differences)]


def of_cells(points: Tensor, corner: Sequence[int], along: int | None = None) -> Tensor:
    """The points [..., D, H, W] that are one corner of each cell; a view [..., D-1, H-1, W-1].

    Args:
        along: the axis of edges in place of points, along which there is one a cell already.
    """
    for axis, side in enumerate(corner):
        if axis != along:
            dim = points.dim() - 1 - axis
            points = points.narrow(dim, side, points.shape[dim] - 1)
    return points


def determinant(columns: Sequence[Iterable[Tensor]]) -> Tensor:
    """det of the matrices whose columns are given, each column [k, ...]."""
    if len(columns) == 2:
        (a, c), (b, d) = columns
        return a * d - b * c
    (a, d, g), (b, e, h), (c, f, i) = columns
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def cofactors(columns: Sequence[Tensor]) -> list[Tensor]:
    """The derivatives of the determinant by each column [k, ...]."""
    if len(columns) == 2:
        (a, c), (b, d) = columns
        return [torch.stack([d, -b]), torch.stack([-c, a])]
    a, b, c = columns
    return [torch.linalg.cross(b, c, dim=0), torch.linalg.cross(c, a, dim=0), torch.linalg.cross(a, b, dim=0)]


@dataclass(frozen=True)
class Folding:
    """What was measured on a dense displacement field.

    Attributes:
        voxels: points with det J <= 0 under at least one forward/backward difference scheme.
        percent: the same, in percent of the points.
        volume: non-diffeomorphic volume in mm³ (mm² in 2-D): the volume that simplices with negative orientation cover,
            averaged over both ways to cut a cell into simplices (Liu et al. 2024, "On finite difference Jacobian
            computation in deformable image registration").
        smallest, largest: extremes of det J over all schemes.
    """

    voxels: int
    percent: float
    volume: float
    smallest: float
    largest: float


@torch.no_grad()
def measure_folding(displacement: Tensor, spacing: Sequence[float], middles: bool = False) -> tuple[Folding, Tensor]:
    """Folding of id + displacement under all schemes, and the mask [D, H, W] of the points that fold.

    Args:
        middles: the mask also holds the corners of cells that turn inside out in their middle only, under no scheme.
    """
    k = len(spacing)
    folded = torch.zeros(displacement.shape[1:], dtype=torch.bool, device=displacement.device)
    turned = torch.zeros_like(folded)
    smallest, largest, negative = float("inf"), float("-inf"), 0.0
    width = max(1, _FEW // math.prod(displacement.shape[2:])) if displacement.device.type == "cpu" else _SLAB
    for first in range(0, displacement.shape[1] - 1, width):
        planes = slice(first, first + width + 1)
        slab = displacement[:, planes]
        for corner, volumes in _at_all_corners(differences(slab, spacing)):
            low, high = (extreme.item() for extreme in volumes.aminmax())
            smallest = low if math.isnan(low) or low < smallest else smallest
            largest = high if math.isnan(high) or high > largest else largest
            if not low > 0:  # NaN folds too
                negative += volumes.clamp(max=0.0).sum().item() / (2.0 if k == 2 else 6.0)
                of_cells(folded[planes], corner).logical_or_(~(volumes > 0))
        for middle in _middles(slab, spacing):
            if not middle.min() > 0:
                negative += middle.clamp(max=0.0).sum().item()
                for corner in itertools.product((0, 1), repeat=k):
                    of_cells(turned[planes], corner).logical_or_(~(middle > 0))
    voxels = int(folded.sum().item())
    volume = abs(0.5 * negative) * math.prod(spacing)
    mask = folded | turned if middles else folded
    return Folding(voxels, 100.0 * voxels / folded.numel(), volume, smallest, largest), mask


def turned_points(displacement: Tensor, spacing: Sequence[float]) -> Tensor:
    """Mask [..., D, H, W] of the corners of cells that turn inside out under a scheme or, in space, in their middle.

    Args:
        displacement: [k, ..., D, H, W], local mm.
    """
    k = len(spacing)
    turned = torch.zeros(displacement.shape[1:], dtype=torch.bool, device=displacement.device)
    for corner, volumes in _at_all_corners(differences(displacement, spacing)):
        of_cells(turned, corner).logical_or_(~(volumes > 0))
    for middle in _middles(displacement, spacing):
        for corner in itertools.product((0, 1), repeat=k):
            of_cells(turned, corner).logical_or_(~(middle > 0))
    return turned


def _at_all_corners(edges: Sequence[Tensor]) -> Iterator[tuple[tuple[int, ...], Tensor]]:
    """The determinant at each corner of all cells: what two of them have in common is computed once."""
    k = len(edges)
    corners = list(itertools.product((0, 1), repeat=k))
    if k == 2:
        yield from ((corner, determinant(at_corner(edges, corner))) for corner in corners)
        return
    minors = [_minors(edges, axis) for axis in range(k)]
    for corner in corners:
        x, y, z = (
            column[0] * _side(minor[corner[:axis] + corner[axis + 1 :]], axis, corner[axis])
            for axis, (column, minor) in enumerate(zip(at_corner(edges, corner), minors, strict=True))
        )
        yield corner, x.sub_(y).add_(z)


def _middles(displacement: Tensor, spacing: Sequence[float]) -> Iterator[Tensor]:
    """Of each cell, the volumes of both tetrahedra between every other corner, in cells; in a plane there are none."""
    in_steps = [component / h for component, h in zip(displacement, spacing, strict=True)]
    for parity in (0, 1) if len(spacing) == 3 else ():
        yield central_tetrahedron(partial(_corner_position, in_steps), parity)


def _minors(edges: Sequence[Tensor], axis: int) -> dict[tuple[int, ...], Tensor]:
    """Of the last two rows of the other two columns, by the sides that a corner lies on along their axes."""
    one, other = (column for column in range(3) if column != axis)
    minors = {}
    for sides in itertools.product((0, 1), repeat=2):
        first, second = _side(edges[one], other, sides[1]), _side(edges[other], one, sides[0])
        minors[sides] = first[1] * second[2] - second[1] * first[2]
    return minors


def _side(points: Tensor, axis: int, side: int) -> Tensor:
    """All points [..., D, H, W] but the last (0) or the first (1) along an axis; a view."""
    dim = points.dim() - 1 - axis
    return points.narrow(dim, side, points.shape[dim] - 1)


def central_tetrahedron(position: Callable[[Sequence[int]], Iterable[Tensor]], parity: int) -> Tensor:
    """Of each cell, the volume of the tetrahedron between every other corner, in cells; negative: inside out.

    Args:
        position: of one corner (0 or 1 for x, y, z) of each cell, three coordinates, in units of the spacing.
        parity: of the corners' sums, 0 or 1: which four of them.
    """
    corners = [c for c in itertools.product((0, 1), repeat=3) if sum(c) % 2 == parity]
    apex, *others = [position(corner) for corner in corners]
    rest = torch.tensor(corners[1:], dtype=torch.float64) - torch.tensor(corners[0], dtype=torch.float64)
    orientation = torch.linalg.det(rest).sign().item()
    edges = [[end - start for end, start in zip(other, apex, strict=True)] for other in others]
    return determinant(edges) * (orientation / 6.0)


def _corner_position(in_steps: Sequence[Tensor], corner: Sequence[int]) -> list[Tensor]:
    """Where one corner of each cell lies, relative to the cell's first at rest, all in units of the spacing."""
    return [of_cells(component, corner) + side for component, side in zip(in_steps, corner, strict=True)]


@torch.no_grad()
def jacobian_determinant(displacement: Tensor, spacing: Sequence[float]) -> Tensor:
    """det J [D, H, W] of id + displacement by central differences, one-sided at the border."""
    volumes = displacement.new_empty(displacement.shape[1:])
    planes = len(volumes)
    for first in range(0, planes, _SLAB):
        last = min(first + _SLAB, planes)
        if planes - last == 1:  # a single plane has no neighbour to differ from
            last = planes
        around = slice(max(0, first - 1), min(last + 1, planes))
        slab = _central_determinant(displacement[:, around], spacing)
        volumes[first:last] = slab[first - around.start : last - around.start]
    return volumes


def _central_determinant(displacement: Tensor, spacing: Sequence[float]) -> Tensor:
    columns = []
    for axis, h in enumerate(spacing):
        column = torch.gradient(displacement, spacing=h, dim=displacement.dim() - 1 - axis)[0]
        column[axis].add_(1.0)
        columns.append(column)
    return determinant(columns)
