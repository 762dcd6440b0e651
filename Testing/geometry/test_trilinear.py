"""Trilinear reading as two bilinear ones, against PyTorch's own of volumes."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from nodeo.geometry import trilinear as reading
from nodeo.geometry.sampling import sample, spread
from nodeo.geometry.trilinear import spread_trilinear, trilinear
from torch import Tensor

SHAPE = (9, 11, 7)


def volume(channels: int = 2, shape: tuple[int, ...] = SHAPE, seed: int = 0) -> Tensor:
    return torch.randn(channels, *shape, generator=torch.Generator().manual_seed(seed))


def anywhere(n: int = 1001, width: float = 1.2, seed: int = 1) -> Tensor:
    """Sampling coordinates [3, n], some of them outside."""
    return width * (2.0 * torch.rand(3, n, generator=torch.Generator().manual_seed(seed)) - 1.0)


def by_torch(field: Tensor, points: Tensor) -> Tensor:
    grid = points.T[None, None, None]
    return F.grid_sample(field[None], grid, padding_mode="border", align_corners=True)[0, :, 0, 0]


@pytest.fixture(params=[1, 3], ids=["one thread", "three threads"])
def _threads(request) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=[reading._AT_ONCE, 64], ids=["all at once", "in parts"])
def _parts(request, monkeypatch) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", request.param)


pytestmark = pytest.mark.usefixtures("_threads", "_parts")


@pytest.mark.parametrize("shape", [SHAPE, (2, 2, 2), (2, 40, 3), (40, 2, 3)], ids=str)
@pytest.mark.parametrize("sorted_by_plane", [False, True], ids=["anywhere", "plane by plane"])
def test_values_and_gradients_are_those_of_torch(shape: tuple[int, ...], sorted_by_plane: bool) -> None:
    points = anywhere()
    if sorted_by_plane:
        points = points[:, points[2].argsort()]
    upstream = torch.randn(2, points.shape[1], generator=torch.Generator().manual_seed(2))
    found = []
    for read in (trilinear, by_torch):
        field, at = volume(shape=shape).requires_grad_(), points.clone().requires_grad_()
        values = read(field, at)
        values.backward(upstream)
        found.append((values.detach(), field.grad, at.grad))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=2e-4)  # float32 knows a row of many to 1e-5


def test_spreading_is_the_transpose_of_reading() -> None:
    field, points = volume(), anywhere()
    values = torch.randn(2, points.shape[1], generator=torch.Generator().manual_seed(2))
    there = (trilinear(field, points) * values).sum()
    back = (field * spread_trilinear(values, points, SHAPE)).sum()
    assert there.item() == pytest.approx(back.item(), rel=1e-5)


def test_the_gradient_by_the_field_alone_is_the_transpose() -> None:
    field, points = volume().requires_grad_(), anywhere()
    values = torch.randn(2, points.shape[1], generator=torch.Generator().manual_seed(2))
    trilinear(field, points).backward(values)
    torch.testing.assert_close(field.grad, spread_trilinear(values, points, SHAPE))


def test_a_field_that_is_0_on_its_faces_is_0_on_and_beyond_them() -> None:
    field = F.pad(volume(1, (7, 9, 5)), [1] * 6)
    points = anywhere()
    points[torch.arange(points.shape[1]) % 3, torch.arange(points.shape[1])] = 1.0
    assert not trilinear(field, points).any()
    assert not trilinear(field, -points).any()
    assert trilinear(field, anywhere()).any()


def test_a_point_that_is_no_number_is_read_as_none_and_spoils_no_other() -> None:
    points = anywhere()
    expected = trilinear(volume(), points)
    points[:, 5] = torch.nan
    values = trilinear(volume(), points)
    assert values[:, 5].isnan().all()
    others = torch.arange(points.shape[1]) != 5
    torch.testing.assert_close(values[:, others], expected[:, others], rtol=0.0, atol=2e-4)


def test_many_points_are_read_so_and_few_are_read_by_torch(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("nodeo.geometry.sampling.trilinear", lambda *a: asked.append("read") or trilinear(*a))
    monkeypatch.setattr(
        "nodeo.geometry.sampling.spread_trilinear", lambda *a: asked.append("spread") or spread_trilinear(*a)
    )
    many, few = anywhere(20_000), anywhere(1000)
    field = volume()
    torch.testing.assert_close(sample(field, many), by_torch(field, many), rtol=0.0, atol=2e-4)
    spread(field.new_ones(1, 20_000), many, SHAPE)
    assert asked == ["read", "spread"]
    torch.testing.assert_close(sample(field, few), by_torch(field, few), rtol=0.0, atol=1e-5)
    spread(field.new_ones(1, 1000), few, SHAPE)
    sample(volume(1, (2, 1, 3)), many)  # of one row a plane
    sample(field, many, outside="zeros")
    assert asked == ["read", "spread"]
