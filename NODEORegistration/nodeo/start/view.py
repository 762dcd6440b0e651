"""An image as the search for a linear start sees it: small, smooth, and placed in the frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..similarity.channel import Scan
from .frame import Frame

_FEWEST = 8  # points an axis that are left, if there were as many
_HAIR = 1e-6  # of a point: what round-off adds or takes
_AROUND = 0.15  # of the width of the content, on either side of it: what is outside tells no more


@dataclass(frozen=True)
class View:
    """An image on a thinned lattice.

    Attributes:
        values: [D, H, W] in 0..1.
        weight: [D, H, W] in 0..1, how much each point counts, or None: all alike.
        matrix: [k, k], index (x first) to frame, without the origin; float64, on the CPU.
        origin: [k], frame position of the first point; float64, on the CPU.
    """

    values: Tensor
    weight: Tensor | None
    matrix: Tensor
    origin: Tensor

    def points(self) -> Tensor:
        """Frame positions [k, n] of all points, in the order of the flattened values; float64, on the CPU."""
        ends = [torch.arange(n, dtype=torch.float64) for n in self.values.shape]
        index = torch.stack(torch.meshgrid(*ends, indexing="ij")[::-1]).flatten(1)
        return self.matrix @ index + self.origin[:, None]

    def weights(self) -> Tensor:
        """How much each of the points counts, [n]."""
        return torch.ones_like(self.values).flatten() if self.weight is None else self.weight.flatten()

    @property
    def volume(self) -> float:
        """Of the box around one point, in the unit of the frame to the k."""
        return abs(float(torch.linalg.det(self.matrix)))

    @property
    def middle(self) -> Tensor:
        """Frame position [k] of the middle of the lattice."""
        return self.matrix @ (0.5 * (self.size - 1.0)) + self.origin

    @property
    def size(self) -> Tensor:
        """Points along each axis [k], x first."""
        return torch.tensor(self.values.shape[::-1], dtype=torch.float64)

    def centre_of_mass(self) -> Tensor:
        """Frame position [k]; brightness above the darkest value is the mass, where the image counts."""
        return self.matrix @ centre_of_mass(self.values, self.weight) + self.origin


def centre_of_mass(values: Tensor, weight: Tensor | None = None) -> Tensor:
    """Index [k] (x first, float64, on the CPU) in values [D, H, W] of the centre of what is above the darkest value."""
    mass = values.double() - values.min()
    mass = mass if weight is None else mass * weight
    total = float(mass.sum())
    if total <= 0.0:  # nothing to weigh
        mass, total = torch.ones_like(mass), float(mass.numel())
    axes = range(mass.dim())
    profiles = [mass.sum([other for other in axes if other != axis]).cpu() for axis in reversed(axes)]
    return torch.stack([profile @ torch.arange(len(profile), dtype=torch.float64) for profile in profiles]) / total


def box(scan: Scan) -> np.ndarray:
    """First and last index [k, 2] (x first) of the content of a scan and what lies around it."""
    content = scan.content[::-1].astype(float)
    wider = np.maximum(_AROUND * (content[:, 1] - content[:, 0]), 2.0)  # of one bright voxel, too, there is some around
    last = np.array(scan.grid.shape[::-1]) - 1.0
    return np.stack([np.maximum(content[:, 0] - wider, 0.0), np.minimum(content[:, 1] + wider, last)], 1)


def content_sides(scan: Scan) -> list[float]:
    """Lengths of the sides of the box around a scan's content, x first, in the unit of its grid."""
    return [float(last - first + 1.0) * h for (first, last), h in zip(box(scan), scan.grid.step, strict=True)]


def view(scan: Scan, frame: Frame, width: float, apart: float, device: torch.device, whole: bool = True) -> View:
    """``scan`` smoothed and thinned, symmetrically about its middle: no end of an axis is the first.

    Args:
        width: what is finer is smoothed away; in the unit of the frame.
        apart: between points, at least.
        whole: all of the image, or only the box around its content.
    """
    matrix, origin = frame.placed(scan.grid)
    sizes, spacing = list(reversed(scan.grid.shape)), scan.grid.step
    ends = np.array([(0.0, n - 1.0) for n in sizes]) if whole else box(scan)
    axes = [_thinned(low, high, h, apart) for (low, high), h in zip(ends.tolist(), spacing, strict=True)]
    filters = [
        _filter(n, *axis, 0.5 * width / h if width > h else 0.0).to(device)
        for n, h, axis in zip(sizes, spacing, axes, strict=True)
    ][::-1]
    first, every = (np.array([axis[i] for axis in axes]) for i in (0, 1))
    return View(
        _filtered(scan.values.to(device), filters),
        None if scan.mask is None else _filtered(scan.mask.to(device).float(), filters),
        torch.from_numpy(matrix * every),
        torch.from_numpy(matrix @ first + origin),
    )


def _thinned(low: float, high: float, spacing: float, apart: float) -> tuple[float, float, int]:
    """First index, step and number of points about so far apart between two indices, symmetrical about their middle."""
    every = max(1.0, apart / spacing)
    count = math.floor((high - low) / every + _HAIR) + 1
    fewest = min(math.floor(high - low + _HAIR) + 1, _FEWEST)
    if count < fewest:
        count, every = fewest, (high - low) / (fewest - 1)
    return (low + high - every * (count - 1)) / 2, every, count


def _filter(n: int, first: float, every: float, count: int, sigma: float) -> Tensor:
    """[count, n]: row i smooths and reads at ``first + every i``; linear between points where nothing is smoothed."""
    at = first + every * torch.arange(count, dtype=torch.float64)
    away = (at[:, None] - torch.arange(n, dtype=torch.float64)).abs()
    rows = torch.exp(-0.5 * (away / sigma) ** 2) if sigma > 0.3 else (1.0 - away).clamp(min=0.0)
    return (rows / rows.sum(1, keepdim=True)).float()


def _filtered(values: Tensor, filters: Sequence[Tensor]) -> Tensor:
    """``values`` [D, H, W] with one filter an axis applied."""
    for axis, rows in enumerate(filters):
        values = torch.tensordot(rows, values, ([1], [axis])).movedim(0, axis)
    return values.contiguous()
