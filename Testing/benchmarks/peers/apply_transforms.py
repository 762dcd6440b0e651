"""One registration's transform, read by ANTs (antspyx) and greedy: images and points carried along by them.

    python apply_transforms.py FOLDER

FOLDER holds ``fixed.nii.gz``; what is to be resampled, ``image.nii.gz`` and ``x.nii.gz``, ``y.nii.gz``, ``z.nii.gz``,
whose voxels are their own world coordinates; ``points.csv``; and the transform in the forms of :data:`FORMS`. Each form
is applied by each program, and leaves ``PROGRAM-NUMBER-NAME.nii.gz`` and, from ANTs, ``…-points.csv``. ``read.json``
says what the forms are, and which were refused. Nothing here knows of the engine.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import ants
import pandas
import SimpleITK as sitk
from picsl_greedy import Greedy2D, Greedy3D

FORMS = {  # files as both programs want them on their command line: a point goes through the first one first
    "transform.h5": ["transform.h5"],
    "warp.nii.gz": ["warp.nii.gz"],
    "rest.nii.gz affine.mat": ["rest.nii.gz", "affine.mat"],
    "rest.nii.gz affine.txt": ["rest.nii.gz", "affine.txt"],
}
MOVED = ("image", "x", "y", "z")


def ants_applies(folder: Path, files: list[str], stem: str) -> None:
    """``antsApplyTransforms -t … -t …`` and ``antsApplyTransformsToPoints``"""
    paths = [str(folder / name) for name in files]
    fixed = ants.image_read(str(folder / "fixed.nii.gz"))
    for name in moved(folder):
        image = ants.image_read(str(folder / f"{name}.nii.gz"))
        warped = ants.apply_transforms(fixed, image, paths, interpolator="linear")
        ants.image_write(warped, str(folder / f"{stem}-{name}.nii.gz"))
    points = pandas.read_csv(folder / "points.csv")
    there = ants.apply_transforms_to_points(fixed.dimension, points, paths, whichtoinvert=[False] * len(paths))
    there.to_csv(folder / f"{stem}-points.csv", index=False)


def greedy_applies(folder: Path, files: list[str], stem: str) -> None:
    """``greedy -rf … -rm … -r …``"""
    ndim = sitk.ReadImage(str(folder / "fixed.nii.gz")).GetDimension()
    greedy = {2: Greedy2D, 3: Greedy3D}[ndim]()
    paths = " ".join(str(folder / name) for name in files)
    for name in moved(folder):
        wanted = f"-rm {folder / name}.nii.gz {folder / stem}-{name}.nii.gz"
        greedy.execute(f"-rf {folder}/fixed.nii.gz -ri LINEAR {wanted} -r {paths} -V 0")


def moved(folder: Path) -> list[str]:
    """The images that are there to be resampled."""
    return [name for name in MOVED if (folder / f"{name}.nii.gz").is_file()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    failures = {}
    for program, applies in (("ANTs", ants_applies), ("greedy", greedy_applies)):
        for number, files in enumerate(FORMS.values()):
            try:
                applies(folder, files, f"{program}-{number}")
            except Exception as error:
                failures[f"{program}-{number}"] = " ".join(str(error).split())
    versions = {name: version(name) for name in ("antspyx", "picsl-greedy")}
    read = {"forms": list(FORMS), "failures": failures, "versions": versions}
    (folder / "read.json").write_text(json.dumps(read, indent=2) + "\n")


if __name__ == "__main__":
    main()
