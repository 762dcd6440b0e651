"""Penalties and the measurement of folding, against maps with a known answer and against slow oracles in numpy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch
from nodeo.field import regularity
from nodeo.field.certificate import Certificate, scale_down, unfold
from nodeo.field.flow import Solver, integrate
from nodeo.field.hinge import _OfAll, jacobian_hinge
from nodeo.field.regularity import (
    at_corner,
    determinant,
    differences,
    jacobian_determinant,
    measure_folding,
)
from nodeo.field.roughness import energy, gradient_energy, gradient_variation
from nodeo.field.smoothing import gaussian
from nodeo.field.velocity import FlowField
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from torch import Tensor

SPACING = (0.7, 1.5, 3.0)
DEEP = [((37, 5, 4), SPACING), ((37, 9), (2.0, 0.5))]  # deeper than two slabs of 16, and not a multiple
MAPS = {
    "scaling": ([[1.2, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 1.5]], 0.9),
    "shear": ([[1.0, 0.8, -0.3], [0.0, 1.0, 0.6], [0.0, 0.0, 1.0]], 1.0),
    "rotation": ([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]], 1.0),
    "reflection": ([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], -1.0),
    "collapse": ([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]], 0.0),
}


def positions(shape: Sequence[int], spacing: Sequence[float]) -> Tensor:
    """[k, D, H, W] mm."""
    axes = [torch.arange(n, dtype=torch.float32) * h for n, h in zip(shape, reversed(spacing), strict=True)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij")[::-1])


def linear(matrix: Sequence[Sequence[float]], shape: Sequence[int], spacing: Sequence[float]) -> Tensor:
    """Displacement [k, D, H, W] of x -> matrix x; the leading block of the matrix is used."""
    k = len(shape)
    turned = torch.tensor(matrix)[:k, :k] - torch.eye(k)
    return torch.einsum("ij,j...->i...", turned, positions(shape, spacing))


def rough(shape: Sequence[int], spacing: Sequence[float], share: float = 0.3, seed: int = 0) -> Tensor:
    """White noise of ``share`` of the spacing: many cells fold, many do not."""
    generator = torch.Generator().manual_seed(seed)
    scale = torch.tensor(spacing).view(-1, *[1] * len(shape))
    return share * scale * torch.randn(len(shape), *shape, generator=generator)


def moved_points(displacement: Tensor, spacing: Sequence[float]) -> np.ndarray:
    """Where the points go, [D, H, W, k] mm in double precision, components x, y, z."""
    there = displacement.double() + positions(displacement.shape[1:], spacing).double()
    return np.moveaxis(there.numpy(), 0, -1)


# --- oracles ----------------------------------------------------------------------------------------------------------


def schemes(displacement: Tensor, spacing: Sequence[float]) -> Iterator[tuple[tuple[int, ...], float]]:
    """(index of a point, det J) for all forward and backward schemes that have their neighbours, point by point."""
    where = moved_points(displacement, spacing)
    shape = where.shape[:-1]
    k = len(shape)
    for point in np.ndindex(*shape):
        for signs in itertools.product((-1, 1), repeat=k):
            columns = []
            for axis, (sign, h) in enumerate(zip(signs, spacing, strict=True)):
                neighbour = list(point)
                neighbour[k - 1 - axis] += sign
                if not 0 <= neighbour[k - 1 - axis] < shape[k - 1 - axis]:
                    break
                columns.append(sign * (where[tuple(neighbour)] - where[point]) / h)
            else:
                yield point, float(np.linalg.det(np.stack(columns, 1)))


def decompositions(k: int) -> list[list[list[tuple[int, ...]]]]:
    """Both ways to cut a cell with corners (x, y[, z]) into triangles, or into five tetrahedra."""
    corners = list(itertools.product((0, 1), repeat=k))
    ways = []
    for parity in (0, 1):
        cut_off = [corner for corner in corners if sum(corner) % 2 == parity]
        kept = [corner for corner in corners if sum(corner) % 2 != parity]
        neighbours = [[c for c in kept if sum(a != b for a, b in zip(c, apex, strict=True)) == 1] for apex in cut_off]
        simplices = [[apex, *near] for apex, near in zip(cut_off, neighbours, strict=True)]
        ways.append(simplices + ([kept] if k == 3 else []))
    return ways


def signed_volumes(corners: np.ndarray) -> np.ndarray:
    """Of simplices [..., k + 1, k]."""
    edges = corners[..., 1:, :] - corners[..., :1, :]
    return np.linalg.det(edges) / math.factorial(edges.shape[-1])


def non_diffeomorphic_volume(displacement: Tensor, spacing: Sequence[float]) -> float:
    """Cell by cell and simplex by simplex: the volume of those that are turned inside out, mean of both ways."""
    where = moved_points(displacement, spacing)
    shape = where.shape[:-1]
    total = 0.0
    for way in decompositions(len(shape)):
        for simplex in way:
            rest = np.sign(signed_volumes(np.array(simplex, dtype=float)))
            cells = [tuple(slice(side, n - 1 + side) for side, n in zip(c[::-1], shape, strict=True)) for c in simplex]
            volume = rest * signed_volumes(np.stack([where[cell] for cell in cells], -2))
            total -= 0.5 * np.minimum(volume, 0.0).sum()
    return total


@pytest.mark.parametrize("k", [2, 3])
def test_the_simplices_of_the_oracle_fill_a_cell(k: int) -> None:
    for way in decompositions(k):
        assert len(way) == (2 if k == 2 else 5)
        volumes = [abs(signed_volumes(np.array(simplex, dtype=float))) for simplex in way]
        assert sum(volumes) == pytest.approx(1.0)


# --- det J of known maps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6, 5, 7), (6, 8)])
@pytest.mark.parametrize("kind", MAPS)
def test_the_determinant_of_a_linear_map_is_that_of_its_matrix(kind: str, shape: tuple[int, ...]) -> None:
    matrix, _ = MAPS[kind]
    spacing = SPACING[: len(shape)]
    expected = float(np.linalg.det(np.array(matrix)[: len(shape), : len(shape)]))
    displacement = linear(matrix, shape, spacing)
    determinant = jacobian_determinant(displacement, spacing)
    # differences of positions around 20 mm in float32, over 0.7 mm
    torch.testing.assert_close(determinant, torch.full(shape, expected), rtol=0.0, atol=2e-5)
    folding, mask = measure_folding(displacement, spacing)
    assert folding.smallest == pytest.approx(expected, abs=2e-5)
    assert folding.largest == pytest.approx(expected, abs=2e-5)
    if expected != 0.0:
        cells = math.prod(h * (n - 1) for h, n in zip(spacing, reversed(shape), strict=True))
        assert bool(mask.all()) == (expected < 0) and bool(mask.any()) == (expected < 0)
        assert folding.voxels == (math.prod(shape) if expected < 0 else 0)
        assert folding.percent == (100.0 if expected < 0 else 0.0)
        assert folding.volume == pytest.approx(max(0.0, -expected) * cells, rel=1e-5)


def test_three_dimensional_determinants_are_those_of_the_table() -> None:
    for matrix, expected in MAPS.values():
        assert np.linalg.det(matrix) == pytest.approx(expected)


def test_a_determinant_of_zero_counts_as_a_fold() -> None:
    displacement = torch.zeros(2, 6, 7)
    displacement[0, 3, 4] = -1.0  # lands exactly on its neighbour, in numbers that float32 holds exactly
    folding, mask = measure_folding(displacement, (1.0, 1.0))
    assert folding.smallest == 0.0 and folding.volume == 0.0
    assert folding.voxels == int(mask.sum()) > 0 and mask[3, 4] and mask[3, 3]


def test_the_border_is_measured_from_one_side() -> None:
    displacement = torch.zeros(2, 5, 6)
    displacement[0, :, -1] = 2.0  # stretches the last column of cells only
    determinant = jacobian_determinant(displacement, (1.0, 1.0))
    torch.testing.assert_close(determinant[:, -1], torch.full((5,), 3.0))
    torch.testing.assert_close(determinant[:, -2], torch.full((5,), 2.0))  # the mean of both sides
    torch.testing.assert_close(determinant[:, :-2], torch.ones(5, 4))


# --- the measurement of folding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "spacing"), DEEP, ids=["3-D", "2-D"])
def test_folding_is_what_the_oracle_counts_over_all_schemes(shape, spacing) -> None:
    displacement = rough(shape, spacing)
    folding, mask = measure_folding(displacement, spacing)
    found = list(schemes(displacement, spacing))
    folded = {point for point, determinant in found if determinant <= 0}
    assert 0 < len(folded) < math.prod(shape)
    assert {tuple(index) for index in mask.nonzero().tolist()} == folded
    assert folding.voxels == len(folded)
    assert folding.percent == pytest.approx(100.0 * len(folded) / math.prod(shape))
    determinants = [determinant for _, determinant in found]
    # positions around 100 mm in float32 leave 1e-5 of a spacing
    assert folding.smallest == pytest.approx(min(determinants), abs=1e-4)
    assert folding.largest == pytest.approx(max(determinants), abs=1e-4)


@pytest.mark.parametrize(("shape", "spacing"), DEEP, ids=["3-D", "2-D"])
def test_the_volume_that_folds_is_what_the_simplices_cover(shape, spacing) -> None:
    displacement = rough(shape, spacing)
    folding, _ = measure_folding(displacement, spacing)
    assert folding.volume == pytest.approx(non_diffeomorphic_volume(displacement, spacing), rel=1e-4)  # float32 sums


def test_a_cell_may_turn_inside_out_though_no_scheme_folds() -> None:
    """What the central tetrahedra are for: all eight corners are in order, and yet the middle is not."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(400):
        displacement = 0.45 * torch.randn(3, 2, 2, 2, generator=generator)
        folding, mask = measure_folding(displacement, (1.0, 1.0, 1.0))
        if folding.smallest > 0 and non_diffeomorphic_volume(displacement, (1.0, 1.0, 1.0)) > 0:
            assert not mask.any() and folding.volume > 0
            assert measure_folding(displacement, (1.0, 1.0, 1.0), middles=True)[1].all()
            return
    pytest.fail("no such cell was drawn; change the seed")


