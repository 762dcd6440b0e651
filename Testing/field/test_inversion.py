"""The inverse of a displacement: exact at its nodes by Newton steps, and as good as its grid allows between them."""

from __future__ import annotations

import pytest
import torch
from flows import inner, largest, lattice, positions, trained
from nodeo.field.flow import Solver, transport
from nodeo.field.inverse_fit import fit_inverse
from nodeo.field.inversion import refine_inverse
from nodeo.field.regularity import measure_folding
from nodeo.field.smoothed_folds import without_folds
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from nodeo.geometry.sampling import on_nodes, sample
from torch import Tensor

FINE = Solver("rk4", 8)
FLOAT = 1e-5  # mm: rounding of coordinates around 10 mm in float32, a few steps long


@pytest.mark.parametrize("ndim", [2, 3])
def test_newton_inverts_the_interpolated_field_at_every_node(ndim: int) -> None:
    of = lattice(ndim)
    forward = transport([trained(of)], of, FINE)
    start = -forward
    before = largest(start + of.sample(forward, start))
    inverse = refine_inverse(start, forward, of, iterations=5)
    assert before > 0.1, "minus the displacement is not its inverse"
    assert largest(inverse + of.sample(forward, inverse)) < 1e-3


def test_newton_finds_a_known_inverse() -> None:
    of = lattice(3)
    forward = 0.25 * positions(of) * of.taper([1] * 3).gt(0)  # shrunk images of inner points stay in the linear part
    inverse = refine_inverse(of.zeros(), forward, of)
    near = inner(of, 0.5)
    torch.testing.assert_close(inverse[:, near], (-0.2 * positions(of))[:, near], rtol=0.0, atol=FLOAT)


def test_newton_never_makes_a_node_worse() -> None:
    of = lattice(2)
    rough = 1.5 * torch.randn(2, *of.shape, generator=torch.Generator().manual_seed(3))  # it folds: no inverse exists
    start = -0.5 * rough
    inverse = refine_inverse(start, rough, of)
    residuals = [(v + of.sample(rough, v)).square().sum(0) for v in (start, inverse)]
    assert (residuals[1] <= residuals[0]).all() and inverse.isfinite().all()


# --- the fit ----------------------------------------------------------------------------------------------------------


def error(inverse: Tensor, forward: Tensor, points: Lattice) -> Tensor:
    """Distance [D, H, W], mm, of inverse(forward(x)) from x."""
    return (forward + sample(inverse, points.sampling(forward))).square().sum(0).sqrt()


@pytest.fixture(params=[2, 3])
def curved(request) -> tuple[Tensor, Tensor, Lattice, Lattice]:
    """A displacement at voxels, its inverse exact on nodes twice as far apart, and both grids."""
    k = request.param
    size, axes = (15, 13, 11)[:k], tuple(torch.eye(k).flatten().tolist())
    nodes = Lattice(Grid(size, (2.0,) * k, (0.0,) * k, axes))
    voxels = Lattice(Grid(tuple(2 * n - 1 for n in size), (1.0,) * k, (0.0,) * k, axes))
    forward = transport([trained(nodes, 16.0 * k)], nodes, FINE)
    exact = refine_inverse(transport([trained(nodes, 16.0 * k)], nodes, FINE, inverse=True), forward, nodes)
    return on_nodes(forward, voxels.shape), exact, nodes, voxels


def test_a_fit_spreads_the_error_that_exact_nodes_leave_between_them(curved) -> None:
    forward, exact, _, voxels = curved
    assert (
        error(fit_inverse(exact.clone(), forward, voxels), forward, voxels).mean()
        < 0.8 * error(exact, forward, voxels).mean()
    )


def between(inverse: Tensor, forward: Tensor, points: Lattice) -> tuple[float, float]:
    """Mean error, mm, at random points between the voxels: of inverse after forward, and of forward after inverse."""
    k = len(forward)
    random = 1.8 * torch.rand(k, 4000, generator=torch.Generator().manual_seed(0)) - 0.9
    scale = torch.tensor([2.0 / (h * (n - 1)) for h, n in zip(points.spacing, reversed(points.shape), strict=True)])
    errors = []
    for first, then in ((forward, inverse), (inverse, forward)):
        there = sample(first, random)
        back = sample(then, random + there * scale[:, None])
        errors.append((there + back).square().sum(0).sqrt().mean().item())
    return errors[0], errors[1]


def test_a_fit_is_better_between_the_points_too_and_both_ways(curved) -> None:
    forward, exact, _, voxels = curved
    at_voxels = refine_inverse(on_nodes(exact, voxels.shape), forward, voxels)
    fitted = fit_inverse(at_voxels.clone(), forward, voxels)
    before, after = (between(inverse, forward, voxels) for inverse in (at_voxels, fitted))
    assert before[0] > 0.005, "there is something to gain"
    assert after[0] < 0.9 * before[0] and after[1] < 0.9 * before[1]


def test_points_of_a_finer_lattice_are_made_exact_as_well(curved) -> None:
    forward, exact, nodes, voxels = curved
    on_its_nodes = forward[(slice(None), *[slice(None, None, 2)] * len(forward))]
    start = on_nodes(exact, voxels.shape)
    found = refine_inverse(start, on_its_nodes, nodes, iterations=10, at=voxels)
    before, after = ((v + voxels.sample(forward, v)).square().sum(0).sqrt().mean() for v in (start, found))
    assert before > 0.01
    assert after < 0.03 * before  # the slopes are those of the nodes: a point at a kink of the field may be left over


# --- folds ------------------------------------------------------------------------------------------------------------


def rough(of: Lattice, size: float) -> Tensor:
    """A smooth displacement with a few sharp kinks, at rest on the faces."""
    generator = torch.Generator().manual_seed(5)
    kinks = (torch.rand(of.shape, generator=generator) > 0.99).float() * torch.randn(
        len(of.shape), *of.shape, generator=generator
    )
    return (transport([trained(of, 6.0)], of, FINE) + size * kinks) * of.taper([2] * len(of.shape))


@pytest.mark.parametrize("ndim", [2, 3])
def test_folds_are_smoothed_away_where_they_are_and_nowhere_else(ndim: int) -> None:
    size, spacing = (41, 37, 33)[:ndim], (1.0, 1.5, 2.0)[:ndim]
    of = Lattice(Grid(size, spacing, (0.0,) * ndim, tuple(torch.eye(ndim).flatten().tolist())))
    folded = rough(of, 3.0)
    before, where = measure_folding(folded, of.spacing, middles=True)
    assert before.voxels > 10
    found = without_folds(folded, of.spacing)
    after, left = measure_folding(found, of.spacing, middles=True)
    assert after.voxels == 0 and after.volume == 0 and not left.any()
    moved = (found != folded).any(0)
    assert not moved[where.logical_not()].all()
    assert moved.float().mean() < 40 * where.float().mean(), "only at folds and around them"
    faces = torch.ones(of.shape, dtype=torch.bool)
    faces[tuple(slice(1, -1) for _ in of.shape)] = False
    assert not moved[faces].any()


def test_what_does_not_fold_stays_bit_for_bit() -> None:
    of = lattice(3)
    smooth = transport([trained(of, 4.0)], of, FINE)
    assert without_folds(smooth, of.spacing) is smooth
    assert measure_folding(smooth, of.spacing, middles=True)[0].voxels == 0


def test_what_cannot_be_smoothed_is_left() -> None:
    of = lattice(2)
    broken = torch.full((2, *of.shape), float("nan"))
    assert measure_folding(without_folds(broken, of.spacing), of.spacing)[0].voxels > 0
