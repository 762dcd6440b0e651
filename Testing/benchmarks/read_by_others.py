"""Whether other programs read our transforms as SimpleITK does: ANTs and greedy, on files that are registered here.

    python Testing/benchmarks/read_by_others.py --output build/read_by_others

The sample pair with an affine start; the same, its world turned; and a pair of slices, where ``../shared/data`` is.
Each transform is written as ``register`` and ``convert`` write it, read by the peers' Python (`make bench-setup`), and
compared with what SimpleITK makes of ``transform.h5``: the resampled image, and where each voxel is taken from.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo.app.cli import main as nodeo
from nodeo.files.reading import read_transform
from pairs import ROOT

sys.path.insert(0, str(ROOT / "Testing" / "helpers"))
from phantoms import mapped, turned, world_points

SAMPLE = ROOT / "Resources" / "SampleData"
SLICES = ROOT.parent / "shared" / "data" / "slices2d"
READER = Path(__file__).resolve().parent / "peers" / "apply_transforms.py"
PROGRAMS = ("ANTs", "greedy")
AXES = "xyz"
REACH = 60.0  # mm that the coordinates' images go beyond the fixed image, so that no point is outside them
POINTS = 200


@dataclass(frozen=True)
class Reading:
    """What a program made of a transform.

    Attributes:
        failure: why it made nothing of it; empty if it did.
        image: mean |difference| of the resampled image from SimpleITK's, of its range, and the largest.
        place: mean distance between where voxels are taken from, mm, and the largest.
        points: largest distance between points carried along, mm; NaN for a program that carries none.
    """

    failure: str = ""
    image: tuple[float, float] = (np.nan, np.nan)
    place: tuple[float, float] = (np.nan, np.nan)
    points: float = np.nan


def pairs() -> dict[str, tuple[sitk.Image, sitk.Image]]:
    """{title: fixed and moving image} of the pairs that are here."""
    straight = tuple(sitk.ReadImage(str(SAMPLE / f"{role}.nrrd"), sitk.sitkFloat32) for role in ("fixed", "moving"))
    rotation = sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5)
    found = {"sample pair": straight, "sample pair, turned": tuple(turned(image, rotation) for image in straight)}
    if SLICES.is_dir():
        files = [SLICES / f"oasis_{role}.nii.gz" for role in ("fixed", "moving")]
        found["OASIS slices, 2-D"] = tuple(sitk.ReadImage(str(path), sitk.sitkFloat32)[:, :, 0] for path in files)
    return found


def prepare(fixed: sitk.Image, moving: sitk.Image, folder: Path) -> None:
    """Register, and write everything that the programs are to read."""
    folder.mkdir(parents=True)
    for name, image in (("fixed", fixed), ("image", moving), *coordinates(fixed)):
        sitk.WriteImage(image, str(folder / f"{name}.nii.gz"))
    run = folder / "run"
    files = [str(folder / f"{name}.nii.gz") for name in ("fixed", "image")]
    _do(["register", *files, "--preset", "fast", "--initial", "affine", "--threads", "1", "--output", str(run)])
    (run / "transform.h5").rename(folder / "transform.h5")
    convert = ["convert", str(folder / "transform.h5"), "--reference", files[0], "--output"]
    _do([*convert, str(folder / "warp.nii.gz")])
    for kind in (".mat", ".txt"):
        _do([*convert, str(folder / "rest.nii.gz"), "--affine", str(folder / f"affine{kind}")])
    with (folder / "points.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(AXES[: fixed.GetDimension()])
        table.writerows(drawn_points(fixed).tolist())


def coordinates(fixed: sitk.Image) -> list[tuple[str, sitk.Image]]:
    """(axis, image whose voxels are their world coordinate along it), a few voxels that reach beyond ``fixed``.

    Linear interpolation of them is exact: resampled, they tell where each voxel of the result was taken from.
    """
    corners = world_points(fixed).reshape(-1, fixed.GetDimension())
    low, high = corners.min(0) - REACH, corners.max(0) + REACH
    images = []
    for axis in range(fixed.GetDimension()):
        image = sitk.Image([9] * fixed.GetDimension(), sitk.sitkFloat64)
        image.SetOrigin(low.tolist())
        image.SetSpacing(((high - low) / 8.0).tolist())
        values = world_points(image)[..., axis]
        filled = sitk.GetImageFromArray(np.ascontiguousarray(values).astype(np.float64))
        filled.CopyInformation(image)
        images.append((AXES[axis], filled))
    return images


def drawn_points(fixed: sitk.Image) -> np.ndarray:
    """World points [n, ndim] between the voxels of the middle of ``fixed``."""
    size = np.array(fixed.GetSize())
    indices = np.random.default_rng(0).uniform(0.15, 0.85, (POINTS, len(size))) * (size - 1)
    return np.array([fixed.TransformContinuousIndexToPhysicalPoint(index.tolist()) for index in indices])


def compare(folder: Path) -> dict[tuple[str, str], Reading]:
    """{(program, form): what it made of it}, once the programs have read the folder."""
    read = json.loads((folder / "read.json").read_text())
    fixed, image = (sitk.ReadImage(str(folder / f"{name}.nii.gz")) for name in ("fixed", "image"))
    transform = read_transform(folder / "transform.h5")
    warped = sitk.GetArrayFromImage(sitk.Resample(image, fixed, transform, sitk.sitkLinear, 0.0))
    places = mapped(transform, fixed)
    there = np.array([transform.TransformPoint(point) for point in drawn_points(fixed).tolist()])
    span = float(np.ptp(sitk.GetArrayViewFromImage(image)))
    found = {}
    for program in PROGRAMS:
        for number, form in enumerate(read["forms"]):
            stem = f"{program}-{number}"
            if stem in read["failures"]:
                found[program, form] = Reading(read["failures"][stem])
                continue
            off = np.abs(_array(folder / f"{stem}-image.nii.gz") - warped) / span
            said = np.stack([_array(folder / f"{stem}-{axis}.nii.gz") for axis in AXES[: fixed.GetDimension()]], -1)
            apart = np.linalg.norm(said - places, axis=-1)
            points = np.nan
            if (folder / f"{stem}-points.csv").is_file():
                carried = np.loadtxt(folder / f"{stem}-points.csv", delimiter=",", skiprows=1, ndmin=2)
                points = np.linalg.norm(carried[:, : there.shape[1]] - there, axis=1).max()
            found[program, form] = Reading("", (off.mean(), off.max()), (apart.mean(), apart.max()), float(points))
    return found


def table(found: dict[str, dict[tuple[str, str], Reading]]) -> str:
    """The readings as a table of the documentation."""
    lines = [
        "| pair | program | files | image, % of range: mean, largest | taken from, mm: mean, largest | points, mm |",
        "|---|---|---|---|---|---|",
    ]
    for title, readings in found.items():
        for (program, form), reading in readings.items():
            cells = ["no", "no", "–"] if reading.failure else _cells(reading)
            lines.append(f"| {' | '.join([title, program, form, *cells])} |")
    return "\n".join(lines)


def _cells(reading: Reading) -> list[str]:
    (mean, most), (near, far) = reading.image, reading.place
    points = "–" if np.isnan(reading.points) else f"{reading.points:.1e}"
    return [f"{100 * mean:.1e}, {100 * most:.1e}", f"{near:.1e}, {far:.1e}", points]


def _array(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(np.float64)


def _do(arguments: list[str]) -> None:
    code = nodeo([*arguments, *(["--progress", "none"] if arguments[0] == "register" else [])])
    if code:
        raise SystemExit(f"nodeo {arguments[0]} ended with {code}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--peers-python", type=Path, default=ROOT / ".venv-peers" / "bin" / "python", metavar="FILE")
    options = parser.parse_args()
    found = {}
    for number, (title, pair) in enumerate(pairs().items()):
        folder = options.output.absolute() / str(number)
        prepare(*pair, folder)
        subprocess.run([str(options.peers_python.absolute()), str(READER), str(folder)], check=True)
        found[title] = compare(folder)
    print(table(found))
    for title, readings in found.items():
        for (program, form), reading in readings.items():
            if reading.failure:
                print(f"{title}, {program}, {form}: {reading.failure}")


if __name__ == "__main__":
    main()
