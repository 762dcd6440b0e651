"""Folds looked for where they could be, against all cells measured one and all."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from nodeo.field.certificate import folded_nodes
from nodeo.field.fold_search import _suspects, _unlike_their_mean, nodes_at_folds
from torch import Tensor

SHAPES = {2: (40, 30), 3: (20, 24, 22)}
SPACING = (1.0, 1.2, 0.9)


def rough(ndim: int, size: float, seed: int = 0) -> Tensor:
    """A displacement [k, D, H, W] that varies from node to node and over several nodes."""
    generator, shape = torch.Generator().manual_seed(seed), SHAPES[ndim]
    coarse = torch.randn(1, ndim, *[n // 4 + 1 for n in shape], generator=generator)
    smooth = F.interpolate(coarse, size=shape, mode={2: "bilinear", 3: "trilinear"}[ndim], align_corners=True)[0]
    return size * (smooth + 0.2 * torch.randn(ndim, *shape, generator=generator))


def by_measuring(displacement: Tensor, factors: tuple[int, ...]) -> Tensor:
    spacing = SPACING[: len(factors)]
    return folded_nodes(displacement, spacing, factors, between=True, whole=lambda displacement, factors: displacement)


@pytest.mark.parametrize("size", [0.5, 0.8, 1.5])
@pytest.mark.parametrize("factors", [(1, 1), (2, 2), (3, 1), (1, 1, 1), (2, 2, 2), (1, 2, 3)], ids=str)
def test_every_fold_is_found_and_nothing_else(factors: tuple[int, ...], size: float) -> None:
    k = len(factors)
    displacement = rough(k, size)
    found = nodes_at_folds(displacement, SPACING[:k], factors)
    assert torch.equal(found, by_measuring(displacement, factors))
    assert found.any() or size == 0.5
    turned = displacement.movedim(0, -1).contiguous().movedim(-1, 0)  # the same in another order in memory
    assert torch.equal(nodes_at_folds(turned, SPACING[:k], factors), found)


def test_few_cells_are_looked_at_where_little_is_bent() -> None:
    displacement = rough(3, 0.1)
    assert not len(_suspects(displacement, SPACING)[0])
    displacement[:, 10, 12, 11] += 2.0
    assert 1 <= len(_suspects(displacement, SPACING)[0]) <= 8
    found = nodes_at_folds(displacement, SPACING, (2, 2, 2))
    assert found.any() and torch.equal(found, by_measuring(displacement, (2, 2, 2)))


@pytest.mark.parametrize("size", [0.05, 0.5, 1.0])
def test_a_large_gradient_that_is_the_same_all_over_does_not_fold(size: float) -> None:
    """Then no cell is told by its edges, but most by their mean."""
    matrix = torch.tensor([[1.5, 0.8, 0.0], [-0.9, 0.7, 0.3], [0.0, 0.4, 2.0]])
    axes = [torch.arange(n) * h for n, h in zip(SHAPES[3], SPACING[::-1], strict=True)]
    places = torch.stack(torch.meshgrid(*axes, indexing="ij")[::-1])
    displacement = torch.tensordot(matrix, places, dims=1) + rough(3, size)
    cells = _suspects(displacement, SPACING)
    assert len(cells[0]) > 0.9 * math.prod(n - 1 for n in SHAPES[3])
    corners = [displacement[:, cells[0] + z, cells[1] + y, cells[2] + x] for z, y, x in product((0, 1), repeat=3)]
    unsure = _unlike_their_mean(torch.stack(corners, 1).unflatten(1, (2, 2, 2)), SPACING)
    assert not unsure.any() if size == 0.05 else 0 < unsure.sum() < len(unsure)
    assert torch.equal(nodes_at_folds(displacement, SPACING, (2, 2, 2)), by_measuring(displacement, (2, 2, 2)))


def test_a_cell_may_turn_over_in_its_middle_alone() -> None:
    """Every other corner moves to the far side of the middle: the tetrahedron between them turns over."""
    displacement = torch.zeros(3, 4, 4, 4)
    for z, y, x in ((1, 1, 1), (1, 2, 2), (2, 1, 2), (2, 2, 1)):
        for axis, number in enumerate((x, y, z)):
            displacement[axis, z, y, x] = 0.55 if number == 1 else -0.55
    found = nodes_at_folds(displacement, (1.0, 1.0, 1.0), (1, 1, 1))
    assert found.any() and torch.equal(found, by_measuring(displacement, (1, 1, 1)))


def test_what_is_no_number_folds() -> None:
    displacement = torch.zeros(3, 5, 5, 5)
    displacement[0, 2, 2, 2] = torch.nan
    assert nodes_at_folds(displacement, (1.0, 1.0, 1.0), (2, 2, 2))[1:4, 1:4, 1:4].all()
