"""The flow against motions with a known end: rotation, expansion, translation, and the flow run backwards."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from flows import inner, largest, lattice, positions, trained
from nodeo import settings
from nodeo.field.flow import Solver, compose, integrate, transport
from nodeo.field.smoothing import gaussian
from nodeo.field.velocity import FlowField, Foreseen, TimeNetwork
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from torch import Tensor, nn

ORDER = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3, "rk4": 4, "implicit_adams": 4}
ORDER["explicit_adams"] = 3  # torchdiffeq extrapolates from three velocities as soon as it has them
FINE = Solver("rk4", 8)
FLOAT = 1e-5  # mm: rounding of coordinates around 10 mm in float32, a few steps long


class Motion(nn.Module):
    """v(x, t) = rate(t) (A x + b), x from the middle: linear interpolation between the nodes is exact."""

    def __init__(
        self, of: Lattice, matrix=None, shift=None, rate: Callable[[Tensor], Tensor] = torch.ones_like
    ) -> None:
        super().__init__()
        k = len(of.shape)
        matrix = torch.zeros(k, k) if matrix is None else torch.as_tensor(matrix)
        shift = torch.zeros(k) if shift is None else torch.as_tensor(shift)
        self.still = torch.einsum("ij,j...->i...", matrix, positions(of)) + shift.view(-1, *[1] * k)
        self.rate = rate

    def forward(self, t: Tensor) -> Tensor:
        return self.rate(t) * self.still


def rotation(ndim: int, angle: float) -> Tensor:
    """Generator of a rotation by ``angle`` in the plane of the first two axes."""
    generator = torch.zeros(ndim, ndim)
    generator[0, 1], generator[1, 0] = -angle, angle
    return generator


def motion_error(of: Lattice, solver: Solver, generator: Tensor) -> float:
    """Largest distance, mm, between where the flow takes inner points and where the matrix exponential does."""
    displacement, _ = integrate(Motion(of, generator), of, solver)
    end = torch.einsum("ij,j...->i...", torch.linalg.matrix_exp(generator.double()).float(), positions(of))
    return largest((positions(of) + displacement - end)[:, inner(of)])


# --- solvers ----------------------------------------------------------------------------------------------------------


def test_every_solver_on_offer_is_known_here_and_to_torchdiffeq() -> None:
    from torchdiffeq._impl.odeint import SOLVERS
    from torchdiffeq._impl.solvers import AdaptiveStepsizeODESolver

    assert set(settings.SOLVERS) <= set(SOLVERS)
    tolerant = {name for name in settings.SOLVERS if issubclass(SOLVERS[name], AdaptiveStepsizeODESolver)}
    assert set(settings.ADAPTIVE_SOLVERS) == tolerant, "they take tolerances, not steps"
    assert set(settings.FIXED_STEP_SOLVERS) == set(ORDER)


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("kind", ["rotation", "expansion"])
@pytest.mark.parametrize("method", settings.SOLVERS)
def test_a_linear_motion_ends_where_it_must(method: str, kind: str, ndim: int) -> None:
    of, rate, steps = lattice(ndim), 0.3, 6
    generator = rotation(ndim, rate) if kind == "rotation" else rate * torch.eye(ndim)
    error = motion_error(of, Solver(method, steps, rtol=1e-5, atol=1e-5), generator)
    radius = 7.0  # mm, and more than any point is from the middle
    if method in ORDER:  # the first term that a step leaves out of exp(rate / steps), as often as there are steps
        order = ORDER[method]
        bound = 1.5 * radius * rate * (rate / steps) ** order / math.factorial(order + 1)
    else:  # torchdiffeq steps past the end and interpolates back to it, which is what is less exact than the tolerances
        bound = 5e-3
    assert error <= bound + FLOAT


@pytest.mark.parametrize("method", ["euler", "midpoint", "heun2", "heun3"])
def test_half_the_step_leaves_an_error_smaller_by_the_order(method: str) -> None:
    of = lattice(2)
    errors = [motion_error(of, Solver(method, steps), 0.4 * torch.eye(2)) for steps in (1, 2)]
    # the leading term alone would give exactly 2^order; the next one is about a third of it at the most
    assert errors[0] / errors[1] == pytest.approx(2 ** ORDER[method], rel=0.35)


def test_one_step_of_midpoint_is_the_textbook_formula() -> None:
    of = lattice(3)
    field = trained(of)
    displacement, velocities = integrate(field, of, Solver("midpoint", 1))
    half = 0.5 * field(torch.tensor(0.0))
    expected = of.sample(field(torch.tensor(0.5)), half)
    torch.testing.assert_close(displacement, expected)
    assert len(velocities) == 2


class Watched(nn.Module):
    """A velocity that remembers when it was asked for."""

    def __init__(self, velocity: nn.Module) -> None:
        super().__init__()
        self.velocity = velocity
        self.times: list[float] = []

    def forward(self, t: Tensor) -> Tensor:
        self.times.append(t.item())
        return self.velocity(t)


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("method", settings.SOLVERS)
def test_no_solver_asks_for_a_velocity_outside_the_unit_of_time(method: str, backwards: bool) -> None:
    of = lattice(2)
    watched = Watched(trained(of, 1.0))
    integrate(watched, of, Solver(method, 3), backwards=backwards)
    assert min(watched.times) >= -1e-6 and max(watched.times) <= 1.0 + 1e-6  # float32 sums of steps


@pytest.mark.parametrize("method", [method for method in settings.SOLVERS if method not in settings.ADAPTIVE_SOLVERS])
def test_the_times_that_a_solver_asks_for_are_known_beforehand(method: str) -> None:
    of, solver = lattice(2), Solver(method, 3)
    watched = Watched(trained(of, 1.0))
    alone, _ = integrate(watched, of, solver)
    assert solver.times == tuple(dict.fromkeys(watched.times))
    together, velocities = integrate(Foreseen(watched.velocity, solver.times), of, solver)
    torch.testing.assert_close(together, alone, rtol=0.0, atol=FLOAT)
    assert len(velocities) == len(watched.times)


def test_the_times_of_a_solver_that_chooses_them_are_not() -> None:
    assert Solver("dopri5").times == Solver(adjoint=True).times == ()


@pytest.mark.parametrize("method", ["midpoint", "dopri5"])
def test_the_first_step_needs_no_interpolation_and_is_the_same_with_it(method: str) -> None:
    of, solver = lattice(2), Solver(method, 3)
    at_rest, _ = integrate(trained(of), of, solver)
    interpolated, _ = integrate(trained(of), of, solver, start=of.zeros())
    torch.testing.assert_close(at_rest, interpolated, rtol=0.0, atol=FLOAT)


@pytest.mark.parametrize("method", settings.SOLVERS)
def test_a_velocity_that_changes_with_time_is_integrated_over_it(method: str) -> None:
    of, shift = lattice(2), torch.tensor([1.0, -2.0])
    motion = Motion(of, shift=shift, rate=lambda t: 3 * t**2)
    displacement, _ = integrate(motion, of, Solver(method, 4, rtol=1e-5, atol=1e-5))
    share = (displacement[1] / shift[1]).mean().item()
    exact = {"euler": 0.65625, "midpoint": 0.984375, "heun2": 1.03125}.get(method, 1.0)  # the quadrature rule at 1/4
    assert share == pytest.approx(exact, abs=1e-3)  # what adaptive ones lose at the end
    torch.testing.assert_close(displacement, shift.view(-1, 1, 1).expand_as(displacement) * share)


def test_a_finer_velocity_grid_over_the_same_box_is_the_same_motion() -> None:
    coarse = lattice(2)
    fine = Lattice(Grid((29, 19), (0.5, 0.75), coarse.grid.origin, coarse.grid.direction))
    generator = rotation(2, 0.4)
    own, _ = integrate(Motion(coarse, generator), coarse, FINE)
    other, _ = integrate(Motion(fine, generator), coarse, FINE)
    torch.testing.assert_close(other, own, rtol=0.0, atol=FLOAT)


# --- backwards and inverse --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ndim", [2, 3])
def test_forwards_and_then_backwards_is_the_identity(ndim: int) -> None:
    of = lattice(ndim)
    field = trained(of)
    there, _ = integrate(field, of, FINE)
    back, _ = integrate(field, of, FINE, start=there.detach(), backwards=True)
    assert largest(there) > 1.0, "there is something to undo"
    # the velocity has a kink at each node, over which the fourth order of the solver does not hold
    assert largest(back) < 1e-3 * largest(there)


def test_backwards_starts_at_the_end_of_time() -> None:
    of, shift = lattice(2), torch.tensor([1.0, 0.0])
    late = Motion(of, 0.3 * torch.eye(2), shift, rate=lambda t: (t > 0.75).float())
    _, velocities = integrate(late, of, Solver("euler", 2), backwards=True)
    assert velocities[0].any() and not velocities[-1].any()


@pytest.mark.parametrize("ndim", [2, 3])
def test_points_pass_the_newest_segment_first(ndim: int) -> None:
    of = lattice(ndim)
    growth, shift = 0.2, torch.tensor([1.0, -0.5, 0.4][:ndim])
    oldest, newest = Motion(of, growth * torch.eye(ndim)), Motion(of, shift=shift)
    x, near = positions(of), inner(of, 0.5)
    columns = shift.view(-1, *[1] * ndim)
    forward = transport([oldest, newest], of, FINE)
    expected = math.exp(growth) * (x + columns) - x  # psi_1(psi_2(x)): shifted first, then grown
    torch.testing.assert_close(forward[:, near], expected[:, near], rtol=0.0, atol=FLOAT)
    inverse = transport([oldest, newest], of, FINE, inverse=True)
    expected = math.exp(-growth) * x - columns - x
    torch.testing.assert_close(inverse[:, near], expected[:, near], rtol=0.0, atol=FLOAT)


def test_all_segments_there_and_back_is_the_identity() -> None:
    of = lattice(3)
    segments = [trained(of, 8.0, seed=seed) for seed in range(3)]
    forward, inverse = transport(segments, of, FINE), transport(segments, of, FINE, inverse=True)
    assert largest(forward) > 0.8
    # what eight nodes along an axis, read linearly between them, cannot hold of a flow that bends there
    assert largest(compose(forward, inverse, of)) < 0.12 * largest(forward)
    assert not transport([], of, FINE).any()


def test_compose_applies_the_inner_map_first() -> None:
    of = lattice(2)
    x, near = positions(of), inner(of, 0.5)
    turn = torch.tensor([[0.9, -0.2], [0.2, 0.95]])
    inside = 0.1 * x + torch.tensor([0.5, -0.3]).view(2, 1, 1)
    outside = torch.einsum("ij,j...->i...", turn - torch.eye(2), x)
    expected = torch.einsum("ij,j...->i...", turn, x + inside) - x
    torch.testing.assert_close(compose(outside, inside, of)[:, near], expected[:, near], rtol=0.0, atol=FLOAT)


# --- gradients --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", [Solver("rk4", 6), Solver("dopri5", rtol=1e-5, atol=1e-5)], ids=lambda s: s.method)
def test_the_adjoint_gradient_is_the_direct_gradient(solver: Solver) -> None:
    of = lattice(2)
    weight = torch.randn(2, *of.shape, generator=torch.Generator().manual_seed(5))
    gradients = []
    for adjoint in (False, True):
        field = trained(of, 3.0)
        way = Solver(solver.method, solver.steps, solver.rtol, solver.atol, adjoint)
        displacement, _ = integrate(field, of, way)
        (weight * displacement).sum().backward()
        gradients.append(torch.cat([p.grad.flatten() for p in field.parameters()]))
    direct, adjoint = gradients
    # both are gradients of the continuous flow, discretised in two ways; the slope of the velocity jumps at each node
    assert (adjoint - direct).norm() < 0.03 * direct.norm()


def test_without_a_gradient_to_take_the_adjoint_is_not_asked_for() -> None:
    of = lattice(2)
    field = trained(of)
    with torch.no_grad():
        plain, _ = integrate(field, of, Solver("midpoint", 2))
        adjoint, _ = integrate(field, of, Solver("midpoint", 2, adjoint=True))
    assert torch.equal(plain, adjoint)


# --- the velocity field -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("modes", [1, 2, 4])
@pytest.mark.parametrize("ndim", [2, 3])
def test_a_new_field_is_the_identity(ndim: int, modes: int) -> None:
    of = lattice(ndim)
    field = FlowField(of.shape, gaussian(of.shape, [1.0] * ndim), of.taper([2] * ndim), modes)
    displacement, _ = integrate(field, of, Solver("midpoint", 2))
    assert displacement.shape == (ndim, *of.shape) and not displacement.any()
    displacement.sum().backward()
    assert field.head.grad.any(), "the head can leave the identity"


@pytest.mark.parametrize("modes", [1, 2, 5])
def test_the_modes_of_time_are_orthogonal_before_training(modes: int) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(8)  # exact for polynomials up to degree 15
    network = TimeNetwork(modes, generator=torch.Generator().manual_seed(0))
    values = torch.stack([network(torch.tensor((x + 1) / 2, dtype=torch.float32)) for x in nodes]).double()
    gram = torch.einsum("n,nr,ns->rs", torch.from_numpy(weights / 2), values, values)
    expected = torch.diag(1.0 / (2.0 * torch.arange(modes, dtype=torch.float64) + 1.0))
    torch.testing.assert_close(gram, expected, rtol=0.0, atol=1e-6)  # the modes are float32
    assert (values[:, 0] == 1.0).all(), "mode 0 is constant in time"


def test_the_velocity_is_the_smoothed_mixture_times_the_window() -> None:
    of = lattice(2)
    field = trained(of)
    t = torch.tensor(0.3)
    mixed = sum(g * b for g, b in zip(field.time(t), field.head, strict=True))
    torch.testing.assert_close(field(t), field.window * field.kernel(mixed))


def test_the_flow_keeps_to_its_box() -> None:
    of = lattice(3)
    displacement, _ = integrate(trained(of, 20.0), of, Solver("midpoint", 4))
    for axis in range(1, 4):
        faces = displacement.movedim(axis, 0)[[0, -1]]
        assert not faces.any()


def test_a_field_leaves_the_global_random_numbers_alone_and_repeats_with_its_seed() -> None:
    of = lattice(2)
    before = torch.get_rng_state()

    def weights(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        field = FlowField(of.shape, gaussian(of.shape, [1.0, 1.0]), of.taper([2, 2]), 3, generator)
        return field.time.inner.weight

    assert torch.equal(weights(1), weights(1)) and not torch.equal(weights(1), weights(2))
    assert torch.equal(torch.get_rng_state(), before)


def test_moved_takes_the_kernel_along() -> None:
    of = lattice(2)
    field = trained(of)
    t = torch.tensor(0.3)
    before = field(t).detach()
    assert torch.equal(field.moved(torch.device("cpu"))(t), before)
    away = field.moved(torch.device("meta"))  # a device every machine has
    tensors = [*away.parameters(), *away.buffers(), *(b.matrix for b in away.kernel.bands + away.kernel.adjoint)]
    assert {tensor.device.type for tensor in tensors} == {"meta"}


# --- what is loaded for it --------------------------------------------------------------------------------------------

_LOADED = """
import sys
import torch
from nodeo.field.integrators import odeint

assert "scipy.integrate" not in sys.modules
print(odeint(lambda t, y: y, torch.ones(1), torch.tensor([0.0, 1.0]), method="scipy_solver")[-1].item())
import scipy.integrate
print(scipy.integrate.quad(lambda x: x, 0.0, 2.0)[0])
"""


def test_integrators_that_nobody_asks_for_are_loaded_when_somebody_does() -> None:
    told = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    grown, integral = map(float, told.stdout.split())
    assert grown == pytest.approx(math.e, rel=1e-3) and integral == pytest.approx(2.0)
