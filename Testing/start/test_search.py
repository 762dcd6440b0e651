"""The discrete search: the right step, coherent, and where it is not known the least."""

from __future__ import annotations

import pytest
import torch
from nodeo.geometry.domain import Domain
from nodeo.geometry.grid import Grid
from nodeo.start.coherent import coherent
from nodeo.start.search_grid import SearchGrid

SHAPE = (12, 16)
STEPS = torch.tensor([(2.0 * x, 2.0 * y) for x in range(-3, 4) for y in range(-3, 4)])


def costs_of(wanted: torch.Tensor) -> torch.Tensor:
    """[steps, D, H]: the squared distance of each step from a wanted displacement [2, D, H]."""
    return (STEPS[:, :, None, None] - wanted).square().sum(1)


def test_every_point_gets_the_step_it_wants() -> None:
    wanted = torch.zeros(2, *SHAPE)
    wanted[0] = 4.0
    found = coherent(costs_of(wanted), STEPS, torch.zeros_like(wanted), (2.0, 2.0), least=0.0)
    torch.testing.assert_close(found, wanted)


def test_a_point_that_errs_is_overruled_by_its_neighbours() -> None:
    wanted = torch.zeros(2, *SHAPE)
    costs = costs_of(wanted)
    costs[:, 6, 8] = costs_of(wanted + 6.0)[:, 6, 8] * 0.01
    found = coherent(costs, STEPS, torch.zeros_like(wanted), (2.0, 2.0), least=0.0)
    assert found.abs().max() < 0.5


def test_what_slides_does_not_drag_its_neighbour() -> None:
    wanted = torch.zeros(2, *SHAPE)
    wanted[0, 6:] = 6.0
    found = coherent(costs_of(wanted), STEPS, torch.zeros_like(wanted), (2.0, 2.0), least=0.0)
    torch.testing.assert_close(found, wanted, atol=0.2, rtol=0.0)


def test_where_nothing_tells_the_steps_apart_the_whole_displacement_is_least() -> None:
    before = torch.full((2, *SHAPE), 2.0)
    costs = costs_of(torch.zeros(2, *SHAPE))
    costs[:, :, 8:] = 1.0
    found = coherent(costs, STEPS, before, (2.0, 2.0), least=0.05)
    assert found[:, :, 11:].abs().max() < 0.1, "the steps lead back to rest"
    torch.testing.assert_close(found[:, :, :5], before[:, :, :5], atol=0.2, rtol=0.0)


@pytest.mark.parametrize("flip", [False, True])
def test_the_grid_lies_about_the_middle_of_the_domain(flip: bool) -> None:
    grid = Grid((101, 64), (1.0, 1.5), (0.0, 0.0), (-1.0 if flip else 1.0, 0.0, 0.0, 1.0))
    domain = Domain(grid, (3, -4), (92, 60), (4, 4))
    window = SearchGrid.over(domain, points=20, reach=4.0)
    ends = window.grid.world(np_ends(window.grid))
    box = grid.world(np_box(domain))
    torch.testing.assert_close(torch.tensor(ends.mean(0)), torch.tensor(box.mean(0)))
    assert (ends.max(0) >= box.max(0) - 1e-9).all() and (ends.min(0) <= box.min(0) + 1e-9).all()
    wide = window.wide()
    assert wide.size == tuple(n + 2 * w for n, w in zip(window.grid.size, window.steps, strict=True))


def np_ends(grid: Grid):
    return torch.tensor([(0, 0), (grid.size[0] - 1, grid.size[1] - 1)]).double().numpy()


def np_box(domain: Domain):
    first = torch.tensor(domain.start).double()
    return torch.stack([first, first + torch.tensor(domain.length)]).numpy()


def test_a_window_never_reaches_past_an_image_whose_voxels_are_very_thin() -> None:
    grid = Grid((24, 22, 20), (1.0, 1.0, 1e-6), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    window = SearchGrid.over(Domain(grid, (0, 0, 0), (23, 21, 19), (2, 2, 2)), points=20, reach=4.0)
    assert all(1 <= w <= n // 2 for w, n in zip(window.steps, window.grid.size, strict=True))
