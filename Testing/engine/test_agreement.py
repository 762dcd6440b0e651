"""How widely velocities are smoothed, by how well the images agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import Settings, register
from nodeo.engine import beginning, optimisation
from nodeo.engine.agreement import Agreement
from nodeo.engine.course import Course
from nodeo.engine.guidance import Guidance
from nodeo.geometry.point_pairs import PointPairs
from phantoms import Phantom, bumps, drawn, grid, middle
from scipy.ndimage import gaussian_filter

SIZE = (40, 36, 34)
QUICK = Settings(threads=1, iterations=(20, 2, 1), start="none")
WHOLLY, LITTLE, TWO_KINDS = [1.0, 2.0, 1.0], [3.3, 3.3, 3.3], [2.7, 2.7, 2.7]


def bodies(noise: float = 0.0) -> tuple[sitk.Image, sitk.Image]:
    """One body before and after a smooth warp; and what in each of them has nothing to do with the other, so strong."""
    on = grid(SIZE)
    ball, warp = Phantom(middle(on), 0.4 * min(SIZE), blobs=20), bumps(middle(on), 1.5)
    images = []
    for seed, values in enumerate((lambda x: ball(warp(x)), ball)):
        image = sitk.Cast(sitk.Normalize(drawn(values, on)), sitk.sitkFloat32)
        own = gaussian_filter(np.random.default_rng(seed).standard_normal(SIZE[::-1]), 4.0)
        other = sitk.GetImageFromArray((noise * own / own.std()).astype(np.float32))
        other.CopyInformation(image)
        images.append(image + other)
    return images[0], images[1]


@pytest.mark.parametrize(
    ("noise", "changes", "expected"),
    [
        (0.0, {}, WHOLLY),
        (2.0, {}, LITTLE),
        (0.0, {"similarity": "mind"}, TWO_KINDS),
        (0.0, {"similarity": "mind", "start": "search"}, TWO_KINDS),
        (2.0, {"similarity": "mse"}, []),
        (2.0, {"kernel_widening": "none"}, []),
        (2.0, {"levels": (1,), "iterations": (4,)}, []),
        (0.0, {"levels": (4, 2), "iterations": (20, 4)}, []),
    ],
    ids=str,
)
def test_velocities_are_smoothed_as_the_images_ask_for(
    noise: float, changes: dict, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = []

    def follow(*given, in_haste: bool = False):
        hasty.append(in_haste)
        return beginning.follow(*given, in_haste)

    monkeypatch.setattr(optimisation, "follow", follow)
    result = register(*bodies(noise), QUICK.replace(similarity="lncc").replace(**changes))
    assert result.metrics["kernel_widening"] == expected
    assert [record["level"] for record in result.history if record["iteration"] == 1] == sorted(
        {record["level"] for record in result.history}
    )
    assert result.metrics["folding"]["voxels"] == 0
    # what is followed anew was first followed only to see where it leads
    assert hasty == ([True, False] if changes.get("start") == "search" else [])


def test_images_that_agree_little_bend_less() -> None:
    wide, narrow = (
        register(*bodies(2.0), QUICK.replace(similarity="lncc", kernel_widening=how)) for how in ("auto", "none")
    )
    assert wide.metrics["jacobian"]["sd_log"] < 0.6 * narrow.metrics["jacobian"]["sd_log"]


def test_points_are_followed_as_closely_as_ever() -> None:
    images = bodies(2.0)
    points = np.array([images[0].TransformContinuousIndexToPhysicalPoint([0.5 * n for n in SIZE])])
    guidance = Guidance(points=PointPairs(points, points))
    assert register(*images, QUICK.replace(similarity="lncc"), guidance=guidance).metrics["kernel_widening"] == []


def test_the_next_of_a_course_goes_on_as_the_one_before() -> None:
    course, settings = Course(), QUICK.replace(similarity="lncc")
    first = register(*bodies(2.0), settings, course=course)
    second = register(*bodies(2.0), settings, course=course)
    assert first.metrics["kernel_widening"] == second.metrics["kernel_widening"] == LITTLE
    assert second.history[0]["loss"] < first.history[0]["loss"]


def test_after_a_large_motion_the_levels_smooth_more_and_take_their_time() -> None:
    fixed, moving = bodies()
    moving.SetOrigin((8.0, 0.0, 0.0))  # two nodes of the coarsest level
    result = register(fixed, moving, QUICK.replace(similarity="lncc", start="search"))
    coarsest, between, finest = result.metrics["kernel_widening"]
    assert coarsest == 4.0 and 1.0 < between < 4.0 and finest == max(1.0, between / 2)
    last = {record["level"]: record["iteration"] for record in result.history}
    assert 20 < last[1] <= 40 and (last[2], last[3]) == (4, 2)
    assert result.metrics["folding"]["voxels"] == result.metrics["inverse_folding"]["voxels"] == 0


@pytest.mark.parametrize(
    ("similarities", "losses", "expected"),
    [
        ({"pair": "lncc"}, {"pair": 0.029}, (1.0, 2.0, 2.0, 1.0)),
        ({"pair": "lncc"}, {"pair": 0.1}, (1.0,) * 4),
        ({"pair": "lncc"}, {"pair": 0.31}, (3.3,) * 4),
        ({"pair": "mind"}, {"pair": 0.31}, (2.7,) * 4),
        ({"pair": "lncc", "t2": "lncc"}, {"pair": 0.31, "t2": 0.2}, (1.0,) * 4),
        ({"pair": "lncc", "t2": "lncc"}, {"pair": 0.01, "t2": 0.02}, (1.0, 2.0, 2.0, 1.0)),
        ({"pair": "lncc", "pet": "mind"}, {"pair": 0.4, "pet": 0.2}, (3.3,) * 4),
        ({"pair": "lncc", "pet": "mind"}, {"pair": 0.01, "pet": 0.2}, (1.0,) * 4),
        ({"pair": "mind", "pet": "mi"}, {}, (1.0,) * 4),
        ({}, {}, (1.0,) * 4),
    ],
    ids=str,
)
def test_every_channel_has_a_say(similarities: dict, losses: dict, expected: tuple[float, ...]) -> None:
    in_volumes, in_planes = (Agreement(similarities, 4, volumes, losses) for volumes in (True, False))
    assert in_volumes.widenings == expected
    assert in_planes.widenings == ((1.0,) * 4 if 2.0 in expected else expected)
    assert in_volumes.tells == ("lncc" in similarities.values())
    assert in_volumes.patience == 1
    alone = Agreement(similarities, 1, True, losses)
    assert not alone.tells
    if "lncc" in similarities.values():
        assert alone.widenings == (1.0,)


@pytest.mark.parametrize(
    ("motion", "loss", "expected"),
    [
        (0.9, 0.1, (1.0,) * 4),
        (1.6, 0.04, (4.0, 1.6, 1.6, 1.0)),
        (3.3, 0.1, (4.0, 3.3, 3.3, 1.65)),
        (20.0, 0.01, (4.0,) * 4),
        (3.3, 0.31, (3.3,) * 4),
    ],
)
def test_the_farther_it_went_the_wider_and_with_patience(
    motion: float, loss: float, expected: tuple[float, ...]
) -> None:
    gone = Agreement({"pair": "lncc"}, 4, True, {"pair": loss}, motion)
    assert gone.widenings == pytest.approx(expected)
    assert gone.patience == (2 if expected[0] == 4.0 else 1)
    in_a_plane = replace(gone, volumes=False)
    assert in_a_plane.patience == 1 and in_a_plane.widenings in ((1.0,) * 4, (3.3,) * 4)
    of_two_kinds = replace(gone, similarities={"pair": "mind"})
    assert of_two_kinds.patience == 1 and of_two_kinds.widenings == (2.7,) * 4
