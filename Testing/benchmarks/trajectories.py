"""One flow through a series: how near it comes to a known answer, between its frames too, and the memory it takes.

    python Testing/benchmarks/trajectories.py phantom
    python Testing/benchmarks/trajectories.py smoothing
    python Testing/benchmarks/trajectories.py memory

``phantom``: twelve frames of a textured ball with noise that is squeezed and turned, every point on a closed path: all
of them, every other one with the rest held out, and each registered by itself. ``smoothing``: the same in the plane
with little and with much noise: the mode frames without and with parabolas of time, and how restless its error is: the
mean length of its second difference from frame to frame. ``memory``: what ``nodeo sequence`` has taken at most for
series of growing length, with two iterations a level. Every run with one thread, on the CPU. The liver:
``sequences.py``.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from beating_phantom import beating_ball
from nodeo import Settings, register
from nodeo.progress import Reporter
from nodeo.sequence.registration import register_sequence
from nodeo.sequence.series import Series
from nodeo.sequence.trajectory.trajectory import fit_trajectory

SETTINGS = Settings.preset("balanced").replace(device="cpu", threads=1)
SIZES = ((128, 128, 20, 5), (128, 128, 20, 9), (128, 128, 20, 17))  # the last: frames


def phantom() -> None:
    """Errors in the ball at frames that were seen and at those that were not, voxels."""
    print("| size | fit | error at frames, mean / worst | between them | closure, mean / 99 % | folds | s |")
    print("|---|---|---|---|---|---|---|")
    for size, far in (((96, 96), 3.0), ((40, 40, 32), 2.0)):
        ball = beating_ball(size, far=far, blobs=250 if len(size) == 2 else 500)
        for name, every, cyclic in (("cyclic", 1, True), ("cyclic", 2, True), ("open", 2, False)):
            seen = list(range(0, 12, every))
            report = Reporter(None)
            series = Series.of([ball.frames[number] for number in seen], seen)
            found = fit_trajectory(series, SETTINGS, cyclic=cyclic, report=report)
            errors = {n: ball.error(found.transform(n), n) for n in range(1, 12 if cyclic else seen[-1])}
            at, between = ([e for n, e in errors.items() if (n in seen) is known] for known in (True, False))
            closure = found.metrics().get("closure_mm")
            closed = f"{closure['mean']:.3f} / {closure['p99']:.3f}" if closure else "–"
            held = f"{np.mean(between):.2f} / {max(between):.2f}" if between else "–"
            print(
                f"| {'×'.join(map(str, size))} | {name}, {len(seen)} frames | {np.mean(at):.2f} / {max(at):.2f} | "
                f"{held} | {closed} | {found.certificate.rounds} rounds | {sum(report.seconds.values()):.0f} |",
                flush=True,
            )
        alone = [register(ball.frames[0], ball.frames[n], SETTINGS) for n in range(1, 12)]
        errors = [ball.error(each.transform, n) for n, each in enumerate(alone, start=1)]
        seconds = sum(each.metrics["seconds"]["total"] for each in alone)
        told = f"{np.mean(errors):.2f} / {max(errors):.2f} | – | – | none | {seconds:.0f}"
        print(f"| {'×'.join(map(str, size))} | each alone | {told} |", flush=True)


def smoothing() -> None:
    """What parabolas of time take from the error of frames that were registered by themselves."""
    print("| noise | fit | error, mean / worst | restlessness | folds | s |\n|---|---|---|---|---|---|")
    for noise in (10.0, 40.0):
        ball = beating_ball((96, 96), far=3.0, noise=noise, blobs=250)
        truth = np.array([ball.beat(ball.inside, time) for time in range(len(ball.frames))])
        for name, options in {
            "frames": {},
            "frames, smoothing 5": {"smoothing": 5},
            "frames, smoothing 7": {"smoothing": 7},
            "trajectory": {"mode": "trajectory"},
        }.items():
            result = register_sequence(Series.of(ball.frames), SETTINGS, cyclic=True, **options)
            found = [[frame.transform.TransformPoint(p) for p in ball.inside.tolist()] for frame in result.frames]
            apart = np.array(found) - truth
            errors = np.linalg.norm(apart, axis=-1).mean(1)[1:]
            restless = np.linalg.norm(np.diff(apart, 2, axis=0), axis=-1).mean()
            folds = sum(frame.metrics["folds"] + frame.metrics["folds_inverse"] for frame in result.frames)
            seconds = result.metrics["seconds"]["total"]
            told = f"{errors.mean():.2f} / {errors.max():.2f} | {restless:.2f} | {folds} | {seconds:.0f}"
            print(f"| {noise:g} | {name} | {told} |", flush=True)


def memory() -> None:
    """Peak memory of a process by size and number of frames."""
    for size in SIZES:
        subprocess.run([sys.executable, __file__, "one", *map(str, size)], check=True)


def one(width: int, height: int, depth: int, count: int) -> None:
    """One of them, by the command: the frames are noise, which costs as much as anything else."""
    import SimpleITK as sitk

    frames = []
    for number in range(count):
        random = np.random.default_rng(number)
        image = sitk.GetImageFromArray(random.integers(0, 1000, (depth, height, width)).astype(np.int16))
        image.SetSpacing((1.5, 1.5, 6.0))
        frames.append(sitk.Cast(sitk.SmoothingRecursiveGaussian(image, 3.0), sitk.sitkInt16))
    with tempfile.TemporaryDirectory() as folder:
        series, out = Path(folder) / "series.nii.gz", Path(folder) / "out"
        sitk.WriteImage(sitk.JoinSeries(frames), str(series))
        options = ["--mode", "trajectory", "--set", "iterations=2", "--device", "cpu", "--threads", "1"]
        command = [sys.executable, "-m", "nodeo", "sequence", str(series), "--output", str(out), *options]
        subprocess.run([*command, "--progress", "none"], check=True, stdout=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    print(f"{width}×{height}×{depth}, {count} frames: {peak:.0f} MB at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("phantom", "smoothing", "memory", "one"))
    parser.add_argument("numbers", type=int, nargs="*")
    options = parser.parse_args()
    {"phantom": phantom, "smoothing": smoothing, "memory": memory, "one": one}[options.what](*options.numbers)


if __name__ == "__main__":
    main()
