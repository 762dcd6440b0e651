"""What the climb goes by: the likeness and its derivative, and the places that it is asked at."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Settings
from nodeo.engine import devices, preparation
from nodeo.start.frame import Frame
from nodeo.start.linear import FINE, exact
from nodeo.start.pair import Level, Pair, Resolution
from nodeo.start.places import Places, identity
from nodeo.start.turns import turns
from phantoms import Phantom, drawn, grid, middle

FLAT, DEEP = (44, 40), (26, 24, 22)
every_size = pytest.mark.parametrize("size", [FLAT, DEEP], ids=["2-D", "3-D"])
AT = Resolution(samples=20, points=1500, bins=12)


def level(size: tuple[int, ...], masked: bool = False, cut: int = 0) -> Level:
    """A ball and the same on a grid that begins ``cut`` voxels later along x."""
    on, other = grid(size), grid([size[0] - cut, *size[1:]], origin=[float(cut), *[0.0] * (len(size) - 1)])
    ball = Phantom(middle(on), 0.42 * min(size), blobs=60, grain=0.15)
    images = drawn(ball, on), drawn(ball, other)
    mask = sitk.Cast(images[1] > 0, sitk.sitkUInt8) if masked else None
    scans = preparation.prepare(*images, None, mask, Settings())
    with devices.threads(1):
        return Pair(*scans, Frame(scans[0].grid, scans[1].grid), torch.device("cpu")).level(AT)


@pytest.mark.parametrize(("size", "samples"), [((1000, 700), 300), ((600, 80), 200), ((160, 192), 80), (DEEP, 80)])
def test_a_large_plane_is_seen_closer_than_a_volume_but_not_closer_than_three_voxels(
    size: tuple[int, ...], samples: int
) -> None:
    image = sitk.GetImageFromArray(np.random.default_rng(0).random(size[::-1], dtype=np.float32))
    scans = preparation.prepare(image, image, None, None, Settings())
    pair = Pair(*scans, Frame(scans[0].grid, scans[1].grid), torch.device("cpu"))
    at, level = exact(pair), pair.level(exact(pair))
    assert at.samples == level.samples == samples
    assert len(size) == 2 or at == FINE
    assert at.points >= FINE.points


@every_size
@pytest.mark.parametrize("masked", [False, True])
def test_the_derivative_is_that_of_the_likeness(size: tuple[int, ...], masked: bool) -> None:
    seen, k = level(size, masked, cut=5), len(size)
    random = torch.Generator().manual_seed(0)
    matrix = torch.eye(k, dtype=torch.float64) + 0.05 * torch.randn(1, k, k, generator=random, dtype=torch.float64)
    offset = seen.centre + torch.randn(1, k, generator=random, dtype=torch.float64)
    _, by_matrix, by_offset = seen.likeness.climb(matrix, offset)
    for step, derivative, which in ((1e-3, by_offset, 1), (1e-4, by_matrix, 0)):
        for index in itertools.product(*[range(n) for n in derivative.shape[1:]]):
            change = torch.zeros_like(derivative)
            change[(0, *index)] = step
            ends = [seen.likeness.score(*_changed(matrix, offset, sign * change, which)) for sign in (1, -1)]
            slope = float(ends[0] - ends[1]) / (2 * step)
            # the linear image has kinks, and what chance pretends goes by whole bins
            assert slope == pytest.approx(
                float(derivative[(0, *index)]), rel=0.05, abs=0.03 * float(derivative.abs().max())
            )


def _changed(matrix, offset, change, which):
    return (matrix + change, offset) if which == 0 else (matrix, offset + change)


@every_size
def test_nowhere_are_the_images_more_alike_than_where_they_belong(size: tuple[int, ...]) -> None:
    seen, k = level(size), len(size)
    rotations = turns(k, 30.0)
    turned = seen.score(Places.taking(rotations, seen.centre, seen.centre))
    shifts = torch.cat([seen.radius * f * torch.eye(k, dtype=torch.float64) for f in (0.3, 1.0, 1.5, -1.0)])
    away = seen.score(Places(identity(k).matrix.expand(len(shifts), k, k), shifts))
    here = float(seen.score(identity(k)))
    assert int(turned.argmax()) == int(rotations.diagonal(dim1=1, dim2=2).sum(1).argmax())
    assert float(away.max()) < here and float(turned.max()) <= here + 1e-9


@every_size
def test_to_leave_the_other_image_never_pays(size: tuple[int, ...]) -> None:
    seen, k = level(size), len(size)
    out = Places.taking(identity(k).matrix, seen.centre, seen.centre + 10 * seen.radius)
    assert float(seen.score(out)) <= 0.0


@pytest.mark.parametrize("k", [2, 3])
def test_the_rotations_are_rotations_and_leave_no_gap(k: int) -> None:
    rotations = turns(k, 30.0)
    np.testing.assert_allclose(rotations @ rotations.mT, torch.eye(k).expand_as(rotations), atol=1e-12)
    assert torch.linalg.det(rotations).min() > 0.999
    random = torch.Generator().manual_seed(1)
    any_turn = torch.linalg.qr(torch.randn(200, k, k, generator=random, dtype=torch.float64))[0]
    any_turn[torch.linalg.det(any_turn) < 0] *= torch.tensor([-1.0] + [1.0] * (k - 1), dtype=torch.float64)
    traces = torch.einsum("aij,bij->ab", any_turn, rotations).amax(1)
    angles = torch.rad2deg(torch.arccos((0.5 * (traces - (k - 2))).clamp(-1, 1)))
    assert angles.max() < 27.0


@pytest.mark.parametrize("k", [2, 3])
def test_the_rotations_know_no_first_axis(k: int) -> None:
    rotations = turns(k, 30.0)
    known = {tuple(np.round(turn.flatten().tolist(), 6) + 0.0) for turn in rotations}
    for order in itertools.permutations(range(k)):
        for signs in itertools.product((1.0, -1.0), repeat=k):
            other = torch.eye(k, dtype=torch.float64)[list(order)] * torch.tensor(signs, dtype=torch.float64)
            stored = other @ rotations @ other.T
            assert {tuple(np.round(turn.flatten().tolist(), 6) + 0.0) for turn in stored} == known
