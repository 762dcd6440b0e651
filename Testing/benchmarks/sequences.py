"""What a series gains from its time: ``nodeo sequence`` beside registering every frame by itself.

    python Testing/benchmarks/sequences.py liver
    python Testing/benchmarks/sequences.py heart --preset balanced
    python Testing/benchmarks/sequences.py mean --preset fast

``liver``: three states of breathing with the same 52 landmarks in each. ``mean``: the same, onto their mean, from
either end of the series. ``heart``: end-diastole to end-systole; the frames between are not measured but made,
end-diastole warped by parts of a flow that the preset fast has found between the two, so they say nothing about
accuracy, and only the last, which is measured, is scored. Reads ``../shared/data``; every run with one thread. Prints
tables; seconds are the processor's, of one thread, so that other programs beside it do not count.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo import Result, Settings, evaluate, register
from nodeo.evaluation.points import target_error
from nodeo.field.initial_transform import field_transform
from nodeo.field.point_inverse import moved
from nodeo.geometry.grid import Grid
from nodeo.geometry.resampling import resampled
from nodeo.sequence.reading import read_series
from nodeo.sequence.registration import MODES, SequenceRegistration, register_sequence
from nodeo.sequence.result import Frame
from nodeo.sequence.series import Series

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LIVER, HEART = DATA / "sequences" / "liver_mr4d_s23", DATA / "cardiac_p1"
IN_THE_LIVER = 32  # of the points, the first
_PARTS = (slice(None, IN_THE_LIVER), slice(IN_THE_LIVER, None))
BETWEEN = 4  # frames made between the two of the heart

Score = Callable[[sitk.Transform, sitk.Transform, int], str]


def liver(settings: Settings) -> None:
    """Target registration error in the liver and outside."""
    series = read_series([LIVER / "series.nii.gz"])
    points = [_points(LIVER / f"points_{number}.csv") for number in range(len(series))]

    def errors(transform: sitk.Transform, inverse: sitk.Transform, number: int) -> str:
        error = target_error(transform, points[0], points[number])
        return " / ".join(f"{error[part].mean():.2f}" for part in _PARTS)

    print("| liver | frame | error, mm: liver / outside | folds, both ways | processor, s |\n|---|---|---|---|---|")
    nothing = sitk.Transform()
    for number in range(1, len(series)):
        print(f"| before | {number} | {errors(nothing, nothing, number)} | | |")
    _compared(series, settings, errors, range(1, len(series)))


def mean(settings: Settings) -> None:
    """The liver onto its mean: whether landmarks meet there, and whether it lies in the middle."""
    series = read_series([LIVER / "series.nii.gz"])
    points = [_points(LIVER / f"points_{number}.csv") for number in range(len(series))]
    means = []
    for name, order in (("forwards", (0, 1, 2)), ("backwards", (2, 1, 0))):
        begun = time.process_time()
        result = register_sequence(Series.of([series.frame(number) for number in order]), settings, reference="mean")
        there = [moved(result.frames[at].inverse, points[number]) for at, number in enumerate(order)]
        apart = [np.linalg.norm(there[a] - there[b], axis=1) for a, b in ((0, 1), (0, 2), (1, 2))]
        grid = Grid.of(result.reference)
        ways = [sitk.GetArrayFromImage(grid.displacements(frame.transform)) for frame in result.frames]
        inside = sitk.GetArrayFromImage(result.reference) > 0.05 * sitk.GetArrayFromImage(result.reference).max()
        far = np.mean([np.linalg.norm(way, axis=-1)[inside].mean() for way in ways])
        left = np.linalg.norm(np.mean(ways, axis=0), axis=-1)[inside].mean()
        errors = " / ".join(f"{np.mean([e[part] for e in apart]):.2f}" for part in _PARTS)
        folds = sum(frame.metrics["folds"] + frame.metrics["folds_inverse"] for frame in result.frames)
        print(
            f"{name}: landmarks of two frames in the mean {errors} mm apart (liver / outside); "
            f"a frame {far:.2f} mm away, all together {left:.2f} mm; {folds} folds; "
            f"{time.process_time() - begun:.0f} s",
            flush=True,
        )
        means.append(sitk.GetArrayFromImage(result.reference))
    frames = [sitk.GetArrayFromImage(series.frame(number)).astype(float) for number in (0, 2)]
    differ = [np.abs(two - one).mean() for one, two in (means, frames)]
    print(f"the two means differ by {differ[0]:.2f}, frames 0 and 2 by {differ[1]:.2f} grey values")


def heart(settings: Settings) -> None:
    """Overlap of the labels of end-diastole, carried to end-systole, with those drawn there."""
    fixed, moving = (sitk.ReadImage(str(HEART / f"{name}.nii.gz")) for name in ("fixed", "moving"))
    labels, there = (sitk.ReadImage(str(HEART / f"{name}_labels.nii.gz")) for name in ("fixed", "moving"))
    series = Series.of([fixed, *_between(fixed, moving), moving])

    def overlap(transform: sitk.Transform, inverse: sitk.Transform, number: int) -> str:
        dice = evaluate(there, resampled(labels, there, inverse, labels=True)).dice
        parts = ", ".join(f"{dice[code]:.3f}" for code in sorted(dice))
        return f"{np.mean(list(dice.values())):.4f} ({parts})"

    print("| heart | frame | Dice at end-systole (each) | folds, both ways | processor, s |\n|---|---|---|---|---|")
    last, nothing = len(series) - 1, sitk.Transform()
    print(f"| before | {last} | {overlap(nothing, nothing, last)} | | |")
    _compared(series, settings, overlap, [last])


def _compared(series: Series, settings: Settings, score: Score, scored: range | list[int]) -> None:
    """Every mode, and every frame by itself; all frames count for the time, and some are scored."""
    for name in (*MODES, "each alone"):
        begun = before = time.process_time()
        for number, result in _each(series, settings, name):
            if number == 0:
                continue
            told = score(result.transform, result.inverse, number) if number in scored else ""
            now = time.process_time()
            print(f"| {name} | {number} | {told} | {_folds(result)} | {now - before:.0f} |", flush=True)
            before = now
        print(f"| {name} | all | | | {time.process_time() - begun:.0f} |", flush=True)


def _each(series: Series, settings: Settings, name: str) -> Iterator[tuple[int, Frame | Result]]:
    """The frames as they come, registered in a mode, or one by one."""
    if name in MODES:
        for frame in SequenceRegistration(series, settings, 0, mode=name).frames():
            yield frame.number, frame
        return
    for number in range(1, len(series)):
        yield number, register(series.frame(0), series.frame(number), settings)


def _folds(result: Frame | Result) -> str:
    metrics = result.metrics
    if isinstance(result, Frame):
        return f"{metrics['folds']}, {metrics['folds_inverse']}"
    return f"{metrics['folding']['voxels']}, {metrics['inverse_folding']['voxels']}"


def _between(fixed: sitk.Image, moving: sitk.Image) -> list[sitk.Image]:
    """Frames between two: the first warped by growing parts of the way back from the second."""
    back = register(fixed, moving, Settings.preset("fast").replace(threads=1)).inverse
    grid = Grid.of(moving)
    way = sitk.GetArrayFromImage(grid.displacements(back))
    parts = [(number + 1) / (BETWEEN + 1) for number in range(BETWEEN)]
    fields = [grid.stamp(sitk.GetImageFromArray(part * way, isVector=True)) for part in parts]
    return [resampled(fixed, moving, field_transform(field)) for field in fields]


def _points(path: Path) -> np.ndarray:
    with path.open(encoding="utf-8") as lines:
        return np.array([[float(x) for x in row] for row in list(csv.reader(lines))[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("liver", "mean", "heart"))
    parser.add_argument("--preset", default="balanced")
    options = parser.parse_args()
    settings = Settings.preset(options.preset).replace(threads=1)
    {"liver": liver, "mean": mean, "heart": heart}[options.what](settings)


if __name__ == "__main__":
    main()
