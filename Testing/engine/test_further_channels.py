"""More images of the same two people: what one pair does not show, another does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import ChannelImages, Guidance, InputError, Result, Settings, register
from phantoms import Phantom, apart, bumps, drawn, grid, mapped, middle, world_points

SETTINGS = Settings(levels=(2, 1), iterations=(30, 20), threads=1, device="cpu", start="none")
ON = grid((72, 64))
OTHER = grid((60, 50), (1.1, 1.2), (2.0, 1.0))  # lies where ON lies, on points of its own
CENTRE = np.asarray(middle(ON))
WARP = bumps(middle(ON), 4.0, 8.0)
PLAIN, TEXTURED = Phantom(middle(ON), 24.0, blobs=0), Phantom(middle(ON), 24.0)
INSIDE = np.linalg.norm(world_points(ON) - CENTRE, axis=-1) < 20.0


def pair(of: Phantom, fixed: sitk.Image = ON, moving: sitk.Image = ON) -> tuple[sitk.Image, sitk.Image]:
    return drawn(lambda x: of(WARP(x)), fixed), drawn(of, moving)


def error(result: Result) -> float:
    """Mean distance from the true map inside the ball, mm."""
    return apart(mapped(result.transform, ON), WARP(world_points(ON)), INSIDE)


@pytest.fixture(scope="module")
def plain() -> Result:
    return register(*pair(PLAIN), SETTINGS)


def test_a_second_pair_shows_what_the_first_does_not(plain: Result) -> None:
    more = ChannelImages(*pair(TEXTURED, OTHER, OTHER), name="t2")
    result = register(*pair(PLAIN), SETTINGS, guidance=Guidance(channels=[more]))
    assert error(result) < 0.4 * error(plain)
    assert result.metrics["folding"]["voxels"] == 0
    assert set(result.metrics["similarity"]["channels"]) == {"image", "t2"}
    assert "The fixed image of t2 was resampled onto the grid of the first." in result.metrics["fallbacks"]


def test_a_pair_that_shows_half_counts_there_only(plain: Result) -> None:
    half = grid((36, 64))
    more = ChannelImages(*pair(TEXTURED, half, half))
    result = register(*pair(PLAIN), SETTINGS, guidance=Guidance(channels=[more]))
    points = world_points(ON)
    for seen, limit in ((points[..., 0] < 34.0, 0.6), (points[..., 0] > 38.0, 1.2)):
        there = INSIDE & seen
        before = apart(mapped(plain.transform, ON), WARP(points), there)
        assert apart(mapped(result.transform, ON), WARP(points), there) < limit * before


def test_without_weight_a_pair_has_no_say(plain: Result) -> None:
    silent = ChannelImages(*pair(TEXTURED), weight=0.0)
    result = register(*pair(PLAIN), SETTINGS, guidance=Guidance(channels=[silent]))
    assert np.array_equal(sitk.GetArrayFromImage(result.displacement), sitk.GetArrayFromImage(plain.displacement))


def test_a_mask_says_where_a_pair_counts() -> None:
    left = sitk.Cast(drawn(lambda x: x[..., 0] < 20.0, ON), sitk.sitkUInt8)
    masked = ChannelImages(*pair(TEXTURED), fixed_mask=left)
    whole = ChannelImages(*pair(TEXTURED))
    results = [register(*pair(PLAIN), SETTINGS, guidance=Guidance(channels=[c])) for c in (masked, whole)]
    assert error(results[0]) > 1.5 * error(results[1])


GOOD = ChannelImages(*pair(TEXTURED))


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ([replace(GOOD, similarity="ncc")], "The similarity of image2 is 'ncc'"),
        ([replace(GOOD, weight=-1.0)], "The weight of image2 is -1"),
        ([replace(GOOD, weight=float("nan"))], "The weight of image2 is nan"),
        ([replace(GOOD, name="t2"), replace(GOOD, name="t2")], "Two channels are called t2"),
        ([replace(GOOD, fixed=sitk.Image([8, 8, 8], sitk.sitkFloat32))], "fixed image of image2 is constant"),
        ([replace(GOOD, fixed=drawn(TEXTURED, grid((72, 64), None, (500.0, 0.0))))], "fixed image of image2 is const"),
        ([replace(GOOD, fixed=None)], "fixed image of image2 is of the type NoneType"),
    ],
)
def test_images_that_cannot_guide_get_a_sentence(channels: list[ChannelImages], message: str) -> None:
    with pytest.raises(InputError, match=message):
        register(*pair(PLAIN), SETTINGS, guidance=Guidance(channels=channels))


@pytest.mark.parametrize("which", ["fixed", "moving"])
def test_images_that_lie_elsewhere_get_a_sentence(which: str) -> None:
    away = sitk.Image(getattr(GOOD, which))
    away.SetOrigin((500.0, 0.0))
    with pytest.raises(InputError, match=r"does not lie where|of image2 do not overlap"):
        register(*pair(PLAIN), SETTINGS, guidance=Guidance(channels=[replace(GOOD, **{which: away})]))
