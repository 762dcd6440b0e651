"""What is measured of a template round by round, as numbers, as a text table and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..cohort.measures import Line
from ..cohort.pair import Pair
from ..cohort.run import collected
from ..evaluation.tables import aligned, mean_and_sd
from ..files.reading import read_transform
from ..geometry.grid import Grid
from ..report.content import find_content
from .average import Values, agreement
from .shape import MeanShape

COLUMNS = {
    "similarity": ("Similarity loss", 4),
    "mean_square": ("Mean square difference", 5),
    "sharpness": ("Sharpness", 3),
    "mean_displacement_voxels": ("Mean displacement, voxels", 3),
    "largest_mean_displacement_voxels": ("largest, voxels", 3),
}
ABOUT = (
    "Similarity loss: the registrations' own, mean over the subjects, smaller is better; rounds compare where their "
    "levels are the same. Mean square difference: of the subjects, registered, from the template, in units of the "
    "content's brightness squared. Sharpness: mean gradient of the template to that of the registered subjects; 1 is "
    "as sharp as a single image. Mean displacement: how far the mean of all subjects' maps, without their pose, is "
    "from the identity within the content: of a round before it is corrected, at the end of what is handed out."
)


def transform_of(pair: Pair) -> sitk.Transform:
    """φ of a finished pair."""
    return read_transform(pair.folder / pair.name_of("transform.h5"))


def similarity(pairs: Sequence[Pair], output: Path) -> dict[str, Any]:
    """The mean loss after registration."""
    mean, _ = mean_and_sd(line.value("similarity_after") for line in collected(pairs, output))
    return {"similarity": round(mean, 6)}


def displacement(mean: MeanShape, on: sitk.Image) -> dict[str, Any]:
    """How far a template ``on`` is from the mean shape, within its content, voxels."""
    step = np.reshape(Grid.of(on).step, (-1, *[1] * len(Grid.of(on).axes)))
    length = np.sqrt(((mean.displacement().numpy() / step) ** 2).sum(0))
    inside = content(on)
    return {
        "mean_displacement_voxels": round(float(length[inside].mean()), 4),
        "largest_mean_displacement_voxels": round(float(length[inside].max()), 4),
    }


def agreed(values: Values, average: np.ndarray, on: sitk.Image) -> dict[str, Any]:
    """How images agree with their ``average`` [D, H, W], on the grid and in the content of the template ``on``."""
    found = agreement(values, average, content(on), Grid.of(on).step[::-1])
    return {"mean_square": round(found.mean_square, 6), "sharpness": round(found.sharpness, 4)}


def content(image: sitk.Image) -> np.ndarray:
    """Where an image has content, [D, H, W]."""
    return sitk.GetArrayViewFromImage(image).reshape(Grid.of(image).shape) > find_content(image, image).threshold


def csv_text(rounds: Sequence[dict[str, Any]]) -> str:
    """A line a round; the last is of the finished template."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["round", "subjects", "failed", *COLUMNS, "seconds"])
    for measured in rounds:
        numbers = [measured.get(key, "") for key in (*COLUMNS, "seconds")]
        writer.writerow([measured["round"], measured["subjects"], len(measured["failed"]), *numbers])
    return file.getvalue()


def rows(rounds: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The same for people, below its headings."""
    table = [["Round", "Subjects", *(title for title, _ in COLUMNS.values())]]
    for measured in rounds:
        cells = [f"{measured[key]:.{digits}f}" if key in measured else "–" for key, (_, digits) in COLUMNS.items()]
        table.append([str(measured["round"]), str(measured["subjects"]), *cells])
    return table


def text_table(rounds: Sequence[dict[str, Any]], lines: Sequence[Line]) -> str:
    """For a terminal, and what went wrong."""
    failed = [f"failed: {line.pair.name}: {line.error}" for line in lines if line.status != "done"]
    return "\n".join([aligned(rows(rounds)), *failed])
