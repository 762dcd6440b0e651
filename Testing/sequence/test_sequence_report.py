"""What a person looks at: the page, the filmstrip, the animation."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from nodeo.report.canvas import new_figure
from nodeo.sequence.figure import _chosen, _draw_curves
from nodeo.sequence.page import write_report
from nodeo.sequence.pictures import Film, Pictures
from nodeo.sequence.registration import register_sequence
from nodeo.sequence.result import SequenceResult
from nodeo.sequence.series import Series
from nodeo.settings import Settings
from series_phantom import SeriesPhantom, growing_ball

pytest.importorskip("matplotlib")
QUICK = Settings.preset("fast").replace(levels=(2,), iterations=(15,), threads=1)


@pytest.fixture(scope="module")
def ball() -> SeriesPhantom:
    return growing_ball((28, 26, 24), (0.0, 0.5, 1.0), far=3.0)


@pytest.fixture(scope="module")
def result(ball: SeriesPhantom) -> SequenceResult:
    return register_sequence(Series.of(ball.frames), QUICK)


@pytest.fixture(scope="module")
def film(ball: SeriesPhantom, result: SequenceResult) -> Film:
    pictures = Pictures(result.reference)
    for frame in result.frames[::-1]:  # in whatever order they come
        pictures.put(frame, ball.frames[frame.number])
    return pictures.film()


def test_the_film_shows_less_difference_after_than_before(film: Film) -> None:
    before, after = (np.abs(pictures[2] - film.still).mean() for pictures in (film.before, film.after))
    assert after < 0.4 * before
    assert np.array_equal(film.before[0], film.still)
    assert film.motion[2].max() > film.motion[1].max() > film.motion[0].max() == 0


def test_the_page_stands_alone_and_has_every_frame(tmp_path: Path, result: SequenceResult, film: Film) -> None:
    write_report(tmp_path, "A <ball>", result.metrics, film)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "A &lt;ball&gt;" in page and "http" not in page
    assert page.count("<tr><td>") == 3
    (png,) = re.findall(r'data:image/png;base64,([^"]+)"', page)
    assert base64.b64decode(png).startswith(b"\x89PNG")
    (gif,) = re.findall(r'data:image/gif;base64,([^"]+)"', page)
    assert base64.b64decode(gif) == (tmp_path / "motion.gif").read_bytes()


def test_the_curves_have_one_axis_of_time_though_the_reference_has_no_loss(result: SequenceResult) -> None:
    figure = new_figure(14.0, 4.0)
    _draw_curves(figure, result.metrics)
    limits = {axes.get_xlim() for axes in figure.axes if axes.lines}
    ((first, last),) = limits
    assert first < 0.0 < 1.0 < last


def test_the_animation_has_every_frame(tmp_path: Path, result: SequenceResult, film: Film) -> None:
    write_report(tmp_path, "A ball", result.metrics, film)
    from PIL import Image

    with Image.open(tmp_path / "motion.gif") as picture:
        assert picture.n_frames == 3
        picture.seek(2)
        shown = np.asarray(picture.convert("RGB")).astype(float)
    half = shown.shape[1] // 2
    colour = np.abs(shown[40:, :, 0] - shown[40:, :, 1])  # green and magenta where they differ
    assert colour[:, half + 4 :].mean() < 0.5 * colour[:, : half - 4].mean()


def test_a_plane_of_a_flat_series() -> None:
    flat = growing_ball((40, 36), (0.0, 1.0))
    found = register_sequence(Series.of(flat.frames), QUICK)
    pictures = Pictures(found.reference)
    for frame in found.frames:
        pictures.put(frame, flat.frames[frame.number])
    assert pictures.film().still.ndim == 2


def test_the_strip_spreads_and_has_the_reference() -> None:
    assert _chosen(3, 0) == [0, 1, 2]
    chosen = _chosen(40, 7)
    assert len(chosen) == 9 and 7 in chosen and chosen == sorted(chosen)
    assert len(_chosen(12, "mean")) == 9
