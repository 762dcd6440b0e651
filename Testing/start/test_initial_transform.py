"""The initial transform is found: whatever the kind of motion and of image, far apart, and the same every time."""

from __future__ import annotations

import itertools

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
from faults.small_pairs import Pair
from faults.worlds import World, stored
from nodeo import Settings, register
from nodeo.engine import devices, inputs, preparation
from nodeo.errors import Cancelled, InputError
from nodeo.start.alignment import Start, initial_transform
from phantoms import Phantom, drawn, grid, middle, world_points

FLAT, DEEP = (56, 50), (34, 32, 30)
every_size = pytest.mark.parametrize("size", [FLAT, DEEP], ids=["2-D", "3-D"])
FOUND = 0.5  # mm in the mean, of voxels of 1 mm and more
SAME = 0.1  # mm: the promise however a pair is stored


def body(on: sitk.Image) -> phantoms.Map:
    """A trunk with a head on one side and an arm on another: upside down it looks otherwise."""
    centre, unit = np.array(middle(on)), min(on.GetSize())
    head, arm = np.zeros(len(centre)), np.zeros(len(centre))
    head[0], arm[1] = 0.28 * unit, 0.3 * unit
    parts = [
        Phantom(tuple(centre - 0.1 * unit), 0.28 * unit, grain=0.12),
        Phantom(tuple(centre + head), 0.15 * unit, seed=1, blobs=40),
        Phantom(tuple(centre - arm + 0.5 * head), 0.1 * unit, seed=2, blobs=20),
    ]
    return lambda x: sum(part(x) for part in parts)


def linear(
    on: sitk.Image, degrees: float, scale: float = 1.0, shift: float = 3.0, shear: float = 0.0
) -> sitk.Transform:
    """About the middle: a turn in the plane of the first two axes, a scale, a shear and a shift along all axes."""
    k, angle = on.GetDimension(), np.deg2rad(degrees)
    matrix = np.eye(k)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    transform = sitk.AffineTransform(k)
    transform.SetCenter(middle(on))
    transform.SetMatrix((scale * matrix @ (np.eye(k) + shear * np.eye(k, k=1))).ravel().tolist())
    transform.SetTranslation((shift * np.array([1.0, -0.7, 0.5])[:k]).tolist())
    return transform


