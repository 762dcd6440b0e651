"""Folds taken out of a displacement by smoothing it where they are, and nowhere else.

For a displacement that no segment can be turned down for: an inverse, which between two nodes may have to turn so
sharply that no interpolation follows, or several segments that fold together where none does alone. Only nodes at a
fold and their neighbours move, so that the work goes with the folds and not with the image.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from .fold_search import nodes_at_folds
from .regularity import central_tetrahedron, determinant

ROUNDS = 200
_WIDENED = 8  # rounds without success, after which the neighbours count as folded themselves
_SURELY = 1e-3  # det J, and volume in cells, above which a smoothed place does not fold, whoever measures and rounds


@torch.no_grad()
def without_folds(displacement: Tensor, spacing: Sequence[float]) -> Tensor:
    """A displacement [k, D, H, W], local mm, that folds nowhere; but for folds that are left after all rounds.

    The faces stay as they are.

    Args:
        spacing: mm between the nodes, x first.
    """
    nodes = nodes_at_folds(displacement, spacing, [1] * len(spacing)).nonzero()
    if not len(nodes):
        return displacement
    work = _Unfolding(displacement.clone(), spacing)
    for count in range(1, ROUNDS + 1):
        nodes = work.round(nodes, widened=count % _WIDENED == 0)
        if not len(nodes):
            break
    return work.displacement


@torch.no_grad()
def smoothed_at(displacement: Tensor, nodes: Tensor, rounds: int = 1) -> Tensor:
    """A displacement [k, D, H, W], smoothed at and around ``nodes`` [n, k], z first; the faces stay as they are."""
    work = _Smoothing(displacement.clone())
    for _ in range(rounds):
        work.smooth(nodes, widened=True)
    return work.displacement


class _Smoothing:
    """A displacement whose nodes move towards the mean of their neighbours.

    Nodes and cells are lists of indices [n, k], z first; a cell has the index of its first node.
    """

    def __init__(self, displacement: Tensor) -> None:
        self.displacement = displacement
        self.shape = torch.tensor(displacement.shape[1:], device=displacement.device)
        self.flat = displacement.view(len(displacement), -1)
        around = torch.tensor(list(itertools.product((-1, 0, 1), repeat=len(displacement))))
        self.around = around.to(displacement.device)

    def smooth(self, nodes: Tensor, widened: bool) -> Tensor:
        """Smooth at and around ``nodes``; the nodes that moved."""
        near = (nodes[:, None] + self.around).flatten(0, 1)
        near = near[((near > 0) & (near < self.shape - 1)).all(1)]
        moved, counts = self._numbers(near).unique(return_counts=True)
        weight = torch.ones_like(counts) if widened else counts / len(self.around)
        index = self._indices(moved)
        neighbours = self._numbers((index[:, None] + self.around).flatten(0, 1)).view(len(moved), -1)
        mean = self.flat[:, neighbours].mean(-1)
        self.flat[:, moved] = torch.lerp(self.flat[:, moved], mean, weight.to(mean))
        return index

    def _numbers(self, index: Tensor) -> Tensor:
        """Places in the flat displacement [n] of indices [n, k]."""
        number = index[:, 0]
        for axis in range(1, index.shape[1]):
            number = number * self.shape[axis] + index[:, axis]
        return number

    def _indices(self, numbers: Tensor) -> Tensor:
        """The inverse of :meth:`_numbers`."""
        parts = []
        for n in reversed(self.shape.tolist()):
            parts.append(numbers % n)
            numbers = numbers // n
        return torch.stack(parts[::-1], 1)


class _Unfolding(_Smoothing):
    """A displacement that is smoothed where it folds, and looked at again only there."""

    def __init__(self, displacement: Tensor, spacing: Sequence[float]) -> None:
        super().__init__(displacement)
        self.spacing = torch.tensor(spacing, device=displacement.device)[:, None]
        corners = torch.tensor(list(itertools.product((0, 1), repeat=len(displacement))))
        self.corners = corners.to(displacement.device)

    def round(self, nodes: Tensor, widened: bool) -> Tensor:
        """Smooth at and around ``nodes``; the nodes that fold there afterwards, or nearly."""
        moved = self.smooth(nodes, widened)
        return self._folded_near(moved) if len(moved) else moved

    def _folded_near(self, index: Tensor) -> Tensor:
        """The nodes of all cells around some nodes that fold, under a scheme or in the middle of a cell."""
        cells = (index[:, None] - self.corners).flatten(0, 1)
        cells = self._indices(self._numbers(cells.clamp(min=0).minimum(self.shape - 2)).unique())
        corners = list(itertools.product((0, 1), repeat=len(self.shape)))  # x first
        places = {corner: cells + torch.tensor(corner[::-1], device=cells.device) for corner in corners}
        positions = {corner: self._position(place, corner) for corner, place in places.items()}
        folded = []
        for corner, place in places.items():
            edges = [self._edge(positions, corner, axis) for axis in range(len(corner))]
            folded.append(place[~(determinant(edges) > _SURELY)])
        for parity in (0, 1) if len(corners) == 8 else ():
            turned = ~(central_tetrahedron(lambda corner: positions[tuple(corner)], parity) > _SURELY)
            folded += [place[turned] for place in places.values()]
        return self._indices(self._numbers(torch.cat(folded)).unique())

    def _position(self, place: Tensor, corner: tuple[int, ...]) -> Tensor:
        """Of one corner of each cell relative to the cell's first at rest, [k, n], in units of the spacing."""
        at_rest = torch.tensor(corner, device=place.device)[:, None]
        return self.flat[:, self._numbers(place)] / self.spacing + at_rest

    @staticmethod
    def _edge(positions: dict[tuple[int, ...], Tensor], corner: tuple[int, ...], axis: int) -> Tensor:
        """The edge of each cell along an axis that meets a corner, towards larger indices."""
        ends = [tuple(side if a == axis else c for a, c in enumerate(corner)) for side in (0, 1)]
        return positions[ends[1]] - positions[ends[0]]