@pytest.mark.parametrize("plane", [0, 14, 15, 16, 17, 31, 32, 36])
def test_a_fold_is_seen_in_whichever_slab_it_lies(plane: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shape, spacing = (37, 6, 5), (1.0, 2.0, 0.5)
    monkeypatch.setattr(regularity, "_FEW", 16 * 6 * 5)
    displacement = torch.zeros(3, *shape)
    displacement[2, plane, 3, 2] = 0.8 * (1 if plane < 36 else -1)  # past its neighbour in z, 0.5 mm away
    folding, mask = measure_folding(displacement, spacing)
    assert (
        folding.voxels == len({point for point, det in schemes(displacement, spacing) if det <= 0}) == int(mask.sum())
    )
    assert mask[plane, 3, 2]
    assert folding.volume == pytest.approx(non_diffeomorphic_volume(displacement, spacing), rel=1e-5)


@pytest.mark.parametrize("few", [30, 100_000], ids=["plane by plane", "at once"])
def test_what_is_computed_once_for_several_corners_changes_no_bit(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    displacement = rough((20, 6, 5), SPACING)
    monkeypatch.setattr(regularity, "_FEW", few)
    folding, _ = measure_folding(displacement, SPACING)
    edges = differences(displacement, SPACING)
    each = [determinant(at_corner(edges, corner)) for corner in itertools.product((0, 1), repeat=3)]
    assert folding.smallest == min(volumes.min().item() for volumes in each)
    assert folding.largest == max(volumes.max().item() for volumes in each)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_the_order_of_the_axes_changes_nothing(order: tuple[int, ...]) -> None:
    displacement = rough((37, 6, 5), SPACING, share=0.25, seed=4)
    folding, mask = measure_folding(displacement, SPACING)
    axes = [2 - axis for axis in order]  # component x belongs to the last dimension
    turned = displacement[list(order)].permute(0, *[1 + axis for axis in reversed(axes)])
    other, other_mask = measure_folding(turned.contiguous(), [SPACING[axis] for axis in order])
    assert torch.equal(other_mask, mask.permute(*reversed(axes)))
    assert other.voxels == folding.voxels
    assert other.smallest == pytest.approx(folding.smallest, abs=1e-5)
    assert other.volume == pytest.approx(folding.volume, rel=1e-4)


def test_the_displacement_measured_stays_as_it_was() -> None:
    displacement = rough((20, 5, 6), SPACING)
    before = displacement.clone()
    measure_folding(displacement, SPACING)
    jacobian_hinge(displacement, SPACING, [(0, 0, 0)])
    jacobian_determinant(displacement, SPACING)
    assert torch.equal(displacement, before)


def test_a_field_that_is_no_number_is_not_certified() -> None:
    displacement = torch.zeros(2, 6, 6)
    displacement[:, 2, 2] = float("nan")
    folding, mask = measure_folding(displacement, (1.0, 1.0))
    assert mask[2, 2] and folding.voxels > 0


# --- penalties --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("corners", [[(0, 0, 0)], [(0, 1, 0), (1, 0, 1)], list(itertools.product((0, 1), repeat=3))])
def test_the_hinge_is_the_mean_over_its_schemes(corners: list[tuple[int, ...]]) -> None:
    displacement, threshold = rough((4, 5, 6), SPACING, share=0.2), 0.6
    where = moved_points(displacement, SPACING)
    hinges = []
    for corner in corners:
        for z, y, x in np.ndindex(3, 4, 5):
            cell, columns = np.array([x, y, z]), []
            for axis, h in enumerate(SPACING):
                first, second = cell + corner, cell + corner
                first[axis], second[axis] = cell[axis], cell[axis] + 1
                columns.append((where[tuple(second[::-1])] - where[tuple(first[::-1])]) / h)
            hinges.append(max(0.0, threshold - np.linalg.det(np.stack(columns, 1))) ** 2)
    value = jacobian_hinge(displacement, SPACING, corners, threshold).item()
    assert 0 < np.count_nonzero(hinges) < len(hinges)
    assert value == pytest.approx(np.mean(hinges), rel=1e-5)


@pytest.mark.parametrize("shape", [(3, 4, 3), (4, 5)])
def test_the_gradient_of_the_hinge_is_the_finite_difference(shape: tuple[int, ...]) -> None:
    spacing = SPACING[: len(shape)]
    displacement = rough(shape, spacing, share=0.4).double().requires_grad_()
    corners = [(0,) * len(shape), (1,) * len(shape)]
    assert jacobian_hinge(displacement, spacing, corners).item() > 0.01
    assert torch.autograd.gradcheck(lambda u: jacobian_hinge(u, spacing, corners), displacement)


@pytest.mark.parametrize("shape", [(3, 4, 3), (4, 5)])
def test_the_hinge_of_all_cells_at_once_is_that_of_the_few(shape: tuple[int, ...]) -> None:
    """As a GPU computes it, which no test has."""
    spacing = SPACING[: len(shape)]
    displacement = rough(shape, spacing, share=0.4).double().requires_grad_()
    corners = [(0,) * len(shape), (1,) * len(shape)]
    values = [hinge(displacement, spacing, corners, 0.5) for hinge in (jacobian_hinge, _OfAll.apply)]
    assert values[0].item() == pytest.approx(values[1].item(), rel=1e-12)
    few, everywhere = (torch.autograd.grad(value, displacement)[0] for value in values)
    assert few.abs().max() > 0 and torch.allclose(few, everywhere, rtol=1e-10, atol=1e-14)


def test_the_hinge_costs_nothing_where_the_volume_is_kept() -> None:
    assert jacobian_hinge(linear(MAPS["shear"][0], (5, 6, 7), SPACING), SPACING, [(0, 0, 0)], 0.5).item() == 0.0
    squeezed = linear([[0.25, 0.0], [0.0, 1.0]], (5, 6), (1.0, 1.0))
    assert jacobian_hinge(squeezed, (1.0, 1.0), [(0, 0), (1, 1)], 0.5).item() == pytest.approx(0.0625)


@pytest.mark.parametrize("shape", [(6, 5, 7), (6, 8)])
def test_the_gradient_energy_of_a_linear_field_is_the_square_of_its_matrix(shape: tuple[int, ...]) -> None:
    spacing, k = SPACING[: len(shape)], len(shape)
    matrix = np.array(MAPS["shear"][0])[:k, :k]
    value = gradient_energy(linear(matrix.tolist(), shape, spacing), spacing).item()
    assert value == pytest.approx(np.square(matrix - np.eye(k)).sum(), rel=1e-4)  # float32 differences


def test_the_gradient_energy_knows_the_spacing() -> None:
    field = torch.zeros(2, 3, 5)
    field[0] = torch.arange(5.0)  # 1 mm per column
    assert gradient_energy(field, (1.0, 7.0)).item() == pytest.approx(1.0)
    assert gradient_energy(field, (2.0, 7.0)).item() == pytest.approx(0.25)
    assert gradient_energy(field.transpose(1, 2), (7.0, 2.0)).item() == pytest.approx(0.25)


def test_the_energy_is_the_mean_square_speed_over_points_and_times() -> None:
    slow = torch.zeros(3, 2, 2, 2)
    slow[0], slow[2] = 3.0, 4.0
    assert energy([slow]).item() == 25.0
    assert energy([slow, 0 * slow]).item() == 12.5
    slow[:, 0] = 0.0
    assert energy([slow]).item() == 12.5


# --- the certificate --------------------------------------------------------------------------------------------------

SHAPE = (40, 60)


def folding_case(clash: float) -> tuple[FlowField, Lattice]:
    """A gentle swirl everywhere and, around (row 12, column 14), a velocity that may run into itself."""
    lattice = Lattice(Grid(SHAPE[::-1], (1.0, 1.5), (0.0, 0.0), (1.0, 0.0, 0.0, 1.0)))
    field = FlowField(SHAPE, gaussian(SHAPE, [0.8, 0.8]), lattice.taper([3, 3]), 1, torch.Generator().manual_seed(0))
    rows, columns = torch.meshgrid(torch.arange(40.0), torch.arange(60.0), indexing="ij")
    near = torch.exp(-((rows - 12) ** 2 + (columns - 14) ** 2) / 8.0)
    with torch.no_grad():
        field.head[0, 0] = 0.5 * torch.sin(rows / 6) - clash * (columns - 14) * near
        field.head[0, 1] = 0.5 * torch.cos(columns / 7)
    return field, lattice


def folded(lattice: Lattice):
    return lambda displacement: measure_folding(displacement, lattice.spacing)[1]


def test_a_fold_is_turned_down_and_the_rest_is_spared() -> None:
    field, lattice = folding_case(clash=2.5)
    now = torch.tensor(0.0)

    def displacement() -> Tensor:
        return integrate(field, lattice, Solver("midpoint", 1))[0].detach()

    before, clashing = field(now).detach(), displacement()
    assert measure_folding(clashing, lattice.spacing)[0].voxels > 0
    mended, certificate = unfold(field, displacement, folded(lattice))
    assert measure_folding(mended, lattice.spacing)[0].voxels == 0
    assert torch.equal(mended, displacement()), "what is handed out is the flow of the field as it now is"
    assert certificate.rounds >= 1 and certificate.scale == 1.0 and 0.0 < certificate.damped_percent < 25.0
    after = field(now).detach()
    assert torch.equal(after[:, :, 40:], before[:, :, 40:]) and torch.equal(after[:, 30:], before[:, 30:])
    assert after.abs().sum() < before.abs().sum() and (after.abs() <= before.abs()).all()


def test_a_field_that_does_not_fold_is_left_alone() -> None:
    field, lattice = folding_case(clash=0.0)
    window = field.window.clone()
    before = integrate(field, lattice, Solver("midpoint", 1))[0].detach()
    kept, certificate = unfold(field, lambda: before, folded(lattice))
    assert kept is before and certificate == Certificate() and torch.equal(field.window, window)


def test_a_fold_that_is_not_the_field_s_own_is_smoothed_where_it_is() -> None:
    """A large motion of the segments before, and one node out of place: the motion stays, and so does the field."""
    field, lattice = folding_case(clash=0.0)
    window = field.window.clone()
    elsewhere = torch.full((2, *SHAPE), 6.0) * lattice.taper([15, 15])
    elsewhere[0, 20, 30] += 3.0
    assert folded(lattice)(elsewhere).any()
    looked_at: list[Tensor] = []

    def looked(displacement: Tensor) -> Tensor:
        looked_at.append(displacement)
        return folded(lattice)(displacement)

    mended, certificate = unfold(field, lambda: elsewhere.clone(), looked)
    assert len(looked_at) == 2 + certificate.smoothings, "as it is, turned down, and after each smoothing"
    assert not folded(lattice)(mended).any()
    assert certificate.rounds == 0 and certificate.smoothings > 0 and certificate.scale == 1.0
    assert torch.equal(field.window, window)
    moved = (mended != elsewhere).any(0).nonzero()
    assert (moved - torch.tensor([20, 30])).abs().max() < 8
    assert (mended - elsewhere).abs().max() < 3.0 and mended[0, 20, 30] > 5.9


def test_what_no_smoothing_ends_is_scaled_down() -> None:
    field, lattice = folding_case(clash=0.0)
    elsewhere = rough(SHAPE, lattice.spacing, share=0.4)
    large = elsewhere.abs().max()

    def stubborn(displacement: Tensor) -> Tensor:
        """Folds at a node wherever the displacement is nearly as large as it was."""
        return torch.full(SHAPE, bool(displacement.abs().max() > 0.5 * large))

    mended, certificate = unfold(field, lambda: elsewhere, stubborn)
    assert certificate.smoothings == 0 and 0.0 < certificate.scale <= 0.5
    torch.testing.assert_close(mended, elsewhere * certificate.scale)


@pytest.mark.parametrize(("squeeze", "scale"), [(0.9, 1.0), (1.2, 0.8), (1.5, 0.64)])
def test_the_whole_is_scaled_no_more_than_it_takes(squeeze: float, scale: float) -> None:
    """x -> (1 - squeeze) x folds as soon as squeeze reaches 1."""
    lattice = Lattice(Grid((9, 8), (1.0, 2.0), (0.0, 0.0), (1.0, 0.0, 0.0, 1.0)))
    displacement = linear([[1.0 - squeeze, 0.0], [0.0, 1.0]], (8, 9), lattice.spacing)
    scaled, factor = scale_down(displacement, folded(lattice))
    assert factor == pytest.approx(scale)
    torch.testing.assert_close(scaled, displacement * factor)


@pytest.mark.parametrize(
    "penalty",
    [
        lambda field: gradient_energy(field, SPACING),
        lambda field: gradient_variation(field, SPACING, 0.1),
        lambda field: _OfAll.apply(field, SPACING, [(0, 0, 0), (1, 1, 1)], 0.5),
    ],
)
def test_where_steps_are_walked_twice_a_penalty_keeps_nothing(penalty) -> None:
    field = torch.rand(3, 5, 6, 7, requires_grad=True)
    seen: list[torch.Size] = []

    def pack(kept: torch.Tensor) -> torch.Tensor:  # as a checkpoint does, which throws away what it is shown
        seen.append(kept.shape)
        return kept

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        penalty(field)
    assert seen == [field.shape]
