"""The geometry of a grid: three kinds of coordinates, one order of axes, and SimpleITK as the judge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo.geometry import grid as grids
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from nodeo.geometry.linear_points import LinearPoints
from nodeo.geometry.sampling import dense, refine, sample, spread
from torch import Tensor

OBLIQUE = sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5).GetMatrix()
MIRRORED = (0.0, 0.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # axes exchanged, two of them flipped
TURNED = sitk.Euler2DTransform((0.0, 0.0), 0.4).GetMatrix()
VOLUMES = {
    "oblique": Grid((9, 7, 6), (0.8, 1.5, 3.0), (-20.0, 13.0, 50.0), OBLIQUE),
    "mirrored": Grid((8, 10, 5), (1.0, 1.2, 0.7), (5.0, -100.0, 2.0), MIRRORED),
    "flat": Grid((12, 9), (0.6, 1.1), (3.0, -4.0), TURNED),
}
SLICES = {
    f"slice across {'xyz'[axis]}": Grid(
        tuple(1 if other == axis else n for other, n in enumerate((9, 8, 11))),
        (0.8, 1.5, 3.0),
        (7.0, 8.0, 9.0),
        OBLIQUE,
    )
    for axis in range(3)
}
GRIDS = VOLUMES | SLICES
every_grid = pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())


@pytest.fixture
def threads() -> Iterator[None]:
    """Whatever number of threads a test sets, the next one finds its own."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def counted(grid: Grid) -> np.ndarray:
    """Every voxel its own number, in SimpleITK's order of axes: none is like another, so no mix-up goes unseen."""
    return np.arange(np.prod(grid.size), dtype=np.float32).reshape(grid.size[::-1])


def empty(grid: Grid) -> sitk.Image:
    """A zero image on ``grid``."""
    return grid.stamp(sitk.Image(list(grid.size), sitk.sitkFloat32))


# --- index, world, subgrids -------------------------------------------------------------------------------------------


@every_grid
def test_world_is_what_simpleitk_says_and_index_leads_back(grid: Grid) -> None:
    image = empty(grid)
    indices = np.random.default_rng(1).uniform(-5.0, 15.0, (20, grid.ndim))
    expected = [image.TransformContinuousIndexToPhysicalPoint(index.tolist()) for index in indices]
    # ITK stores continuous indices as doubles: only rounding of numbers around 100 is left
    np.testing.assert_allclose(grid.world(indices), expected, atol=1e-10)
    np.testing.assert_allclose(grid.index(grid.world(indices)), indices, atol=1e-10)


@every_grid
def test_an_image_carries_its_grid(grid: Grid) -> None:
    assert Grid.of(empty(grid)) == grid


@every_grid
def test_the_points_of_a_subgrid_are_points_of_the_grid_even_outside_it(grid: Grid) -> None:
    start, every = np.array([-3, 2, -1][: grid.ndim]), np.array([2, 1, 4][: grid.ndim])
    part = grid.subgrid(start, [4, 5, 3][: grid.ndim], every)
    assert part.size == (4, 5, 3)[: grid.ndim]
    own = np.array([[0, 0, 0], [3, 4, 2], [1, 0, 2]])[:, : grid.ndim]
    np.testing.assert_allclose(grid.index(part.world(own)), start + own * every, atol=1e-9)


@every_grid
def test_a_subgrid_of_the_active_axes_leaves_a_thin_axis_alone(grid: Grid) -> None:
    k = len(grid.axes)
    start, size, every = [-4, 1, -2][:k], [5, 3, 2][:k], [4, 2, 1][:k]
    part = grid.active_subgrid(start, size, every)
    assert part.axes == grid.axes and part.shape == tuple(reversed(size))
    assert part.step == tuple(h * f for h, f in zip(grid.step, every, strict=True))
    first, last = grid.index(part.corners())[[0, -1]]
    for axis in range(grid.ndim):
        if axis in grid.axes:
            n = grid.axes.index(axis)
            ends = start[n], start[n] + (size[n] - 1) * every[n]
            np.testing.assert_allclose((first[axis], last[axis]), ends, atol=1e-9)
        else:
            assert part.spacing[axis] == grid.spacing[axis] and abs(first[axis]) < 1e-9


