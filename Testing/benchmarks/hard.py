"""The pairs of every other kind: large motion, sliding organs, other modalities, far starts; this engine on each.

    python Testing/benchmarks/hard.py
    python Testing/benchmarks/hard.py --pairs liver_mr4d_s18 lung_ct_breath --preset fast --set start=none

Every pair lies in ``../shared/data/hard``, with landmarks, labels or both, and is registered from where its files lie.
Prints a line a pair: error at the landmarks (mean and median, mm) and mean Dice, before and after, the folds of both
directions, what was chosen, and the seconds. ``--json`` keeps all of it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from nodeo import Settings, register
from nodeo.errors import InputError
from nodeo.evaluation.labels import evaluate
from nodeo.evaluation.points import target_error
from nodeo.files.reading import read_image
from pairs import SHARED

FOLDER = SHARED / "hard"
OWN = {"initial": "auto", "similarity": "auto"}  # what is not left to the presets
IN_PLACE = {"liver": {"initial": "identity"}}  # states of one person: an affine would only follow what slides


def main() -> int:
    """Register what was asked for; exit code 1 if a map folds, 2 if the data are not here."""
    options = _options()
    names = options.pairs or sorted(file.parent.name for file in FOLDER.glob("*/fixed.nii.gz"))
    if not names or not all((FOLDER / name / "fixed.nii.gz").is_file() for name in names):
        print(f"There is no such pair in {FOLDER.name}.", file=sys.stderr)
        return 2
    results = []
    for name in names:
        try:
            results.append(registered(FOLDER / name, options.preset, options.set))
        except InputError as error:
            results.append({"pair": name, "failure": error.message})
        print(_line(results[-1]), flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return int(any(sum(result.get("folds", ())) for result in results))


def registered(folder: Path, preset: str, assignments: list[str]) -> dict[str, Any]:
    """One pair: scores before and after, folds forward and inverse, and what was chosen."""
    fixed, moving = (read_image(folder / f"{role}.nii.gz", role) for role in ("fixed", "moving"))
    own = next((choice for start, choice in IN_PLACE.items() if folder.name.startswith(start)), {})
    settings = Settings.preset(preset).replace(**{**OWN, **own}).assign(*assignments)
    result = register(fixed, moving, settings)
    metrics = result.metrics
    return {
        "pair": folder.name,
        "before": scores(folder, sitk.Transform(fixed.GetDimension(), sitk.sitkIdentity)),
        "initial": scores(folder, result.initial),
        "after": scores(folder, result.transform),
        "folds": [metrics["folding"]["voxels"], metrics["inverse_folding"]["voxels"]],
        "similarity": metrics["similarity"]["name"],
        "start": metrics["start"],
        "notes": metrics["fallbacks"],
        "seconds": metrics["seconds"],
    }


def scores(folder: Path, transform: sitk.Transform) -> dict[str, float]:
    """Error at each set of landmarks, mean and median, mm, and the mean Dice, as far as there are any."""
    found = {}
    sets = sorted(folder.glob("fixed_points_*.csv")) or sorted(folder.glob("fixed_points.csv"))
    for fixed in sets:
        moving = fixed.with_name(fixed.name.replace("fixed", "moving"))
        points = [np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2) for path in (fixed, moving)]
        errors = target_error(transform, *(array[:, : transform.GetDimension()] for array in points))
        title = fixed.stem.removeprefix("fixed_points").strip("_") or "points"
        found[title], found[f"{title}, median"] = float(errors.mean()), float(np.median(errors))
    labels = [folder / f"{role}_labels.nii.gz" for role in ("fixed", "moving")]
    if all(path.is_file() for path in labels):
        images = [read_image(path, "labels") for path in labels]
        dice = [structure["dice"] for structure in evaluate(*images, "all", transform).as_dict()["structures"].values()]
        found["Dice"] = float(np.mean([value for value in dice if value is not None]))
    return found


def _line(result: dict[str, Any]) -> str:
    if "failure" in result:
        return f"{result['pair']:28s} {result['failure']}"
    told = []
    for title in result["after"]:
        stages = " → ".join(f"{result[when][title]:.3g}" for when in ("before", "initial", "after"))
        told.append(f"{title} {stages}")
    motion = "large motion" if result["start"]["searched"] else "at rest"
    folds = "/".join(map(str, result["folds"]))
    end = f"folds {folds}, {result['similarity']}, {motion}, {result['seconds']['total']:.0f} s"
    return f"{result['pair']:28s} {'; '.join(told)}; {end}" + "".join(f"\n    {note}" for note in result["notes"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--pairs", nargs="+", metavar="PAIR", help="folders of ../shared/data/hard (default: all)")
    add("--preset", default="balanced", help="default: balanced")
    add("--set", nargs="+", default=[], metavar="KEY=VALUE", help="settings, over those of the preset")
    add("--json", type=Path, metavar="FILE", help="write everything there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
