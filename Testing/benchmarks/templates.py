"""How good a template is: ``python Testing/benchmarks/templates.py [--sets slices hippocampus] [--output DIR]``.

*slices*: eight axial slices, two (3 mm above and below the middle of the thalami) of each of the four brains of
``oasis_pair`` and ``malf_1000_1001``. *hippocampus*: the three crops. Of each set

- the template, the same with other names in another order, and one that begins from one of the images;
- everybody registered anew onto the finished template;
- every image registered directly to every other, for the overlap of their labels: after the affine start, after that
  registration, and through the template.

All of it is done by ``nodeo template`` and ``nodeo cohort run``, which go on where they were stopped: so does this.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from machine import describe, in_words
from nodeo.evaluation.labels import evaluate
from nodeo.evaluation.tables import aligned
from nodeo.files.reading import read_image, read_transform
from nodeo.geometry.grid import Grid
from nodeo.template.measures import content
from nodeo.template.shape import MeanShape
from pairs import ROOT, SHARED

_SLICES_APART, _SMALLEST = 3, 25  # mm from the middle of the thalami; pixels of a structure that counts
_THALAMI = (10, 49)

Maps = Sequence[tuple[sitk.Transform, sitk.Transform]]  # φ and φ⁻¹ of each subject


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    options.add_argument("--preset", default="balanced")
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--output", type=Path, default=ROOT / "build" / "bench" / "templates")
    asked = options.parse_args()
    found = {}
    for name in asked.sets:
        folder = asked.output / name
        if not (folder / "images").is_dir():
            SETS[name](folder / "images")
        found[name] = measured(folder, asked.preset, asked.rounds)
        (folder / "found.json").write_text(json.dumps(found[name], indent=1) + "\n", encoding="utf-8")
    print(in_words(describe(ROOT)))
    for name, numbers in found.items():
        print(f"\n{name}\n{numbers.pop('rounds')}")
        print(aligned([[key.replace("_", " "), f"{value:.3f}"] for key, value in numbers.items()]))


# --- the images -------------------------------------------------------------------------------------------------------


def slices(folder: Path) -> None:
    """Two slices of each brain, with the structures that can be seen in them."""
    _fresh(folder)
    for pair in ("oasis_pair", "malf_1000_1001"):
        for role in ("fixed", "moving"):
            image, labels = (
                sitk.DICOMOrient(sitk.ReadImage(str(SHARED / pair / f"{role}{what}.nii.gz")), "LPS")
                for what in ("", "_labels")
            )
            area = np.isin(sitk.GetArrayViewFromImage(labels), _THALAMI).sum((1, 2))
            middle = round(float(np.average(np.arange(len(area)), weights=area)))
            for where, index in (("above", middle + _SLICES_APART), ("below", middle - _SLICES_APART)):
                _write(folder, f"{pair.split('_')[0]}_{role}_{where}", image[:, :, index], labels[:, :, index])


def hippocampus(folder: Path) -> None:
    """The three crops."""
    _fresh(folder)
    for name in ("001", "003", "004"):
        image, labels = (
            sitk.ReadImage(str(SHARED / "hippocampus" / f"{name}{what}.nii.gz")) for what in ("", "_labels")
        )
        _write(folder, f"h{name}", image, labels)


SETS: dict[str, Callable[[Path], None]] = {"slices": slices, "hippocampus": hippocampus}


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder.parent / "images").mkdir(parents=True)


def _write(folder: Path, name: str, image: sitk.Image, labels: sitk.Image) -> None:
    codes = sitk.GetArrayFromImage(labels).astype(np.uint16)
    small = [code for code, count in zip(*np.unique(codes, return_counts=True), strict=True) if count < _SMALLEST]
    codes[np.isin(codes, small)] = 0
    kept = sitk.GetImageFromArray(codes)
    kept.CopyInformation(labels)
    sitk.WriteImage(sitk.Cast(image, sitk.sitkFloat32), str(folder / f"{name}.nii.gz"))
    sitk.WriteImage(kept, str(folder / f"{name}_labels.nii.gz"))


# --- what is measured -------------------------------------------------------------------------------------------------


def measured(folder: Path, preset: str, rounds: int) -> dict[str, Any]:
    """All numbers of a set, and the table of its rounds."""
    images = sorted(path for path in (folder / "images").glob("*.nii.gz") if "_labels" not in path.name)
    names = [path.name.removesuffix(".nii.gz") for path in images]
    made = _template(folder / "template", _table(folder / "subjects.csv", images, names), preset, rounds)
    others = [f"{'zyxwvuts'[number]}_{name}" for number, name in enumerate(names)]
    again = _template(folder / "renamed", _table(folder / "renamed.csv", images[::-1], others[::-1]), preset, rounds)
    begun = _template(
        folder / "begun", _table(folder / "subjects.csv", images, names), preset, rounds, "--initial", str(images[0])
    )
    anew = _cohort(
        folder / "anew",
        [{"name": name, "moving": str(image)} for name, image in zip(names, images, strict=True)],
        preset,
        "--fixed",
        str(made / "template.nii.gz"),
    )
    direct = _cohort(folder / "direct", _everyone(images, names), preset)
    with (direct / "cohort.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    maps, other_maps, begun_maps = (
        _maps(place, keys) for place, keys in ((made, names), (again, others), (begun, names))
    )
    template = read_image(made / "template.nii.gz", "template")
    told = json.loads((made / "metrics.json").read_text())["rounds"]
    seconds = sum(one["seconds"] for one in told)
    return {
        "rounds": (made / "rounds.csv").read_text(),
        "dice_affine": float(np.mean([float(row["dice_before"]) for row in rows])),
        "dice_through_the_template": _through(images, maps),
        "dice_direct": float(np.mean([float(row["dice_after"]) for row in rows])),
        "mean_displacement_handed_out_voxels": told[-1]["mean_displacement_voxels"],
        "mean_displacement_registered_anew_voxels": _mean_displacement(template, [
            read_transform(anew / name / "transform.h5") for name in names
        ]),
        "other_names_and_order_voxels": _apart(template, maps, other_maps),
        "begun_from_an_image_voxels": _apart_without_pose(template, maps, begun_maps),
        "seconds": seconds,
    }  # fmt: skip


def _table(path: Path, images: Sequence[Path], names: Sequence[str]) -> Path:
    lines = ["name,moving", *(f"{name},{image.absolute()}" for name, image in zip(names, images, strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _template(output: Path, table: Path, preset: str, rounds: int, *more: str) -> Path:
    _nodeo("template", str(table), "--output", str(output), "--rounds", str(rounds), "--preset", preset, *more)
    return output


def _everyone(images: Sequence[Path], names: Sequence[str]) -> list[dict[str, str]]:
    """Every image onto every other, with the labels of both."""
    return [
        {
            "name": f"{names[j]}_on_{names[i]}",
            "fixed": str(images[i]),
            "moving": str(images[j]),
            "fixed_labels": str(_labels(images[i])),
            "moving_labels": str(_labels(images[j])),
        }
        for i, j in permutations(range(len(images)), 2)
    ]


def _labels(image: Path) -> Path:
    return image.with_name(image.name.replace(".nii.gz", "_labels.nii.gz"))


def _cohort(output: Path, rows: list[dict[str, str]], preset: str, *more: str) -> Path:
    table = output.with_suffix(".csv")
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    _nodeo("cohort", "run", str(table), "--output", str(output), "--initial", "affine", "--preset", preset, *more)
    return output


def _nodeo(*arguments: str) -> None:
    """A command of nodeo, in a process of its own, one thread, one after the other."""
    options = ("--workers", "0", "--threads", "1", "--progress", "none")
    subprocess.run([sys.executable, "-m", "nodeo", *arguments, *options], check=True, stdout=subprocess.DEVNULL)


def _maps(made: Path, names: Sequence[str]) -> Maps:
    folders = [made / "subjects" / name for name in names]
    return [(read_transform(folder / "transform.h5"), read_transform(folder / "inverse.h5")) for folder in folders]


def _through(images: Sequence[Path], maps: Maps) -> float:
    """Mean Dice of every image's labels on every other's, carried to the template and from there."""
    labels = [sitk.ReadImage(str(_labels(image))) for image in images]
    scores = [
        evaluate(labels[i], labels[j], "all", sitk.CompositeTransform([maps[j][0], maps[i][1]])).mean_dice
        for i, j in permutations(range(len(images)), 2)
    ]
    return float(np.mean(scores))


def _mean_displacement(template: sitk.Image, transforms: Sequence[sitk.Transform]) -> float:
    mean = MeanShape(Grid.of(template))
    for transform in transforms:
        mean.add(transform)
    return _mean_length(mean.displacement().numpy(), template)


def _mean_length(displacement: np.ndarray, template: sitk.Image) -> float:
    """Of a displacement [k, D, H, W] in mm, within the template's content, voxels of its smallest spacing."""
    return float(np.sqrt((displacement**2).sum(0))[content(template)].mean() / min(Grid.of(template).step))