def points(on: sitk.Image, count: int = 300) -> np.ndarray:
    """World points of the inner part of a grid."""
    k = on.GetDimension()
    inner = world_points(on).reshape(-1, k)
    near = np.abs(inner - np.array(middle(on))).max(1) < 0.3 * min(on.GetSize())
    return inner[near][:: max(1, int(near.sum()) // count)]


def moved(transform: sitk.Transform, at: np.ndarray) -> np.ndarray:
    return np.array([transform.TransformPoint(x) for x in at.tolist()])


def made(size: tuple[int, ...], truth: sitk.Transform, at: sitk.Image | None = None) -> Pair:
    """A body, and the same carried along by ``truth`` and drawn on another grid."""
    fixed = grid(size)
    shape, back = body(fixed), truth.GetInverse()
    on = at or grid([n + 6 for n in size], (1.0, 1.1, 0.9)[: len(size)], [-4.0] * len(size))
    matrix = np.reshape(back.GetMatrix(), (len(size),) * 2)
    offset = np.array(back.TransformPoint([0.0] * len(size)))
    return Pair(drawn(shape, fixed), drawn(lambda y: shape(y @ matrix.T + offset), on))


def begun(
    of: Pair, how: str, fixed_mask: sitk.Image | None = None, moving_mask: sitk.Image | None = None, check=lambda: None
) -> Start:
    images = (inputs.check_image(image, "image") for image in (of.fixed, of.moving))
    scans = preparation.prepare(*images, fixed_mask, moving_mask, Settings())
    with devices.threads(1):
        return initial_transform(*scans, how, check)


def error(of: Pair, found: sitk.Transform, truth: sitk.Transform) -> float:
    """Mean distance, mm."""
    at = points(of.fixed)
    return float(np.linalg.norm(moved(found, at) - moved(truth, at), axis=1).mean())


# --- what is found ----------------------------------------------------------------------------------------------------

MOTIONS = {
    "rigid": {"degrees": 12.0},
    "similarity": {"degrees": 10.0, "scale": 1.2},
    "affine": {"degrees": -8.0, "scale": 0.9, "shear": 0.15},
}


@every_size
@pytest.mark.parametrize("how", MOTIONS)
def test_a_motion_of_each_kind_is_found(size: tuple[int, ...], how: str) -> None:
    truth = linear(grid(size), **MOTIONS[how])
    of = made(size, truth)
    start = begun(of, how)
    assert error(of, start.transform, truth) < FOUND < error(of, sitk.Transform(len(size), sitk.sitkIdentity), truth)
    assert start.notes == ()


@every_size
def test_each_kind_moves_as_it_may(size: tuple[int, ...]) -> None:
    of = made(size, linear(grid(size), 10.0, 1.15, shear=0.1))
    stretches = {how: _stretches(begun(of, how).transform) for how in MOTIONS}
    np.testing.assert_allclose(stretches["rigid"], 1.0, atol=1e-6)
    assert np.ptp(stretches["similarity"]) < 1e-6 < np.ptp(stretches["affine"])


def _stretches(transform: sitk.Transform) -> np.ndarray:
    k = transform.GetDimension()
    return np.linalg.svd(np.reshape(sitk.AffineTransform(transform).GetMatrix(), (k, k)))[1]


@every_size
@pytest.mark.parametrize("degrees", [90.0, 180.0])
@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_however_it_is_turned_and_scaled(size: tuple[int, ...], degrees: float, scale: float) -> None:
    truth = linear(grid(size), degrees, scale)
    wide = grid([n + 30 for n in size], [1.0] * len(size), [-15.0] * len(size))
    of = made(size, truth, wide)
    assert error(of, begun(of, "affine").transform, truth) < FOUND


@every_size
def test_inverted_contrast_makes_no_difference(size: tuple[int, ...]) -> None:
    truth = linear(grid(size), 10.0)
    of = made(size, truth)
    assert error(of, begun(Pair(of.fixed, sitk.Exp(-0.004 * of.moving)), "affine").transform, truth) < FOUND


@every_size
def test_images_that_lie_far_apart_are_brought_together(size: tuple[int, ...]) -> None:
    truth = linear(grid(size), 5.0, shift=162.0)
    corner = moved(truth, np.zeros((1, len(size))))[0] - 5.0
    of = made(size, truth, grid([n + 10 for n in size], [1.0] * len(size), corner.tolist()))
    assert error(of, begun(of, "rigid").transform, truth) < FOUND


@every_size
def test_half_of_the_moving_image_is_enough(size: tuple[int, ...]) -> None:
    """The images share 60 % of the fixed one, and the centres of mass lie far from each other."""
    truth = linear(grid(size), 6.0, shift=2.0)
    whole = made(size, truth, grid([n + 6 for n in size], [1.0] * len(size), [-3.0] * len(size)))
    cut = sitk.RegionOfInterest(
        whole.moving, [n if axis else int(0.6 * n) for axis, n in enumerate(whole.moving.GetSize())]
    )
    of = Pair(whole.fixed, cut)
    assert error(of, begun(of, "rigid").transform, truth) < 2 * FOUND


@every_size
def test_what_a_mask_hides_leads_nobody_astray(size: tuple[int, ...]) -> None:
    """A bright bar lies in both images, elsewhere in each."""
    truth = linear(grid(size), 10.0)
    of = made(size, truth)
    fixed, mask = _with_bar(of.fixed, 2)
    moving, moving_mask = _with_bar(of.moving, of.moving.GetSize()[1] - 8)
    found = begun(Pair(fixed, moving), "rigid", mask, moving_mask)
    assert error(of, found.transform, truth) < FOUND


def _with_bar(image: sitk.Image, first: int) -> tuple[sitk.Image, sitk.Image]:
    """The image with a bright bar across its second axis, and a mask that hides it."""
    values = sitk.GetArrayFromImage(image)
    inside = np.ones(values.shape, np.uint8)
    bar = (..., slice(first, first + 6), slice(None))
    values[bar], inside[bar] = 2.0 * values.max(), 0
    made = sitk.GetImageFromArray(values), sitk.GetImageFromArray(inside)
    for one in made:
        one.CopyInformation(image)
    return made


def test_slices_in_space_share_their_plane() -> None:
    truth = linear(grid(FLAT), 10.0)
    of = made(FLAT, truth)
    flat = Pair(*(phantoms.as_slice(image, phantoms.OBLIQUE, 4.0) for image in (of.fixed, of.moving)))
    found = begun(flat, "rigid").transform
    turn = np.reshape(phantoms.OBLIQUE, (3, 3))
    origins = [np.array(image.GetOrigin()) for image in (flat.fixed, flat.moving)]
    at = points(of.fixed)
    local = (moved(found, (at - np.array(of.fixed.GetOrigin())) @ turn[:, :2].T + origins[0]) - origins[1]) @ turn
    assert np.abs(local[:, 2]).max() < 1e-6
    told = local[:, :2] + np.array(of.moving.GetOrigin())
    assert np.linalg.norm(told - moved(truth, at), axis=1).mean() < FOUND


def test_slices_that_are_not_parallel_are_refused() -> None:
    of = made(FLAT, linear(grid(FLAT), 10.0))
    images = phantoms.as_slice(of.fixed), phantoms.as_slice(of.moving, phantoms.OBLIQUE)
    with pytest.raises(InputError, match="not parallel"):
        begun(Pair(*images), "rigid")


# --- auto -------------------------------------------------------------------------------------------------------------


@every_size
def test_auto_leaves_alone_what_lies_right(size: tuple[int, ...]) -> None:
    fixed = drawn(body(grid(size)), grid(size))
    assert _is_identity(begun(Pair(fixed, sitk.Sqrt(fixed)), "auto").transform)


def _is_identity(transform: sitk.Transform) -> bool:
    return transform.GetTransformEnum() == sitk.sitkIdentity


@every_size
@pytest.mark.parametrize("how", MOTIONS)
def test_auto_finds_what_is_there(size: tuple[int, ...], how: str) -> None:
    truth = linear(grid(size), **MOTIONS[how])
    of = made(size, truth)
    found = begun(of, "auto").transform
    assert error(of, found, truth) < FOUND
    if how == "rigid":
        np.testing.assert_allclose(_stretches(found), 1.0, atol=1e-6)


@every_size
def test_auto_keeps_to_a_shift_where_that_is_all(size: tuple[int, ...]) -> None:
    truth = linear(grid(size), 0.0, shift=9.0)
    of = made(size, truth, grid([n + 30 for n in size], [1.0] * len(size), [-6.0] * len(size)))
    found = begun(of, "auto").transform
    assert error(of, found, truth) < FOUND
    np.testing.assert_allclose(sitk.AffineTransform(found).GetMatrix(), np.eye(len(size)).ravel(), atol=1e-9)


@every_size
def test_auto_is_never_worse_than_nothing(size: tuple[int, ...]) -> None:
    """Two textures that have nothing in common: whatever is found is chance."""
    on = grid(size)
    of = Pair(*(drawn(Phantom(middle(on), 0.4 * min(size), seed), on) for seed in (0, 1)))
    assert _is_identity(begun(of, "auto").transform)


# --- what must not change the answer ----------------------------------------------------------------------------------


@every_size
@pytest.mark.parametrize("how", ["affine", "auto"])
def test_it_is_the_same_every_time(size: tuple[int, ...], how: str) -> None:
    of = made(size, linear(grid(size), 10.0))
    one, two = (begun(of, how).transform for _ in range(2))
    assert one.GetParameters() == two.GetParameters()


@every_size
@pytest.mark.parametrize("scale", [1e-3, 25.4])
def test_the_unit_of_length_changes_nothing(size: tuple[int, ...], scale: float) -> None:
    of, world = made(size, linear(grid(size), 10.0)), World(scale)
    at = points(of.fixed)
    plain, other = begun(of, "affine").transform, begun(world.pair(of), "affine").transform
    assert np.linalg.norm(world.back(moved(other, world.there(at))) - moved(plain, at), axis=1).max() < 1e-3


@every_size
@pytest.mark.parametrize("degrees", [30.0, 90.0])
def test_a_turn_of_the_world_turns_the_answer(size: tuple[int, ...], degrees: float) -> None:
    of = made(size, linear(grid(size), 10.0))
    world = World(1.0, (np.deg2rad(degrees),) * (1 if len(size) == 2 else 3), (1000.0,) * len(size))
    at = points(of.fixed)
    plain, other = begun(of, "affine").transform, begun(world.pair(of), "affine").transform
    assert np.linalg.norm(world.back(moved(other, world.there(at))) - moved(plain, at), axis=1).mean() < SAME


@every_size
def test_the_order_and_the_sense_of_the_axes_change_nothing(size: tuple[int, ...]) -> None:
    of, k = made(size, linear(grid(size), 10.0)), len(size)
    at = points(of.fixed)
    plain = moved(begun(of, "affine").transform, at)
    ways = list(itertools.product(itertools.permutations(range(k)), itertools.product((False, True), repeat=k)))
    for order, flips in ways[1 :: len(ways) // 4]:
        other = moved(begun(stored(of, order, flips), "affine").transform, at)
        assert np.linalg.norm(other - plain, axis=1).mean() < SAME, (order, flips)


# --- what is told -----------------------------------------------------------------------------------------------------


def test_who_looks_the_same_elsewhere_is_told_so() -> None:
    """A row of equal beads, of which the moving image shows others."""
    bead = Phantom((0.0, 0.0), 6.0, blobs=30, grain=0.2)
    row = lambda x: sum(bead(x - np.array([16.0 * i, 0.0])) for i in range(-3, 4))  # noqa: E731
    fixed = drawn(row, grid((48, 24), origin=(-24.0, -12.0)))
    moving = drawn(row, grid((80, 24), origin=(-40.0, -12.0)))
    start = begun(Pair(fixed, moving), "rigid")
    assert len(start.notes) == 1
    assert start.notes[0].startswith("The start is ambiguous: 16") and "mm away" in start.notes[0]
    result = register(fixed, moving, Settings(levels=(2,), iterations=(1,), threads=1, initial="rigid"))
    assert result.metrics["fallbacks"][0] == start.notes[0]


@pytest.mark.parametrize("how", ["rigid", "auto"])
def test_it_can_be_stopped(how: str) -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        begun(made(FLAT, linear(grid(FLAT), 10.0)), how, check=check)
    assert calls == 10
