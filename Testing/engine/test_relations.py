"""What must not change the answer: short forms of the relations of the campaign in ``faults/relations.py``."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
import SimpleITK as sitk
from faults.points import moved, scattered
from faults.small_pairs import Pair, phantom
from faults.worlds import World, graded, stored
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from nodeo import Settings, register

QUICK = Settings(start="none", levels=(2, 1), iterations=(10, 5), threads=1)
PLAIN = World()
SAME = 0.1  # mm in the mean: the promise however a pair is stored, wherever it lies
SCALED = 1e-3  # of a voxel in the mean: the promise for any unit of length
FLAT, DEEP = (40, 36), (26, 24, 22)
few = settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # to look for a smaller example takes minutes
)
rounded = lambda low, high: st.floats(low, high).map(lambda x: round(x, 3))  # noqa: E731 ITK cannot invert denormal numbers
every_size = pytest.mark.parametrize("size", [FLAT, DEEP], ids=["2-D", "3-D"])


@cache
def pair(size: tuple[int, ...]) -> Pair:
    """A ball in voxels that are no cubes, and a start that turns and shifts it a little."""
    plain = phantom(size, (1.0, 1.25, 1.5)[: len(size)], push=2.0)
    start = sitk.AffineTransform(len(size))
    start.SetMatrix((1.02 * np.eye(len(size)) + 0.02 * np.eye(len(size), k=1)).ravel().tolist())
    start.SetTranslation([0.5, -0.4, 0.3][: len(size)])
    return Pair(plain.fixed, plain.moving, start)


@cache
def points(size: tuple[int, ...]) -> np.ndarray:
    return scattered(pair(size).fixed, 500, 0)


def answer(of: Pair, size: tuple[int, ...], world: World = PLAIN) -> np.ndarray:
    """Where the points go, told in the plain world."""
    found = register(of.fixed, of.moving, QUICK, initial_transform=of.start)
    return world.back(moved(found.transform, world.there(points(size))))


@cache
def expected(size: tuple[int, ...]) -> np.ndarray:
    return answer(pair(size), size)


def apart(size: tuple[int, ...], found: np.ndarray) -> float:
    """Mean distance from the plain answer, mm."""
    return float(np.linalg.norm(found - expected(size), axis=1).mean())


@st.composite
def worlds(draw: st.DrawFn, k: int) -> World:
    """A valid header's origin, direction and unit of length."""
    angles = draw(st.tuples(*[rounded(-3.1, 3.1)] * (1 if k == 2 else 3)))
    shift = draw(st.tuples(*[rounded(-1e4, 1e4)] * k))
    return World(draw(st.sampled_from((1.0, 0.1, 25.4, 1000.0))), angles, shift)


@every_size
@few
@given(data=st.data())
def test_a_valid_header_changes_nothing(size: tuple[int, ...], data: st.DataObject) -> None:
    k = len(size)
    world = data.draw(worlds(k))
    order = data.draw(st.permutations(range(k)))
    flips = data.draw(st.tuples(*[st.booleans()] * k))
    asked = stored(world.pair(pair(size)), order, flips)
    assert apart(size, answer(asked, size, world)) <= SAME


@every_size
@few
@given(data=st.data())
def test_the_order_and_the_sense_of_the_axes_change_nothing(size: tuple[int, ...], data: st.DataObject) -> None:
    every = list(
        itertools.product(itertools.permutations(range(len(size))), itertools.product((False, True), repeat=len(size)))
    )
    order, flips = data.draw(st.sampled_from(every))
    assert apart(size, answer(stored(pair(size), order, flips), size)) <= SAME


@every_size
@pytest.mark.parametrize("scale", [1e-3, 25.4, 1e3])
def test_the_unit_of_length_changes_nothing(size: tuple[int, ...], scale: float) -> None:
    world = World(scale)
    assert apart(size, answer(world.pair(pair(size)), size, world)) <= SCALED  # the smallest spacing is 1 mm


@every_size
@pytest.mark.parametrize("degrees", [5.0, 90.0])
def test_a_turn_of_the_world_turns_the_answer(size: tuple[int, ...], degrees: float) -> None:
    world = World(angles=(np.deg2rad(degrees),) * (1 if len(size) == 2 else 3))
    assert apart(size, answer(world.pair(pair(size)), size, world)) <= SAME


@every_size
@pytest.mark.parametrize(("factor", "offset"), [(0.001, 0.0), (17.0, -1000.0)])
def test_other_grey_values_change_nothing(size: tuple[int, ...], factor: float, offset: float) -> None:
    assert apart(size, answer(graded(pair(size), factor, offset), size)) <= SAME


@every_size
def test_a_relation_that_does_not_hold_is_seen(size: tuple[int, ...]) -> None:
    """The points of one world asked of the answer in another."""
    world = World(shift=(2.0,) * len(size))
    assert apart(size, answer(world.pair(pair(size)), size)) > SAME
