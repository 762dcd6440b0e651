"""Motion that no descent would find, and motion along a boundary: found, not folded, and not looked for in vain."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo.engine import beginning, optimisation
from nodeo.engine.registration import register
from nodeo.engine.result import Result
from nodeo.errors import InputError
from nodeo.settings import Settings
from scipy.ndimage import gaussian_filter

SIZE = (112, 160)  # rows, columns; voxels of 1 mm
SETTINGS = Settings(threads=1, iterations=(50, 30, 16))


def texture(seed: int, grain: float = 3.0) -> np.ndarray:
    """Something that looks like itself nowhere else, 0..1, twice as wide as an image."""
    rough = gaussian_filter(np.random.default_rng(seed).standard_normal((2 * SIZE[0], 2 * SIZE[1])), grain)
    return np.clip(0.5 + 0.2 * rough / rough.std(), 0.0, 1.0)


def image(values: np.ndarray) -> sitk.Image:
    return sitk.GetImageFromArray(values.astype(np.float32))


def cut(values: np.ndarray, row: int, column: int) -> np.ndarray:
    """The image that begins at a row and a column of a texture."""
    return values[row : row + SIZE[0], column : column + SIZE[1]]


@cache
def blob(start: str) -> tuple[Result, float]:
    """A textured blob 14 mm wide that moves by 42 mm between two marks; how far its points end from there, mm."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    inside = texture(1, grain=1.5)
    marks = (abs(rows - 56) > 40) | (abs(columns - 80) > 68)

    def drawn(column: int) -> sitk.Image:
        share = 1.0 / (1.0 + np.exp((np.hypot(rows - 56, columns - column) - 7.0) * 2.0))
        return image(share * (0.3 + 0.7 * cut(inside, 40, 120 - column)) + 0.5 * marks)

    fixed, moving = drawn(60), drawn(102)
    result = register(fixed, moving, SETTINGS.replace(start=start))
    points = [(60.0 + x, 56.0 + y) for x in (-3, 0, 3) for y in (-3, 0, 3)]
    ends = np.array([result.transform.TransformPoint(point) for point in points])
    return result, float(np.linalg.norm(ends - np.array(points) - (42.0, 0.0), axis=1).mean())


def test_a_blob_that_moves_by_three_times_its_width_is_found() -> None:
    result, error = blob("search")
    assert result.metrics["start"]["searched"] and error < 2.0
    assert result.metrics["folding"]["voxels"] == 0 and result.metrics["inverse_folding"]["voxels"] == 0


def test_without_the_search_it_is_not() -> None:
    result, error = blob("none")
    assert result.metrics["start"] == {"searched": False} and error > 20.0


@cache
def sliding(penalty: str) -> tuple[Result, dict[str, float]]:
    """Two blocks of which the lower slides by 12 mm along the upper; mean errors away from the boundary, mm."""
    above, below = texture(2), texture(3)
    rows = np.mgrid[: SIZE[0], : SIZE[1]][0]
    upper = rows < 56
    fixed = np.where(upper, cut(above, 20, 60), cut(below, 20, 60))
    moving = np.where(upper, cut(above, 20, 60), cut(below, 20, 48))
    result = register(image(fixed), image(moving), SETTINGS.replace(penalty=penalty, start="search"))
    errors = {}
    for name, row, shift in (("upper", range(16, 50, 6), 0.0), ("lower", range(63, 97, 6), 12.0)):
        points = np.array([(float(x), float(y)) for x in range(40, 121, 8) for y in row])
        ends = np.array([result.transform.TransformPoint(point.tolist()) for point in points])
        errors[name] = float(np.linalg.norm(ends - points - (shift, 0.0), axis=1).mean())
    return result, errors


@pytest.mark.parametrize("penalty", ["quadratic", "charbonnier"])
def test_two_blocks_slide_past_each_other_without_a_fold(penalty: str) -> None:
    result, errors = sliding(penalty)
    assert max(errors.values()) < 1.5
    assert result.metrics["folding"]["voxels"] == 0 and result.metrics["inverse_folding"]["voxels"] == 0


def test_a_penalty_that_grows_linearly_lets_them_slide_better() -> None:
    assert sum(sliding("charbonnier")[1].values()) < sum(sliding("quadratic")[1].values())


@pytest.mark.exact
def test_nothing_is_looked_for_where_little_moves() -> None:
    fixed = image(cut(texture(4), 20, 60))
    moving = image(cut(texture(4), 21, 58))
    result = register(fixed, moving, SETTINGS)
    assert result.metrics["start"] == {"searched": False}
    assert register(fixed, moving, SETTINGS.replace(start="none")).history == result.history


def test_images_of_two_kinds_are_looked_at_everywhere_before_the_search_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = []

    def looked(*arguments: object) -> object:
        found.append(real(*arguments))
        return found[-1]

    real = beginning.search
    monkeypatch.setattr(beginning, "search", looked)
    monkeypatch.setattr("nodeo.start.search._SURELY", 1e9)  # few points always say that nothing moves
    fixed, moving = image(cut(texture(4), 20, 60)), image(cut(texture(4), 20, 90))
    for similarity in ("lncc", "mind"):
        register(fixed, moving, SETTINGS.replace(similarity=similarity, iterations=1))
    assert found[0] is None and found[1] is not None


def test_a_search_for_which_memory_is_too_small_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(optimisation, "look", full)
    result = register(image(cut(texture(4), 20, 60)), image(cut(texture(4), 21, 58)), SETTINGS)
    assert result.metrics["fallbacks"] == ["Start: memory ran out; the flow began at rest."]
    assert result.metrics["similarity"]["after"] < 0.1


def test_a_model_that_cannot_follow_says_so() -> None:
    fixed = image(cut(texture(4), 20, 60))
    with pytest.raises(InputError, match=r"begins at rest.*start=none"):
        register(fixed, fixed, Settings.preset("paper").replace(start="search"))