@pytest.mark.parametrize("axis", range(3))
def test_a_slice_is_a_plane_in_the_world(axis: int) -> None:
    grid = SLICES[f"slice across {'xyz'[axis]}"]
    active = [other for other in range(3) if other != axis]
    assert grid.ndim == 3 and grid.axes == tuple(active)
    assert grid.shape == tuple(grid.size[other] for other in reversed(active))
    assert grid.step == tuple(grid.spacing[other] for other in active)
    normal = grid.rotation[:, axis]
    np.testing.assert_allclose((grid.corners() - grid.origin) @ normal, 0.0, atol=1e-12)


@every_grid
def test_grids_agree_to_a_thousandth_of_a_voxel(grid: Grid) -> None:
    least = min(grid.spacing)

    def changed(**values) -> Grid:
        return Grid(**{**{name: getattr(grid, name) for name in ("size", "spacing", "origin", "direction")}, **values})

    shifted = [(grid.origin[0] + share * least, *grid.origin[1:]) for share in (5e-4, 2e-3)]
    assert grid.agrees(grid)
    assert grid.agrees(changed(origin=shifted[0])) and not grid.agrees(changed(origin=shifted[1]))
    assert grid.agrees(changed(origin=shifted[1]), tolerance=0.01)
    axis = grid.axes[0]
    assert not grid.agrees(changed(size=tuple(n + (a == axis) for a, n in enumerate(grid.size))))
    assert not grid.agrees(changed(spacing=tuple(h * (1.01 if a == axis else 1.0) for a, h in enumerate(grid.spacing))))
    assert not grid.agrees(changed(direction=tuple(-c for c in grid.direction)))


# --- images and tensors -----------------------------------------------------------------------------------------------


