"""What guidance is worth: half of the points, or of the structures, guide, and the others measure.

    python Testing/benchmarks/guidance.py landmarks --preset fast
    python Testing/benchmarks/guidance.py structures --preset balanced

Reads ``../shared/data``; every run with one thread.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo import Guidance, PointPairs, Result, Settings, evaluate, register
from nodeo.evaluation.points import target_error

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LIVERS = ("liver_mr4d_s18", "liver_mr4d_s23")
IN_THE_LIVER = 32  # of the points, the first


def landmarks(settings: Settings) -> None:
    """The two livers without guidance, and guided by every second point."""
    for name in LIVERS:
        folder = DATA / "hard" / name
        fixed, moving = (sitk.ReadImage(str(folder / f"{which}.nii.gz")) for which in ("fixed", "moving"))
        here, there = (_points(folder / f"{which}_points.csv") for which in ("fixed", "moving"))
        guides = np.arange(len(here)) % 2 == 0
        liver = np.arange(len(here)) < IN_THE_LIVER
        groups = {"guiding": guides, "held back, liver": ~guides & liver, "held back, outside": ~guides & ~liver}
        guided = Guidance(PointPairs(here[guides], there[guides]), "guide")
        for kind, guidance in (("not guided", Guidance()), ("guided", guided)):
            start = time.perf_counter()
            result = register(fixed, moving, settings, guidance=guidance)
            after = target_error(result.transform, here, there)
            before = target_error(result.initial, here, there)
            errors = [
                f"{which}: {before[group].mean():.2f} -> {after[group].mean():.2f} mm, "
                f"95 % {np.percentile(after[group], 95):.2f}"
                for which, group in groups.items()
            ]
            print(f"{name}, {kind}: {'; '.join(errors)}; {_folds(result)}, {time.perf_counter() - start:.0f} s")
            if kind == "not guided":
                missed = there - np.array([result.transform.TransformPoint(point) for point in here.tolist()])
                bounds = [
                    f"{which}: {_foretold(here[guides], missed[guides], here[group], missed[group]):.2f} mm"
                    for which, group in groups.items()
                    if group is not guides
                ]
                print(f"{name}, what the errors at the guides foretell at best: {'; '.join(bounds)}")


def _foretold(known: np.ndarray, missed: np.ndarray, asked: np.ndarray, truth: np.ndarray) -> float:
    """Mean error left at ``asked`` [m, k] when what is missed at ``known`` [n, k] is carried on as well as can be.

    By a Gaussian process, of the width and with the noise that fit ``truth`` [m, k] best. No guidance knows these: what
    is left bounds what points can do far from where they lie.
    """

    def covariance(here: np.ndarray, there: np.ndarray, width: float) -> np.ndarray:
        return np.exp(-0.5 * np.square(here[:, None] - there[None]).sum(-1) / width**2)

    left = [np.linalg.norm(truth, axis=1).mean()]
    for width, noise in itertools.product((5, 10, 15, 20, 30, 50, 80), (0.1, 0.3, 1.0, 3.0, 10.0)):
        weights = np.linalg.solve(covariance(known, known, width) + noise * np.eye(len(known)), missed)
        left.append(np.linalg.norm(truth - covariance(asked, known, width) @ weights, axis=1).mean())
    return float(min(left))


def structures(settings: Settings) -> None:
    """The OASIS slices: every second structure guides, either half, and nothing does."""
    names = ("fixed", "moving", "fixed_labels", "moving_labels")
    fixed, moving, *maps = (sitk.ReadImage(str(DATA / "slices2d" / f"oasis_{name}.nii.gz")) for name in names)
    maps = [sitk.Cast(labels, sitk.sitkUInt16) for labels in maps]
    codes = list(evaluate(*maps).structures)
    for half in (codes[::2], codes[1::2]):
        held = [code for code in codes if code not in half]
        before = evaluate(*maps).dice
        guided = Guidance(fixed_labels=_only(maps[0], half), moving_labels=_only(maps[1], half))
        for kind, guidance in (("not guided", Guidance()), ("guided", guided)):
            result = register(fixed, moving, settings, guidance=guidance)
            after = evaluate(*maps, "all", result.transform).dice
            groups = {"guiding": half, "held back": held}
            scores = [f"{which}: {_mean(before, some)} -> {_mean(after, some)}" for which, some in groups.items()]
            print(f"oasis slices, {len(half)} structures, {kind}: {'; '.join(scores)}; {_folds(result)}")


def _mean(scores: dict[int, float], codes: list[int]) -> str:
    return f"{np.mean([scores[code] for code in codes]):.3f}"


def _points(path: Path) -> np.ndarray:
    with path.open(encoding="utf-8") as lines:
        return np.array([[float(x) for x in row] for row in list(csv.reader(lines))[1:]])


def _only(labels: sitk.Image, codes: list[int]) -> sitk.Image:
    values = sitk.GetArrayFromImage(labels)
    kept = sitk.GetImageFromArray(np.where(np.isin(values, codes), values, 0))
    kept.CopyInformation(labels)
    return kept


def _folds(result: Result) -> str:
    there, back = result.metrics["folding"]["voxels"], result.metrics["inverse_folding"]["voxels"]
    return f"folds {there} and {back}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("landmarks", "structures"))
    parser.add_argument("--preset", default="fast")
    options = parser.parse_args()
    settings = Settings.preset(options.preset).replace(threads=1)
    {"landmarks": landmarks, "structures": structures}[options.what](settings)


if __name__ == "__main__":
    main()
