"""The kernel K: what it does to constants, borders and inner products."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from nodeo.field.smoothing import SeparableKernel, averaging, gaussian, identity
from torch import Tensor

SHAPES = [(7, 12, 9), (21, 5, 30), (13, 8), (1, 6)]


def kernels(shape: tuple[int, ...]) -> list[SeparableKernel]:
    ndim = len(shape)
    return [
        averaging(shape, [1] * ndim),
        averaging(shape, range(ndim), passes=3),
        gaussian(shape, [0.8] * ndim),
        gaussian(shape, [0.5 * k for k in range(ndim)], passes=2),
    ]


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_constant_stays_as_it_is_up_to_the_border(shape):
    for kernel in kernels(shape):
        torch.testing.assert_close(kernel(torch.ones(2, *shape)), torch.ones(2, *shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_sum_to_one(shape):
    for kernel in kernels(shape):
        for band in kernel.bands:
            torch.testing.assert_close(band.matrix.sum(1), torch.ones(len(band.matrix)))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_transposed_product_is_the_adjoint(shape):
    x, y = noise(3, *shape), noise(3, *shape, seed=1)
    for kernel in kernels(shape):
        forth = kernel.product(x, kernel.bands).double().flatten() @ y.double().flatten()
        back = x.double().flatten() @ kernel.product(y, kernel.adjoint).double().flatten()
        torch.testing.assert_close(forth, back, rtol=1e-6, atol=0.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_backward_is_the_adjoint(shape):
    upstream = noise(2, *shape, seed=1)
    for kernel in kernels(shape):
        x = noise(2, *shape).requires_grad_()
        kernel(x).backward(upstream)
        torch.testing.assert_close(x.grad, kernel.product(upstream, kernel.adjoint), rtol=0.0, atol=0.0)


@pytest.mark.parametrize(("shape", "pool"), [((11, 14, 9), F.avg_pool3d), ((17, 10), F.avg_pool2d)])
def test_averaging_is_the_mean_over_the_points_that_exist(shape, pool):
    values = noise(2, *shape)
    expected = pool(values, 5, stride=1, padding=2, count_include_pad=False)
    torch.testing.assert_close(averaging(shape, [2] * len(shape))(values), expected)


def test_a_radius_of_its_own_for_each_axis():
    values = noise(1, 9, 12, 15)
    expected = F.avg_pool3d(values, (1, 3, 7), stride=1, padding=(0, 1, 3), count_include_pad=False)
    torch.testing.assert_close(averaging((9, 12, 15), (0, 1, 3))(values), expected)


def test_gaussian_in_the_interior_is_the_sampled_bell():
    sigma, n = 1.3, 31
    point = torch.zeros(n, n)
    point[15, 15] = 1.0
    bell = torch.exp(-0.5 * ((torch.arange(n) - 15) / sigma) ** 2) * ((torch.arange(n) - 15).abs() <= 4)
    bell = bell / bell.sum()
    torch.testing.assert_close(gaussian((n, n), (sigma, sigma))(point), bell[:, None] * bell)


def test_passes_are_repeated_products():
    values = noise(1, 10, 13, 9)
    once = averaging((10, 13, 9), (2, 1, 1))
    torch.testing.assert_close(averaging((10, 13, 9), (2, 1, 1), passes=3)(values), once(once(once(values))))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_long_axis_equals_the_product_that_is_not_cut_into_blocks(axis):
    shape = [4, 5, 6]
    shape[axis] = 300
    radii = [0, 0, 0]
    radii[axis] = 7
    kernel = averaging(shape, radii, passes=2)
    values = noise(*shape)
    expected = torch.tensordot(kernel.bands[axis].matrix, values, dims=([1], [axis])).movedim(0, axis)
    torch.testing.assert_close(kernel(values), expected)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("length", [5, 6, 300, 301])
def test_every_second_row_is_a_product_and_has_its_transpose(axis, length):
    shape = [4, 5, 6]
    shape[axis] = length
    radii = [min(4, (n - 1) // 2) for n in shape]
    whole = averaging(shape, radii)
    thinned = whole.thinned(2)
    values, fewer = noise(2, *shape), [(n + 1) // 2 for n in shape]
    torch.testing.assert_close(thinned(values), whole(values)[:, ::2, ::2, ::2])
    upstream = noise(2, *fewer)
    spread = torch.zeros(2, *shape)
    spread[:, ::2, ::2, ::2] = upstream
    back = thinned.product(upstream, thinned.adjoint)
    torch.testing.assert_close(back, whole.product(spread, whole.adjoint))
    torch.testing.assert_close((thinned(values) * upstream).sum(), (values * back).sum())


def test_every_second_row_of_what_is_one_point_wide():
    values = noise(7, 5)
    torch.testing.assert_close(identity((7, 5)).thinned(2)(values), values[::2, ::2])


def test_a_window_wider_than_the_image_is_the_mean_of_the_image():
    values = noise(6, 5)
    torch.testing.assert_close(averaging((6, 5), (9, 9))(values), values.mean().expand(6, 5))


def test_identity_leaves_the_tensor_alone():
    values = noise(2, 4, 5, 6)
    assert identity((4, 5, 6))(values) is values