@every_grid
def test_a_tensor_runs_z_y_x_and_comes_back_as_it_was(grid: Grid) -> None:
    array = counted(grid)
    image = grid.stamp(sitk.GetImageFromArray(array))
    values = grid.tensor(image)
    assert values.shape == grid.shape and values.dtype == torch.float32
    index = [n // 2 for n in grid.size]
    index[grid.axes[0]] = grid.size[grid.axes[0]] - 1
    active = tuple(index[axis] for axis in reversed(grid.axes))
    assert values[active].item() == image.GetPixel(*index)
    back = grid.image(values)
    assert Grid.of(back) == grid
    np.testing.assert_array_equal(sitk.GetArrayFromImage(back), array)


@pytest.mark.parametrize(
    "pixel_type", [sitk.sitkUInt8, sitk.sitkInt16, sitk.sitkUInt16, sitk.sitkInt32, sitk.sitkFloat64]
)
def test_all_pixel_types_become_float32(pixel_type: int) -> None:
    grid = VOLUMES["oblique"]
    image = grid.stamp(sitk.Cast(sitk.GetImageFromArray(counted(grid) % 200), pixel_type))
    np.testing.assert_array_equal(grid.tensor(image).numpy(), counted(grid) % 200)


@every_grid
def test_vectors_turn_with_the_grid_and_come_back(grid: Grid) -> None:
    k = len(grid.axes)
    local = noise(k, *grid.shape) - 0.5
    image = grid.vector_image(local)
    assert Grid.of(image) == grid and image.GetNumberOfComponentsPerPixel() == grid.ndim
    index = [n // 2 for n in grid.size]
    index[grid.axes[-1]] = 0
    here = local[(slice(None), *(index[axis] for axis in reversed(grid.axes)))].double().numpy()
    axes = [grid.rotation[:, axis] for axis in grid.axes]
    expected = sum(length * axis for length, axis in zip(here, axes, strict=True))
    np.testing.assert_allclose(image.GetPixel(*index), expected, atol=1e-12)
    torch.testing.assert_close(grid.local_vectors(image), local, rtol=0.0, atol=1e-6)  # float32


@every_grid
def test_vectors_are_numbers_that_single_precision_holds(grid: Grid) -> None:
    local = 20.0 * (noise(len(grid.axes), *grid.shape) - 0.5)
    exact, rounded = (sitk.GetArrayFromImage(grid.vector_image(local, every)) for every in (0.0, 2.0**-10))
    for vectors in (exact, rounded):
        assert vectors.dtype == np.float64
        np.testing.assert_array_equal(vectors.astype(np.float32), vectors)
    assert (rounded * 2.0**10 % 1.0 == 0.0).all()
    assert np.abs(rounded - exact).max() <= 1.01 * 2.0**-11


@every_grid
def test_what_a_transform_does_is_the_same_at_once_and_in_parts(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = sitk.Euler2DTransform() if grid.ndim == 2 else sitk.Euler3DTransform()
    turn.SetParameters([0.1 + 0.2 * n for n in range(len(turn.GetParameters()))])
    at_once = grid.local_vectors(grid.displacements(turn))
    torch.testing.assert_close(grid.local_displacements(turn), at_once, rtol=0.0, atol=1e-5)
    monkeypatch.setattr(grids, "_AT_ONCE", 2 * grid.shape[-1] * grid.shape[-2])
    torch.testing.assert_close(grid.local_displacements(turn), at_once, rtol=0.0, atol=1e-5)


@every_grid
def test_one_unit_of_x_is_one_step_along_the_first_active_axis(grid: Grid) -> None:
    local = torch.zeros(len(grid.axes), *grid.shape)
    local[0] = grid.step[0]
    shift = sitk.DisplacementFieldTransform(grid.vector_image(local))
    index = np.array([n // 2 for n in grid.size], dtype=float)
    reached = grid.index(np.array(shift.TransformPoint(grid.world(index).tolist())))
    index[grid.axes[0]] += 1
    np.testing.assert_allclose(reached, index, atol=1e-6)


# --- the lattice ------------------------------------------------------------------------------------------------------


@every_grid
def test_sampling_at_displaced_points_is_what_simpleitk_interpolates(grid: Grid) -> None:
    lattice = Lattice(grid)
    values = noise(*grid.shape)
    reach = torch.tensor([2.5 * h for h in grid.step]).view(-1, *[1] * len(grid.shape))
    displacement = (2 * noise(len(grid.axes), *grid.shape, seed=1) - 1) * reach
    ours = lattice.sample(values[None], displacement)[0]
    transform = sitk.DisplacementFieldTransform(grid.vector_image(displacement))
    image = grid.image(values)
    theirs = grid.tensor(sitk.Resample(image, image, transform, sitk.sitkLinear, -1.0))
    points = lattice.sampling(displacement)
    inside = (points.abs() <= 1.0).all(0)  # further out SimpleITK gives up, where the lattice keeps the edge value
    assert inside.float().mean() > 0.3
    # coordinates are float32: a unit step per voxel makes 1e-7 of an axis of ten voxels an error of 1e-6
    torch.testing.assert_close(ours[inside], theirs[inside], rtol=0.0, atol=1e-5)


@every_grid
def test_without_displacement_the_values_stay(grid: Grid) -> None:
    lattice = Lattice(grid)
    field = noise(2, *grid.shape)
    assert lattice.zeros().shape == (len(grid.axes), *grid.shape)
    torch.testing.assert_close(lattice.sample(field, lattice.zeros()), field, rtol=0.0, atol=1e-6)


@every_grid
def test_the_edge_value_holds_outside(grid: Grid) -> None:
    lattice = Lattice(grid)
    field = noise(1, *grid.shape)
    far = lattice.zeros()
    far[0] = 1000.0
    expected = field[..., -1:].expand_as(field)
    torch.testing.assert_close(lattice.sample(field, far), expected, rtol=0.0, atol=1e-6)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("shape", [(1, 5, 6), (2, 5, 6), (7, 6, 5), (13, 4, 9), (1, 8), (7, 9), (16, 3)])
def test_the_number_of_threads_changes_no_bit(shape: tuple[int, ...]) -> None:
    field = noise(3, *[n + 3 for n in shape])
    points = 2.4 * noise(len(shape), *shape, seed=1) - 1.2
    values = {}
    for count in (1, 2, 5):
        torch.set_num_threads(count)
        values[count] = sample(field, points)
    assert values[1].shape == (3, *shape)
    assert torch.equal(values[1], values[2]) and torch.equal(values[1], values[5])


@pytest.mark.parametrize("shape", [(5, 6, 7), (5, 6)])
def test_a_list_of_points_is_read_as_the_same_points_on_a_grid(shape: tuple[int, ...]) -> None:
    field, points = noise(2, *shape), 1.2 * noise(len(shape), *shape, seed=1)
    assert torch.equal(sample(field, points.flatten(1)), sample(field, points).flatten(1))


@pytest.mark.usefixtures("threads")
def test_the_gradient_knows_nothing_of_the_threads_either() -> None:
    gradients = []
    for count in (1, 2):
        torch.set_num_threads(count)
        points = (1.6 * noise(3, 7, 6, 5) - 0.8).requires_grad_()
        sample(noise(2, 8, 8, 8, seed=1), points).square().sum().backward()
        gradients.append(points.grad)
    assert torch.equal(*gradients)


@pytest.mark.parametrize(("shape", "margin"), [((9, 12, 10), (2, 3, 4)), ((15, 11), (5, 1)), ((8, 9), (0, 2))])
def test_the_taper_is_0_on_the_faces_and_1_inside(shape: tuple[int, ...], margin: tuple[int, ...]) -> None:
    grid = Grid(shape[::-1], (1.0,) * len(shape), (0.0,) * len(shape), tuple(np.eye(len(shape)).ravel()))
    window = Lattice(grid).taper(margin)
    assert window.shape == shape and window.min() == 0.0
    inner = tuple(slice(max(w, 1), n - max(w, 1)) for w, n in zip(reversed(margin), shape, strict=True))
    torch.testing.assert_close(window[inner], torch.ones_like(window[inner]))
    for axis in range(len(shape)):
        face = window.movedim(axis, 0)
        assert not face[0].any() and not face[-1].any()
        middle = [n // 2 for n in shape]
        middle[axis] = slice(None)
        ramp = window[tuple(middle)]
        assert (ramp[: len(ramp) // 2].diff() >= 0).all(), "it rises from the face inwards"
        torch.testing.assert_close(ramp, ramp.flip(0))


# --- from nodes to voxels ---------------------------------------------------------------------------------------------

NODES = {
    "volume": (VOLUMES["oblique"], (-2, 3, -4), (4, 3, 5), (2, 4, 1)),
    "mirrored volume": (VOLUMES["mirrored"], (0, -1, 1), (3, 5, 4), (4, 1, 2)),
    "flat": (VOLUMES["flat"], (-3, 1), (5, 4), (4, 2)),
    "slice": (SLICES["slice across y"], (1, -2), (4, 5), (2, 8)),
}


@pytest.mark.parametrize(("grid", "start", "size", "factors"), NODES.values(), ids=NODES.keys())
def test_between_nodes_a_field_is_what_simpleitk_reads_at_the_voxels(grid, start, size, factors) -> None:
    nodes = grid.active_subgrid(start, size, factors)
    field = noise(len(size), *nodes.shape) - 0.5
    on_voxels = dense(field, factors)
    voxels = grid.active_subgrid(start, on_voxels.shape[:0:-1], [1] * len(size))
    assert voxels.shape == tuple(f * (n - 1) + 1 for f, n in zip(reversed(factors), nodes.shape, strict=True))
    np.testing.assert_allclose(voxels.corners(), nodes.corners(), atol=1e-9)
    read = sitk.Resample(nodes.vector_image(field), empty(voxels), sitk.Transform(grid.ndim, sitk.sitkIdentity))
    torch.testing.assert_close(on_voxels, voxels.local_vectors(read), rtol=0.0, atol=1e-6)  # float32


@pytest.mark.parametrize(
    ("nodes", "factors", "start", "shape"),
    [
        ((5, 4, 6), (2, 4, 1), (1, 0, 2), (6, 9, 3)),
        ((5, 4, 6), (1, 1, 1), (2, 1, 0), (3, 2, 6)),
        ((7, 6), (4, 2), (2, 1), (11, 4)),
        ((7, 6), (4, 2), (0, 0), (1, 1)),
    ],
)
def test_refine_is_a_part_of_the_dense_field(nodes, factors, start, shape) -> None:
    field = noise(2, *nodes)
    whole = dense(field, factors[::-1])
    window = tuple(slice(f * s, f * s + n) for f, s, n in zip(factors, start, shape, strict=True))
    # interpolating a part rounds its weights otherwise than the whole: float32, weights below 1
    torch.testing.assert_close(refine(field, factors, start, shape), whole[(slice(None), *window)], rtol=0.0, atol=1e-6)


def test_a_linear_field_stays_linear_between_nodes() -> None:
    x, y, z = torch.meshgrid(torch.arange(4.0), torch.arange(3.0), torch.arange(5.0), indexing="ij")[::-1]
    fine = dense(torch.stack([x + 10 * y + 100 * z]), (2, 4, 1))[0]
    z, y, x = torch.meshgrid(torch.arange(4.0), torch.arange(9) / 4, torch.arange(9) / 2, indexing="ij")
    torch.testing.assert_close(fine, x + 10 * y + 100 * z)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", [(7, 9), (5, 6, 7)])
def test_spreading_is_the_transpose_of_sampling(shape: tuple[int, ...], threads: int) -> None:
    """The same bits as by differentiating; some points lie outside, and their number is no multiple of the threads'."""
    generator = torch.Generator().manual_seed(1)
    points = 2.4 * torch.rand(len(shape), 100, generator=generator) - 1.2
    values = torch.randn(4, 100, generator=generator)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        field = torch.zeros(4, *shape, requires_grad=True)
        (wanted,) = torch.autograd.grad(sample(field, points), field, values)
        assert torch.equal(spread(values, points, shape), wanted)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("axes", [2, 3])
def test_what_a_linear_map_does_at_the_points_of_a_grid_is_what_itk_says(axes: int, monkeypatch) -> None:
    monkeypatch.setattr(grids, "_AT_ONCE", 50)  # several slabs
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(axes, axes)))[0]
    here = Grid((9, 8, 7)[:axes], (1.0, 1.5, 2.0)[:axes], (3.0, -4.0, 5.0)[:axes], tuple(turned.ravel()))
    there = Grid((6, 7, 8)[:axes], (0.5, 1.0, 3.0)[:axes], (1.0, 2.0, 3.0)[:axes], tuple(np.eye(axes).ravel()))
    matrix = np.eye(axes) + 0.1 * np.random.default_rng(1).normal(size=(axes, axes))
    offset = np.arange(1.0, axes + 1.0)
    start = sitk.AffineTransform(matrix.ravel().tolist(), offset.tolist())

    displacement = torch.cat([part for _, part in LinearPoints.displacement(here, matrix, offset).slabs("cpu")], 1)
    np.testing.assert_allclose(displacement, here.local_displacements(start), atol=1e-5)
    index = torch.cat([part for _, part in LinearPoints.index(here, there, matrix, offset).slabs("cpu")], 1)
    last = np.array(here.size) - 1
    at_last = there.index(start.TransformPoint(here.world(last).tolist()))
    np.testing.assert_allclose(index.flatten(1)[:, -1], at_last, atol=1e-9)


def test_points_within_an_image_reach_half_a_voxel_beyond_its_last() -> None:
    on = Grid((8, 9), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0, 0.0, 1.0))
    for shift, within in ((0.0, True), (-0.5, True), (-0.51, False), (0.49, True), (0.5, False)):
        assert LinearPoints.index(on, on, np.eye(2), np.array([shift, 0.0])).within(on.size) is within, shift