def _apart(template: sitk.Image, maps: Maps, others: Maps) -> float:
    """How far apart two templates' maps take the same point to a subject, mean over subjects and content, voxels."""
    grid = Grid.of(template)
    lengths = [
        _mean_length(grid.local_vectors(grid.displacements(one) - grid.displacements(other)).numpy(), template)
        for (one, _), (other, _) in zip(maps, others, strict=True)
    ]
    return float(np.mean(lengths))


def _apart_without_pose(template: sitk.Image, maps: Maps, others: Maps) -> float:
    """How far two templates' shapes are apart where one lies on the other, mean over the content, voxels.

    A point goes to each subject by one template's map and from there to the other template; the mean of where it
    arrives, less the best rigid map (Kabsch 1976).
    """
    grid, inside = Grid.of(template), content(template)
    there = [grid.displacements(sitk.CompositeTransform([back, forth])) for (forth, _), (_, back) in
             zip(maps, others, strict=True)]  # fmt: skip
    moved = np.mean([sitk.GetArrayFromImage(field) for field in there], 0).reshape(*grid.shape, grid.ndim)[inside]
    index = np.argwhere(inside.reshape(grid.size[::-1]))[:, ::-1]
    start = grid.world(index)
    end = start + moved
    from_middle, to_middle = start - start.mean(0), end - end.mean(0)
    left, _, right = np.linalg.svd(to_middle.T @ from_middle)
    signs = np.diag([*[1.0] * (grid.ndim - 1), np.linalg.det(left @ right)])
    away = to_middle - from_middle @ (left @ signs @ right).T
    return float(np.linalg.norm(away, axis=1).mean() / min(grid.step))


if __name__ == "__main__":
    main()
