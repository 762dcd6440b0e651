"""How far from each other two images may lie for the initial transform to be found.

    python Testing/benchmarks/capture.py
    python Testing/benchmarks/capture.py --initial auto --cases 20 --json build/capture.json
    python Testing/benchmarks/capture.py --fixed fixed.nii.gz --moving moving.nii.gz --voxel 3

The moving image's header is turned, shifted and scaled in 60 ways; nothing is resampled. The start that is found then
must be the one for the pair as it lies, followed by that motion: it counts as recovered if it takes the content of the
fixed image, in the mean, to within 2 mm of there, told in the space of the image as it was. A start that is not
recovered has to be called lost. Exit code 1 if more are missed than ``--allowed``, or one is not called lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo import Settings
from nodeo.engine import devices, inputs, preparation
from nodeo.field.initial_transform import InitialTransform
from nodeo.geometry.grid import Grid
from nodeo.start.alignment import initial_transform
from nodeo.start.bearings import looks_lost
from pairs import SAMPLE
from prepared import read_both

RECOVERED = 2.0  # mm
AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1), "oblique": (1, 1, 1), "askew": (1, -2, 0.5)}


@dataclass(frozen=True)
class Motion:
    """What the moving image's header is changed by, about the middle of the image.

    Attributes:
        name: for people.
        axis, degrees: of the turn.
        shift: mm.
        scale: of all lengths.
    """

    name: str
    axis: str = "x"
    degrees: float = 0.0
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0

    def transform(self, image: sitk.Image) -> sitk.Similarity3DTransform:
        """World -> world, for an image as it lies."""
        transform = sitk.Similarity3DTransform()
        transform.SetCenter(image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()]))
        transform.SetRotation([float(x) for x in AXES[self.axis]], float(np.deg2rad(self.degrees)))
        transform.SetScale(self.scale)
        transform.SetTranslation(self.shift)
        return transform

    def moved(self, image: sitk.Image) -> sitk.Image:
        """The same pixels under the changed header."""
        transform = self.transform(image)
        moved = sitk.Image(image)
        turn = np.reshape(transform.GetMatrix(), (3, 3)) / self.scale
        moved.SetOrigin(transform.TransformPoint(image.GetOrigin()))
        moved.SetSpacing([self.scale * h for h in image.GetSpacing()])
        moved.SetDirection((turn @ np.reshape(image.GetDirection(), (3, 3))).ravel().tolist())
        return moved


def motions() -> list[Motion]:
    """The 60 cases."""
    return [*_turns(), *_shifts(), *_scales(), *_combinations()]


def _turns() -> Iterator[Motion]:
    """24: every axis, up to upside down."""
    for axis in AXES:
        for degrees in (45, 90, 135, 180):
            yield Motion(f"turned {degrees} about {axis}", axis, degrees)
    for axis in ("x", "y", "z", "oblique"):
        yield Motion(f"turned 20 about {axis}", axis, 20)


def _shifts() -> Iterator[Motion]:
    """8: up to 200 mm, where the images no longer meet."""
    for axis, along in (
        ("x", np.eye(3)[0]),
        ("y", np.eye(3)[1]),
        ("z", np.eye(3)[2]),
        ("oblique", np.ones(3) / 3**0.5),
    ):
        for length in (60.0, 200.0):
            yield Motion(f"shifted {length:.0f} along {axis}", shift=tuple((length * along).tolist()))


def _scales() -> Iterator[Motion]:
    """8."""
    for scale in (0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.35, 1.5):
        yield Motion(f"scaled by {scale}", scale=scale)


def _combinations() -> Iterator[Motion]:
    """20: turned, shifted and scaled."""
    random = np.random.default_rng(14)
    for number in range(20):
        axis = list(AXES)[number % len(AXES)]
        degrees = (30, 60, 100, 140, 180)[(number // 4 + number) % 5]
        along = random.normal(size=3)
        shift = along / np.linalg.norm(along) * random.uniform(20.0, 200.0)
        scale = (0.6, 0.75, 1.0, 1.25, 1.5)[(3 * number) % 5]
        name = f"turned {degrees} about {axis}, shifted {np.linalg.norm(shift):.0f}, scaled by {scale}"
        yield Motion(name, axis, degrees, tuple(shift.tolist()), scale)


@dataclass(frozen=True)
class Outcome:
    """What came of one case.

    Attributes:
        name: of the motion.
        error: mm, in the space of the moving image as it was.
        called_lost: whether the start that was found is said to be lost.
        seconds: wall and processor time of the search.
    """

    name: str
    error: float
    called_lost: bool
    seconds: tuple[float, float]

    @property
    def recovered(self) -> bool:
        """Whether the start was found."""
        return self.error <= RECOVERED


class Subject:
    """A pair, and the start that is found for it as it lies.

    Args:
        voxel: mm, to which both images are thinned first; 0: as they are.
    """

    def __init__(self, fixed: sitk.Image, moving: sitk.Image, initial: str, voxel: float, threads: int) -> None:
        self.fixed, self.moving = (_thinned(image, voxel) for image in (fixed, moving))
        self.initial, self.threads = initial, threads
        self.plain, _, _ = self._start(self.moving, "affine")
        scan = preparation.prepare(self.fixed, self.moving, None, None, Settings())[0]
        inside = np.argwhere(scan.values.numpy() > 0.05)[:, ::-1]
        some = inside[:: max(1, len(inside) // 2000)]
        self.points = Grid.of(self.fixed).world(some)

    def _start(self, moving: sitk.Image, how: str) -> tuple[sitk.Transform, bool, tuple[float, float]]:
        """The start for the fixed image and another, whether it is called lost, and wall and processor time."""
        scans = preparation.prepare(self.fixed, moving, None, None, Settings())
        with devices.threads(self.threads):
            wall, processor = time.perf_counter(), time.process_time()
            start = initial_transform(*scans, how, lambda: None).transform
            seconds = time.perf_counter() - wall, time.process_time() - processor
            lost = looks_lost(*scans, InitialTransform(start, scans[0].grid))
        return start, lost, seconds

    def tried(self, motion: Motion) -> Outcome:
        """What is found after a motion."""
        start, lost, seconds = self._start(motion.moved(self.moving), self.initial)
        back = motion.transform(self.moving).GetInverse()
        apart = [
            np.subtract(back.TransformPoint(start.TransformPoint(x)), self.plain.TransformPoint(x))
            for x in self.points.tolist()
        ]
        return Outcome(motion.name, float(np.linalg.norm(apart, axis=1).mean()), lost, seconds)


def _thinned(image: sitk.Image, voxel: float) -> sitk.Image:
    """``image`` as float32 with voxels of so many mm, smoothed accordingly."""
    image = sitk.Cast(inputs.without_time(image), sitk.sitkFloat32)
    if not voxel:
        return image
    size = [max(8, round(n * h / voxel)) for n, h in zip(image.GetSize(), image.GetSpacing(), strict=True)]
    smooth = sitk.SmoothingRecursiveGaussian(image, 0.4 * voxel)
    origin = image.TransformContinuousIndexToPhysicalPoint([0.5 * (voxel / h - 1.0) for h in image.GetSpacing()])
    return sitk.Resample(smooth, size, sitk.Transform(), sitk.sitkLinear, origin, [voxel] * 3, image.GetDirection())


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all cases; exit code 1 if too many are missed, or one is missed unsaid."""
    options = _options(arguments)
    pair = read_both(options.fixed, options.moving)
    subject = Subject(*pair, options.initial, options.voxel, options.threads)
    cases = motions()
    if options.cases:
        cases = cases[:: max(1, len(cases) // options.cases)]
    outcomes = []
    for motion in cases:
        outcomes.append(subject.tried(motion))
        print(_line(outcomes[-1]), flush=True)
    missed = [outcome for outcome in outcomes if not outcome.recovered]
    unsaid = [outcome.name for outcome in missed if not outcome.called_lost]
    slandered = [outcome.name for outcome in outcomes if outcome.recovered and outcome.called_lost]
    wall, processor = np.array([outcome.seconds for outcome in outcomes]).T
    print(f"recovered: {len(outcomes) - len(missed)} of {len(outcomes)}, within {RECOVERED:g} mm")
    print(f"missed and not called lost: {len(unsaid)}{''.join(f'; {name}' for name in unsaid)}")
    print(f"recovered and called lost: {len(slandered)}{''.join(f'; {name}' for name in slandered)}")
    print(f"a search, s: {np.median(wall):.2f} (most {wall.max():.2f}), processor {np.median(processor):.2f}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(
            json.dumps([asdict(outcome) for outcome in outcomes], indent=2) + "\n", encoding="utf-8"
        )
    return int(len(missed) > options.allowed or bool(unsaid))


def _line(outcome: Outcome) -> str:
    verdict = "recovered" if outcome.recovered else "called lost" if outcome.called_lost else "MISSED, UNSAID"
    return f"{outcome.name:62} {outcome.error:8.2f} mm  {outcome.seconds[0]:5.2f} s  {verdict}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--fixed", type=Path, default=SAMPLE / "fixed.nrrd", help="default: the sample pair's")
    add("--moving", type=Path, default=SAMPLE / "moving.nrrd", help="default: the sample pair's")
    add("--voxel", type=float, default=0.0, help="mm, to which both images are thinned first; default: as they are")
    add("--initial", default="affine", help="how the start is looked for: affine (default), similarity, auto …")
    add("--cases", type=int, default=0, help="about so many of the 60; default: all")
    add("--allowed", type=int, default=4, help="cases that may be missed; default: 4")
    add("--threads", type=int, default=1, help="default: 1, as in a registration")
    add("--json", type=Path, help="write the outcomes there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
