"""Frames with their neighbours' say: less of each one's noise, the motion's peaks kept, no folds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from beating_phantom import BeatingBall, beating_ball
from nodeo import InputError, Settings
from nodeo.app import cli
from nodeo.progress import Progress
from nodeo.sequence import smoothed
from nodeo.sequence.registration import register_sequence
from nodeo.sequence.result import SequenceResult
from nodeo.sequence.series import Series
from nodeo.sequence.smoothed import shares

QUICK = Settings.preset("balanced").replace(
    levels=(2, 1), iterations=(20, 10), threads=1, device="cpu", similarity="lncc"
)
TIMES = (0.0, 1.0, 1.5, 3.0, 4.0, 4.5, 6.0)


@cache
def ball() -> BeatingBall:
    """Seven of the twelve frames of a beat, noisy."""
    return beating_ball((48, 48), noise=50.0, blobs=80)


@cache
def registered(smoothing: int) -> SequenceResult:
    return register_sequence(Series.of(ball().frames[:7]), QUICK, smoothing=smoothing)


@pytest.mark.parametrize("smoothing", [5, 7])
def test_a_parabola_stays_what_it_is_at_uneven_times_and_at_the_ends(smoothing: int) -> None:
    heights = [2.0 - 3.0 * time + 0.5 * time**2 for time in TIMES]
    for at in range(len(TIMES)):
        mixed = shares(TIMES, at, smoothing)
        assert len(mixed) == smoothing
        assert sum(share * heights[n] for n, share in mixed.items()) == pytest.approx(heights[at])
    noise = sum(share**2 for share in shares(TIMES, 3, smoothing).values())
    assert noise < 0.75  # of the variance of one frame


def test_in_a_cycle_the_ends_are_neighbours() -> None:
    assert shares((0.0, 2.0, 4.0, 6.0, 8.0, 10.0), 0, 5, cyclic=True) == pytest.approx(
        {4: -3 / 35, 5: 12 / 35, 0: 17 / 35, 1: 12 / 35, 2: -3 / 35}  # Savitzky and Golay 1964, table I
    )


def test_frames_are_less_restless_and_no_farther_from_the_truth() -> None:
    truth = np.array([ball().beat(ball().inside, time) for time in range(7)])
    errors, restless = {}, {}
    for smoothing in (0, 5):
        frames = registered(smoothing).frames
        found = [[frame.transform.TransformPoint(p) for p in ball().inside.tolist()] for frame in frames]
        apart = np.array(found) - truth
        errors[smoothing] = np.linalg.norm(apart[1:], axis=-1).mean()
        restless[smoothing] = np.linalg.norm(np.diff(apart, 2, axis=0), axis=-1).mean()
    assert restless[5] < 0.6 * restless[0]
    assert errors[5] < errors[0]


def test_what_is_handed_out_is_whole() -> None:
    result = registered(5)
    assert result.metrics["smoothing"] == 5 and registered(0).metrics["smoothing"] == 0
    for frame, before in zip(result.frames[1:], registered(0).frames[1:], strict=True):
        assert frame.metrics["folds"] == frame.metrics["folds_inverse"] == 0
        assert frame.metrics["inverse_consistency_mm"] < 0.05
        assert frame.metrics["after"] == before.metrics["after"]
        assert frame.metrics["similarity_after"] < frame.metrics["similarity_before"]
        moving = ball().frames[frame.number]
        again = sitk.Resample(moving, result.reference, frame.transform, sitk.sitkLinear, 0.0)
        inner = (slice(6, -6), slice(6, -6))
        np.testing.assert_allclose(
            sitk.GetArrayFromImage(again)[inner], sitk.GetArrayFromImage(frame.warped)[inner], atol=1e-3
        )
    assert result.frames[0].metrics["motion_max_mm"] == 0.0


def test_a_mixture_that_folds_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoothed, "shares", lambda times, at, *rest: {at: 9.0})
    short = QUICK.replace(iterations=(10, 4))
    series = Series.of(ball().frames[:5])
    folded = register_sequence(series, short.replace(unfold=False), smoothing=5)
    assert sum(frame.metrics["folds"] for frame in folded.frames) > 0
    mended = register_sequence(series, short, smoothing=5)
    assert sum(frame.metrics["folds"] + frame.metrics["folds_inverse"] for frame in mended.frames) == 0


def test_its_news_goes_on_to_the_end() -> None:
    heard: list[Progress] = []
    register_sequence(
        Series.of(ball().frames[:5]), QUICK.replace(iterations=(3, 2)), smoothing=5, progress=heard.append
    )
    fractions = [news.fraction for news in heard]
    assert fractions == sorted(fractions)
    done = [news.as_dict()["done"] for news in heard]
    assert done == sorted(done) and done[-1] == 4
    assert any(news.stage.startswith("Before smoothing: Frame 4") for news in heard)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"smoothing": 6},
            "smoothing is 6, of 7 frames. Choose an odd number of them, 5 to 7, or leave smoothing out.",
        ),
        ({"smoothing": 9}, "smoothing is 9, of 7 frames"),
        ({"smoothing": -5}, "smoothing is -5"),
        ({"smoothing": 3}, "smoothing is 3"),
        ({"smoothing": 5, "mode": "trajectory"}, "in the mode trajectory, whose flow is smooth in time"),
        ({"smoothing": 5, "reference": "mean"}, "the reference is mean, which has no place in time"),
        ({"smoothing": 5, "settings": QUICK.replace(initial="rigid")}, "initial is rigid with smoothing"),
    ],
)
def test_what_cannot_be_smoothed_is_refused(options: dict, words: str) -> None:
    with pytest.raises(InputError) as refused:
        register_sequence(Series.of(ball().frames[:7]), **{"settings": QUICK, **options})
    assert words in str(refused.value)


def test_it_is_asked_for_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames = [str(tmp_path / f"{number}.nrrd") for number in range(5)]
    for name, image in zip(frames, ball().frames, strict=False):
        sitk.WriteImage(image, name)
    quick = ["--set", "levels=2", "--set", "iterations=3", "--threads", "1", "--progress", "none"]
    output = ["--output", str(tmp_path / "out"), *quick]
    assert cli.main(["sequence", *frames[:4], *output, "--smoothing", "5"]) == 2
    assert "smoothing is 5, of 4 frames. Leave it out." in " ".join(capsys.readouterr().err.split())
    assert cli.main(["sequence", *frames, *output, "--smoothing", "5"]) == 0
    assert json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))["smoothing"] == 5
