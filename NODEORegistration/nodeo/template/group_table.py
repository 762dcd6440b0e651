"""The table of a morphometry: a line a subject, in the order of the 4-D image."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from ..cohort.finished import Finished
from ..cohort.measures import plain
from ..evaluation.structures import names_of


@dataclass(frozen=True)
class Line:
    """What is told of a subject.

    Attributes:
        affine_factor: |det A|.
        mean_log_det_j: within the mask.
        volumes: of each structure by its code.
    """

    subject: Finished
    affine_factor: float
    mean_log_det_j: float
    volumes: dict[int, float]


def csv_text(lines: Sequence[Line], codes: Sequence[int], unit: str) -> str:
    """Volume (its number in the 4-D image, from 0), pair, subject, session, moving image, measures, structures.

    Args:
        codes: of the template's structures; one that a subject does not show has 0.
        unit: of the volumes, such as ml; the columns are called after it.
    """
    names = names_of(codes, "all", codes)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        ["volume", "pair", "subject", "session", "moving", "affine_factor", "mean_log_det_j"]
        + [f"{unit}_{plain(str(code), names[code])}" for code in codes]
    )
    for number, line in enumerate(lines):
        about = [number, line.subject.name, line.subject.subject, line.subject.session, line.subject.input("moving")]
        measures = [line.affine_factor, line.mean_log_det_j, *(line.volumes.get(code, 0.0) for code in codes)]
        writer.writerow([*about, *(f"{value:.8g}" for value in measures)])
    return file.getvalue()
