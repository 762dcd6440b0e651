"""The inverse of a displacement: exact at its nodes by Newton steps, and as good as its grid allows between them."""

from __future__ import annotations

import pytest
import torch
from flows import inner, largest, lattice, positions, trained
from nodeo.field import inversion
from nodeo.field.flow import Solver, transport
from nodeo.field.inversion import _fitted, fit_inverse, refine_inverse
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
        error(fit_inverse(exact, forward, voxels), forward, voxels).mean() < 0.8 * error(exact, forward, voxels).mean()
    )


def test_a_fit_with_a_node_at_every_voxel_is_several_times_better(curved) -> None:
    forward, exact, _, voxels = curved
    start = on_nodes(exact, voxels.shape)
    fitted = fit_inverse(start, forward, voxels)
    before, after = (error(inverse, forward, voxels) for inverse in (start, fitted))
    assert before.mean() > 0.01, "there is something to gain"
    assert after.mean() < 0.4 * before.mean()
    assert after.max() < before.max()


def test_the_slabs_in_which_the_points_are_chosen_change_nothing(curved, monkeypatch: pytest.MonkeyPatch) -> None:
    forward, exact, _, voxels = curved
    start = on_nodes(exact, voxels.shape)
    whole = fit_inverse(start, forward, voxels)
    monkeypatch.setattr(inversion, "_SLAB", 4)
    torch.testing.assert_close(fit_inverse(start, forward, voxels), whole, rtol=0.0, atol=FLOAT)


def test_a_long_fit_ends_at_the_least_squares_solution() -> None:
    on = Lattice(Grid((7, 6), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0, 0.0, 1.0)))
    generator = torch.Generator().manual_seed(2)
    forward = 0.6 * torch.randn(2, *on.shape, generator=generator) * on.taper([2, 2])
    weights = 1.0 + torch.rand(1, *on.shape, generator=generator)
    fitted, error = _fitted(on.zeros(), forward, on.sampling(forward), weights, 30, enough=0.0)
    free = torch.zeros(on.shape, dtype=torch.bool)
    free[1:-1, 1:-1] = True
    basis = torch.eye(free.numel()).view(-1, *on.shape)
    reads = sample(basis, on.sampling(forward)).flatten(1).T[:, free.flatten()].double()
    weighted = weights.flatten().double()[:, None] * reads
    normal = reads.T @ weighted + 0.05 * torch.eye(reads.shape[1], dtype=torch.float64)
    expected = torch.linalg.solve(normal, -weighted.T @ forward.flatten(1).T.double()).T
    torch.testing.assert_close(fitted[:, free].double(), expected, rtol=0.0, atol=1e-4)
    assert not fitted[:, ~free].any(), "the faces stay at rest"
    torch.testing.assert_close(error, forward + sample(fitted, on.sampling(forward)), rtol=0.0, atol=1e-5)


def test_what_is_right_already_stays_as_it_is(curved) -> None:
    _, _, _, voxels = curved
    assert not fit_inverse(voxels.zeros(), voxels.zeros(), voxels).any()
    bump = voxels.zeros()
    middle = tuple(n // 2 for n in voxels.shape)
    bump[(0, *middle)] = 0.8
    fitted = fit_inverse(voxels.zeros(), bump, voxels)
    assert fitted.any()
    assert not fitted[:, 1].any(), "far from the bump nothing moves"
