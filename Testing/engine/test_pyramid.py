"""The levels: one box for all velocity grids, image grids on the fixed image's own voxels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import models
from nodeo.engine import pyramid
from nodeo.engine.level import window_width
from nodeo.engine.preparation import content_box, prepare
from nodeo.engine.pyramid import REACH, plan
from nodeo.geometry.domain import SMALLEST_LEVEL, Domain, Level, shrink_factors
from nodeo.geometry.grid import Grid
from nodeo.settings import Settings
from nodeo.similarity.channel import Scan

OBLIQUE = sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5).GetMatrix()
FLAT = (1.0, 0.0, 0.0, 1.0)
LARGE = Grid((48, 56, 40), (1.0, 1.0, 1.0), (3.0, -7.0, 11.0), OBLIQUE)
ANISOTROPIC = Grid((60, 64, 20), (0.9, 0.9, 4.0), (0.0, 20.0, -5.0), OBLIQUE)
SLICE = Grid((48, 1, 64), (1.0, 5.0, 1.0), (1.0, 2.0, 3.0), OBLIQUE)
PLANE = Grid((90, 70), (0.5, 1.0), (1.0, 2.0), FLAT)
CASES = {
    "volume": (LARGE, [(10, 35), (8, 41), (9, 30)], Settings()),
    "anisotropic": (ANISOTROPIC, [(5, 54), (10, 55), (2, 17)], Settings()),
    "content at the faces": (LARGE, [(0, 47), (0, 30), (20, 39)], Settings()),
    "slice of a volume": (SLICE, [(10, 40), (20, 50)], Settings(plane_levels=0)),
    "flat": (PLANE, [(20, 80), (10, 60)], Settings(levels=(8, 4, 1), plane_levels=0)),
    "begun coarser": (PLANE, [(20, 80), (10, 60)], Settings(levels=(2, 1), iterations=9, plane_levels=2)),
    "coarse nodes": (LARGE, [(10, 35), (8, 41), (9, 30)], Settings(node_spacing=(8, 4, 4))),
    "not cropped": (LARGE, [(10, 35), (8, 41), (9, 30)], Settings(crop=False)),
}
every_case = pytest.mark.parametrize(("grid", "content", "settings"), CASES.values(), ids=CASES.keys())


def boxed(grid: Grid, content: list[tuple[int, int]]) -> sitk.Image:
    """Bright between the first and last index of ``content`` (active axes, x first), dark elsewhere."""
    array = np.zeros(grid.shape, dtype=np.float32)
    array[tuple(slice(first, last + 1) for first, last in reversed(content))] = 100.0
    return grid.stamp(sitk.GetImageFromArray(array.reshape(grid.size[::-1])))


def scan(grid: Grid, content: list[tuple[int, int]], settings: Settings, mask: sitk.Image | None = None) -> Scan:
    image = boxed(grid, content)
    return prepare(image, image, mask, None, settings)[0]


def planned(
    grid: Grid,
    content: list[tuple[int, int]],
    settings: Settings,
    moving_box: list[tuple[float, float]] | None = None,
    mask: list[tuple[int, int]] | None = None,
) -> tuple[Domain, list[Level]]:
    """The plan for a moving image with the same content, unless told otherwise."""
    mask_image = None if mask is None else sitk.Cast(boxed(grid, mask) > 0, sitk.sitkUInt8)
    fixed = scan(grid, content, settings, mask_image)
    box = np.array(content if moving_box is None else moving_box, dtype=float)
    return plan(fixed, box, models.build(settings), settings)


def span(grid: Grid, of: Grid) -> tuple[np.ndarray, np.ndarray]:
    """First and last index of ``of``, active axes (x first), counted on ``grid``."""
    corners = grid.index(of.corners())[:, list(grid.axes)]
    return corners[0], corners[-1]


# --- how far to shrink ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spacing", "target", "factors"),
    [
        ((1.0, 1.0, 1.0), 4.0, (4, 4, 4)),
        ((0.5, 0.5, 4.0), 0.5, (1, 1, 1)),
        ((0.5, 0.5, 4.0), 2.0, (4, 4, 1)),  # slices 4 mm apart are coarse enough already
        ((0.5, 1.0, 2.0), 4.0, (8, 4, 2)),
        ((0.9, 1.1, 3.0), 3.6, (4, 4, 1)),  # the nearest power of two
    ],
)
def test_shrinking_brings_the_spacing_of_each_axis_near_the_target(spacing, target, factors) -> None:
    grid = Grid((256, 256, 256), spacing, (0.0,) * 3, OBLIQUE)
    assert shrink_factors(grid, target) == factors


def test_an_axis_is_shrunk_as_far_as_it_is_long() -> None:
    grid = Grid((256, 20, 8), (1.0, 1.0, 1.0), (0.0,) * 3, OBLIQUE)
    assert shrink_factors(grid, 4.0) == (4, 2, 1)
    assert shrink_factors(grid, 4.0, sizes=(29, 15, 8)) == (4, 2, 1)  # 8 points, and 8 points
    assert shrink_factors(grid, 4.0, sizes=(28, 14, 8)) == (2, 1, 1)


def test_a_thin_axis_has_no_factor() -> None:
    assert shrink_factors(SLICE, 4.0) == (4, 4)


def test_an_anisotropic_image_becomes_isotropic_on_the_way_up() -> None:
    _, levels = planned(ANISOTROPIC, [(5, 54), (10, 55), (2, 17)], Settings())
    assert [level.shrink for level in levels] == [(4, 4, 1), (2, 2, 1), (1, 1, 1)]
    assert [level.node_factors for level in levels] == [(4, 4, 1), (2, 2, 1), (1, 1, 1)]


def shrinks(levels: list[Level]) -> list[int]:
    return [max(level.shrink) for level in levels]


@pytest.mark.parametrize(
    "grid", [Grid((160, 192), (1.0, 1.0), (0.0, 0.0), FLAT), Grid((160, 1, 192), (1.0, 5.0, 1.0), (0.0,) * 3, OBLIQUE)]
)
def test_a_plane_begins_a_level_coarser(grid: Grid) -> None:
    content = [(10, 150), (10, 180)]
    _, levels = planned(grid, content, Settings(iterations=(30, 20, 10), steps=(3, 2, 1)))
    assert shrinks(levels) == [8, 4, 2, 1]
    assert [(level.iterations, level.steps) for level in levels] == [(30, 3), (30, 3), (20, 2), (10, 1)]
    assert [max(level.node_factors) for level in levels] == [8, 4, 2, 1]
    _, levels = planned(grid, content, Settings(plane_levels=2, node_spacing=(8, 4, 2)))
    assert shrinks(levels) == [16, 8, 4, 2, 1]
    assert [max(level.node_factors) for level in levels] == [16, 16, 8, 4, 2]
    assert shrinks(planned(grid, content, Settings(plane_levels=0))[1]) == [4, 2, 1]


def test_what_begins_no_coarser() -> None:
    volume = Grid((160, 192, 70), (1.0,) * 3, (0.0,) * 3, OBLIQUE)
    assert shrinks(planned(volume, [(10, 150), (10, 180), (5, 65)], Settings())[1]) == [4, 2, 1]
    small = Grid((40, 36), (1.0, 1.0), (0.0, 0.0), FLAT)  # 8 points a side at a quarter
    assert shrinks(planned(small, [(5, 34), (5, 30)], Settings())[1]) == [4, 2, 1]
    plane, whole = Grid((160, 192), (1.0, 1.0), (0.0, 0.0), FLAT), Settings(model="paper", levels=1, iterations=5)
    assert shrinks(planned(plane, [(10, 150), (10, 180)], whole)[1]) == [1]


@pytest.mark.parametrize(
    ("size", "spacing", "voxels", "widths"),
    [
        ((90, 90, 90), (1.0, 1.0, 1.0), 9, [9, 5, 9]),  # 125 voxels at the half, 27 would be left at the quarter
        ((90, 90, 90), (1.0, 1.0, 1.0), 21, [21, 11, 21]),  # 12 167 voxels in all at the quarter
        ((90, 90, 90), (1.0, 1.0, 1.0), 7, [7, 7, 7]),
        ((60, 60, 60), (1.0, 1.0, 1.0), 9, [9, 9, 9]),  # 27 000 in all at the half
        ((120, 120, 20), (1.0, 1.0, 4.0), 9, [9, 5, 9]),  # slices apart: the plane is shrunk alone
        ((600, 600), (1.0, 1.0), 9, [9, 9, 9, 9]),  # 25 voxels at the half
        ((600, 600), (1.0, 1.0), 21, [21, 21, 11, 21]),
    ],
)
def test_a_window_is_as_wide_everywhere_if_it_holds_enough_voxels(size, spacing, voxels: int, widths) -> None:
    grid = Grid(size, spacing, (0.0,) * len(size), FLAT if len(size) == 2 else OBLIQUE)
    _, levels = planned(grid, [(1, n - 2) for n in size], Settings(lncc_window=voxels))
    assert [window_width(voxels, level) for level in levels] == widths


# --- the grids of all levels ------------------------------------------------------------------------------------------


@every_case
def test_all_velocity_grids_span_the_same_box_in_the_world(grid, content, settings) -> None:
    domain, levels = planned(grid, content, settings)
    assert len(levels) == len(settings.levels) + (settings.plane_levels if len(domain.start) == 2 else 0)
    for level in levels:
        np.testing.assert_allclose(level.node_grid.corners(), levels[0].node_grid.corners(), atol=1e-9)
        assert level.node_grid.step == tuple(h * f for h, f in zip(grid.step, level.node_factors, strict=True))
        assert level.nodes == np.prod(level.node_grid.shape)
    first, last = span(grid, levels[-1].node_grid)
    np.testing.assert_allclose(first, domain.start, atol=1e-9)
    np.testing.assert_allclose(last - first, domain.length, atol=1e-9)


@every_case
def test_each_node_of_a_level_is_a_node_of_the_next(grid, content, settings) -> None:
    _, levels = planned(grid, content, settings)
    for coarse, fine in pairwise(levels):
        for c, f in zip(coarse.node_factors, fine.node_factors, strict=True):
            assert c >= f and c % f == 0


@every_case
def test_images_are_compared_on_fixed_voxels_aligned_with_the_nodes(grid, content, settings) -> None:
    domain, levels = planned(grid, content, settings)
    sizes = np.array([grid.size[axis] for axis in grid.axes])
    for level in levels:
        first, last = span(grid, level.image_grid)
        np.testing.assert_allclose(first, level.image_start, atol=1e-9)
        np.testing.assert_allclose(last, np.round(last), atol=1e-9)
        assert (np.round(first) >= 0).all() and (np.round(last) <= sizes - 1).all(), "inside the fixed image"
        np.testing.assert_allclose(level.image_grid.step, np.multiply(grid.step, level.shrink))
        assert not ((np.array(level.image_start) - domain.start) % level.shrink).any(), "on the domain's lattice"
        assert not (np.array(level.node_factors) % level.shrink).any(), "a whole number of voxels between nodes"
        assert (np.round(last) <= np.array(domain.start) + domain.length).all(), "inside the domain"
        assert level.voxels == np.prod(level.image_grid.shape)
        assert min(level.image_grid.shape) >= SMALLEST_LEVEL


@every_case
def test_all_content_lies_where_the_velocity_does_not_fade(grid, content, settings) -> None:
    domain, levels = planned(grid, content, settings)
    coarsest = np.max([level.node_factors for level in levels], axis=0)
    np.testing.assert_array_equal(domain.margin, 2 * coarsest)
    low, high = np.array(content).T
    assert (np.array(domain.start) + domain.margin <= low).all()
    assert (np.array(domain.start) + domain.length - domain.margin >= high).all()


@pytest.mark.parametrize("low", [8, 9, 10, 11])
@pytest.mark.parametrize("width", [22, 23, 24, 25])
def test_turned_axes_turn_the_plan_round(low: int, width: int) -> None:
    """Whichever way the axes run, the nodes and the points that are compared lie at the same places."""
    sizes, settings = np.array(LARGE.size), Settings(lncc_window=5)
    content = np.array([(low, low + width), (low + 1, low + width), (low, low + width + 1)])
    values = sitk.GetArrayFromImage(boxed(LARGE, content.tolist()))
    values[:, : sizes[1] // 2, : sizes[0] // 2] *= 1.5  # no two ends alike
    values[: low + 4] *= 1.2
    plans = []
    for array, box in (
        (values, content + np.array([-3, 1])),
        (values[::-1, ::-1, ::-1], sizes[:, None] - 1 - content[:, ::-1] + np.array([-1, 3])),
    ):
        image = LARGE.stamp(sitk.GetImageFromArray(np.ascontiguousarray(array)))
        fixed = prepare(image, image, None, None, settings)[0]
        plans.append(plan(fixed, box.astype(float), models.build(settings), settings))
    (domain, levels), (other, others) = plans
    assert other.length == domain.length
    assert (np.array(other.start) + other.length == sizes - 1 - domain.start).all()
    for level, mirrored in zip(levels, others, strict=True):
        first, last = span(LARGE, level.image_grid)
        np.testing.assert_allclose(span(LARGE, mirrored.image_grid), (sizes - 1 - last, sizes - 1 - first), atol=1e-9)


@every_case
def test_the_image_grid_holds_the_content(grid, content, settings) -> None:
    _, levels = planned(grid, content, settings)
    for level in levels:
        first, last = (np.round(end) for end in span(grid, level.image_grid))
        low, high = np.array(content).T
        assert (first - level.shrink < low).all() and (last + level.shrink > high).all()


@every_case
def test_the_part_of_the_domain_inside_the_image_is_cut_at_its_faces(grid, content, settings) -> None:
    domain, _ = planned(grid, content, settings)
    first, size = map(np.array, domain.overlap())
    sizes = np.array([grid.size[axis] for axis in grid.axes])
    start, end = np.array(domain.start), np.array(domain.start) + domain.length
    np.testing.assert_array_equal(first, np.maximum(start, 0))
    np.testing.assert_array_equal(first + size - 1, np.minimum(end, sizes - 1))


def test_cropping_off_keeps_the_whole_image() -> None:
    content = [(20, 27), (20, 29), (15, 25)]
    domain, levels = planned(LARGE, content, Settings(crop=False))
    assert levels[-1].image_grid.agrees(LARGE)
    assert domain.overlap() == ((0, 0, 0), LARGE.size)
    cropped, fewer = planned(LARGE, content, Settings())
    assert fewer[-1].voxels < levels[-1].voxels and np.prod(cropped.length) < np.prod(domain.length)


def test_cropping_leaves_the_correlation_its_window() -> None:
    _, levels = planned(LARGE, [(10, 35), (8, 41), (9, 30)], Settings(lncc_window=7))
    assert levels[-1].image_start == (6, 4, 5)  # half the window and one voxel before the content


# --- which levels there are -------------------------------------------------------------------------------------------


def test_levels_with_too_many_voxels_are_left_out() -> None:
    content = [(10, 35), (8, 41), (9, 30)]
    _, every = planned(LARGE, content, Settings())
    limit = every[1].voxels
    settings = Settings(max_voxels=limit, iterations=(30, 20, 10), steps=(3, 2, 1))
    _, kept = planned(LARGE, content, settings)
    assert [level.shrink for level in kept] == [level.shrink for level in every[:2]]
    assert [(level.iterations, level.steps) for level in kept] == [(30, 3), (20, 2)]
    _, coarsest = planned(LARGE, content, Settings(max_voxels=1000))
    assert len(coarsest) == 1 and coarsest[0].shrink == every[0].shrink


def test_the_coarsest_level_stays_however_large_it_is() -> None:
    _, levels = planned(
        LARGE, [(0, 47), (0, 55), (0, 39)], Settings(levels=(1,), iterations=1, steps=1, max_voxels=1000)
    )
    assert len(levels) == 1 and levels[0].voxels > 1000


@pytest.mark.parametrize("size", [(8, 8, 8), (8, 9, 13), (9, 40, 8), (8, 1, 11), (8, 8)])
def test_a_small_image_has_the_levels_that_differ(size: tuple[int, ...]) -> None:
    direction = OBLIQUE if len(size) == 3 else FLAT
    grid = Grid(size, (1.0,) * len(size), (0.0,) * len(size), direction)
    content = [(2, grid.size[axis] - 3) for axis in grid.axes]
    _, levels = planned(grid, content, Settings())
    shrinks = [level.shrink for level in levels]
    assert len(set(shrinks)) == len(shrinks) and shrinks[-1] == (1,) * len(grid.axes)
    for level in levels:
        assert min(level.image_grid.shape) >= SMALLEST_LEVEL
    assert len(levels) == (3 if 40 in size else 1)


def test_a_sliver_of_content_still_has_a_grid() -> None:
    for content in ([(30, 30), (0, 55), (20, 20)], [(0, 0), (55, 55), (39, 39)]):
        _, levels = planned(LARGE, content, Settings())
        for level in levels:
            assert min(level.image_grid.shape) >= SMALLEST_LEVEL


def test_a_large_image_has_nodes_at_least_two_voxels_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    content = [(10, 35), (8, 41), (9, 30)]
    _, levels = planned(LARGE, content, Settings(lncc_window=5))
    assert levels[-1].node_factors == (1, 1, 1)
    monkeypatch.setattr(pyramid, "FEW_VOXELS", levels[-1].voxels - 1)
    _, levels = planned(LARGE, content, Settings(lncc_window=5))
    assert [level.node_factors for level in levels] == [(4, 4, 2), (2, 2, 2), (2, 2, 2)]
    _, levels = planned(LARGE, content, Settings(lncc_window=5, node_spacing=(4, 2, 1)))
    assert levels[-1].node_factors == (1, 1, 1), "what is asked for is done"


def test_where_the_finest_level_is_left_out_nodes_lie_four_voxels_apart() -> None:
    content, settings = [(10, 35), (8, 41), (9, 30)], Settings(lncc_window=5)
    _, every = planned(LARGE, content, settings)
    _, kept = planned(LARGE, content, settings.replace(max_voxels=every[-1].voxels - 1))
    assert [level.shrink for level in kept] == [level.shrink for level in every[:2]]
    assert kept[-1].node_factors == kept[0].node_factors == every[0].node_factors
    asked = settings.replace(max_voxels=every[-1].voxels - 1, node_spacing=(4, 2, 2))
    assert planned(LARGE, content, asked)[1][-1].node_factors == every[1].node_factors


# --- masks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [[(18, 27), (20, 30), (14, 22)], [(10, 12), (38, 41), (20, 22)], [(20, 20)] * 3])
def test_a_mask_narrows_the_image_grid_and_not_the_domain(mask: list[tuple[int, int]]) -> None:
    content = [(4, 43), (4, 51), (4, 35)]
    domain, levels = planned(LARGE, content, Settings())
    masked_domain, masked = planned(LARGE, content, Settings(), mask=mask)
    assert masked_domain == domain
    assert masked[-1].voxels < levels[-1].voxels
    for level, whole in zip(masked, levels, strict=True):
        assert level.node_grid == whole.node_grid and level.shrink == whole.shrink
        first, last = (np.round(end) for end in span(LARGE, level.image_grid))
        low, high = np.array(mask).T
        assert (first <= low).all() and (last + level.shrink > high).all(), "the mask is inside"
        assert not ((first - domain.start) % level.node_factors).any(), "it still starts on a node"


@pytest.mark.parametrize("mask", [[(20, 20)] * 3, [(47, 47), (55, 55), (39, 39)]], ids=["off the middle", "at the end"])
def test_a_small_mask_still_has_a_grid(mask: list[tuple[int, int]]) -> None:
    _, levels = planned(LARGE, [(4, 47), (4, 55), (4, 39)], Settings(), mask=mask)
    for level in levels:
        assert min(level.image_grid.shape) >= SMALLEST_LEVEL


@pytest.mark.parametrize("side", ["before", "beyond"])
def test_a_mask_outside_the_content_is_on_the_image_grid(side: str) -> None:
    mask = [(1, 3)] * 3 if side == "before" else [(44, 46), (50, 53), (36, 38)]
    _, levels = planned(LARGE, [(18, 27)] * 3, Settings(), mask=mask)
    first, last = (np.round(end) for end in span(LARGE, levels[-1].image_grid))
    low, high = np.array(mask).T
    assert (first <= high).all() and (last >= low).all()


# --- the content of an image ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("background", [0.0, 0.4, 1.0])
def test_content_is_what_does_not_look_like_the_border(background: float) -> None:
    values = np.full((12, 14, 16), background, dtype=np.float32)
    values[3:9, 2:5, 7:15] = 0.7
    values[0, 0, 0] = background - 0.04  # within the noise of a background
    np.testing.assert_array_equal(content_box(values), [(3, 8), (2, 4), (7, 14)])


def test_content_may_touch_the_border() -> None:
    values = np.zeros((20, 30), dtype=np.float32)
    values[0:5, 25:30] = 1.0
    np.testing.assert_array_equal(content_box(values), [(0, 4), (25, 29)])


def test_where_the_border_varies_all_is_content() -> None:
    values = np.random.default_rng(0).random((12, 10, 11)).astype(np.float32)
    np.testing.assert_array_equal(content_box(values), [(0, 11), (0, 9), (0, 10)])


def test_an_image_without_content_is_content() -> None:
    np.testing.assert_array_equal(content_box(np.full((8, 9), 0.3, dtype=np.float32)), [(0, 7), (0, 8)])


def test_the_plan_finds_the_content_of_an_oblique_image() -> None:
    """Content runs z, y, x, the plan x, y, z: with three different extents none can be mistaken for another."""
    content = [(20, 40), (12, 21), (3, 33)]
    _, levels = planned(LARGE, content, Settings(lncc_window=3))
    assert levels[-1].image_start == (18, 10, 1)
    assert levels[-1].image_grid.size == (25, 14, 35)


# --- moving content elsewhere -----------------------------------------------------------------------------------------


def test_the_domain_follows_the_moving_content() -> None:
    content = [(14, 33), (14, 33), (12, 27)]
    still, _ = planned(LARGE, content, Settings(lncc_window=5))
    wider = [(content[0][0] - 5.0, content[0][1]), content[1], content[2]]
    domain, levels = planned(LARGE, content, Settings(lncc_window=5), moving_box=wider)
    assert domain.start[0] < still.start[0] and domain.start[1:] == still.start[1:]
    assert domain.start[0] + domain.margin[0] <= wider[0][0], "it is inside, and not in the margin"
    assert levels[-1].image_start == planned(LARGE, content, Settings(lncc_window=5))[1][-1].image_start


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("side", [-1, 1])
def test_moving_content_far_away_widens_the_domain_by_a_little_only(axis: int, side: int) -> None:
    content = [(14, 33), (10, 43), (12, 27)]
    away = [(first, last) for first, last in content]
    away[axis] = (content[axis][0] + 1000.0 * side, content[axis][1] + 1000.0 * side)
    domain, levels = planned(LARGE, content, Settings(), moving_box=away)
    coarsest = np.max([level.node_factors for level in levels], axis=0)
    first = np.array(levels[-1].image_start)
    last = first + np.array(levels[-1].image_grid.size) - 1
    reach = np.ceil(REACH * (last - first + 1))
    reach[[other for other in range(3) if other != axis]] = 0
    low, high = np.array(domain.start), np.array(domain.start) + domain.length
    # two coarsest nodes of margin, and up to one more to make whole intervals of it
    assert (low > first - reach - 3 * coarsest).all() and (high < last + reach + 3 * coarsest).all()
    widened = high[axis] - last[axis] if side > 0 else first[axis] - low[axis]
    assert widened >= reach[axis] + 2 * coarsest[axis]


def test_moving_content_that_lies_within_changes_nothing() -> None:
    content = [(14, 33), (10, 43), (12, 27)]
    inner = [(first + 4.0, last - 4.0) for first, last in content]
    assert planned(LARGE, content, Settings(), moving_box=inner) == planned(LARGE, content, Settings())
