"""The average: the mean of what agrees, hardly moved by what does not; and the vote of labels."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.template import labels
from nodeo.template.average import agreement, robust_average
from nodeo.template.brightness import Brightness, typical
from phantoms import Phantom, drawn, grid, middle


def test_images_that_agree_have_their_mean() -> None:
    random = np.random.default_rng(0)
    images = 1.0 + 0.02 * random.uniform(-1, 1, (9, 12, 10)).astype(np.float32)  # nearer than a tenth
    np.testing.assert_allclose(robust_average(lambda: images), images.mean(0), atol=1e-6)


@pytest.mark.parametrize(("count", "left"), [(3, 0.2), (8, 0.02)])
def test_one_that_is_very_different_hardly_moves_it(count: int, left: float) -> None:
    images = np.ones((count, 6, 6), np.float32)
    images[1] = 9.0
    assert abs(robust_average(lambda: images) - 1).max() < left * abs(images.mean(0) - 1).max()


def test_an_image_counts_where_it_sees_something_only() -> None:
    images = np.full((3, 4, 5), 1.0, np.float32)
    images[0, :2] = images[1, 0] = images[2, 0] = np.nan
    average = robust_average(lambda: images)
    assert (average[0] == 0).all() and (average[1:] == 1).all()


def test_a_blurred_average_is_less_sharp_and_farther_from_its_images() -> None:
    on = grid((40, 40))
    ball = Phantom(middle(on), 15.0, blobs=80)
    images = np.stack([sitk.GetArrayFromImage(drawn(lambda x, d=d: ball(x + d), on)) for d in (0.0, 1.5, -1.5)]) / 400
    inside = images[0] > 0.3
    good = agreement(lambda: images[[0, 0]], images[0], inside, (1.0, 1.0))
    poor = agreement(lambda: images, images.mean(0), inside, (1.0, 1.0))
    assert good.sharpness == pytest.approx(1.0) and good.mean_square == 0
    assert poor.sharpness < 0.8 and poor.mean_square > 0.01


def test_brightness_does_not_depend_on_the_unit() -> None:
    on = grid((40, 40))
    image = drawn(Phantom(middle(on), 15.0), on)
    one, other = Brightness.of(image), Brightness.of(3.0 * image + 500.0)
    np.testing.assert_allclose(
        sitk.GetArrayFromImage(one.scaled(image)), sitk.GetArrayFromImage(other.scaled(3.0 * image + 500.0)), atol=1e-3
    )
    assert one.volume == pytest.approx(other.volume, rel=0.01) and 400 < one.volume < np.pi * 15**2
    assert typical([one, other, other]) == other


@pytest.mark.parametrize("at_once", [1, 16])
def test_labels_are_voted_on(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "_AT_ONCE", at_once)
    maps = [np.array([[0, 17, 17, 53]], np.uint16), np.array([[17, 17, 0, 0]], np.uint16),
            np.array([[17, 17, 2, 300]], np.uint16)]  # fmt: skip
    winner = labels.voted(lambda: maps)
    assert winner.tolist() == [[17, 17, 0, 0]] and winner.dtype == np.uint16  # of a draw the smallest
