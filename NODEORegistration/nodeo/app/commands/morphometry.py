"""``nodeo morphometry``: local volumes of a finished cohort's subjects, ready for statistics."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import SimpleITK as sitk

from ...cohort.finished import Finished, finished
from ...cohort.names import TABLE
from ...errors import InputError
from ...evaluation.labels import labels_on
from ...evaluation.tables import mean_and_sd
from ...evaluation.volume import unit_of
from ...files.destination import check_output
from ...files.hushed import hushed
from ...files.reading import read_image
from ...files.series import write_series
from ...files.writing import appearing
from ...progress import Progress
from ...template import group_table, morphometry, names
from ..channel import Channel

SERIES, GROUP, MASK, ABOUT = "log_jacobian.nii.gz", "morphometry.csv", "mask.nii.gz", "morphometry.json"
FILES = (SERIES, GROUP, MASK, ABOUT)
_SIGN = "log det J of the map from the template to the subject: above 0 where the subject is larger than the template"


def run(options: argparse.Namespace, channel: Channel) -> None:
    """Write the 4-D image, the table, the mask, and what they are."""
    wish = morphometry.Wish(options.smooth, options.with_affine)
    subjects, others, fixed = _found(options.cohort)
    template = read_image(fixed, "fixed image")
    labels = (
        None
        if options.labels is None
        else labels_on(read_image(options.labels, "template's labels"), template, "template")
    )
    read = [options.labels] if options.labels is not None else []
    check_output(options.output, options.overwrite, FILES, read)
    mask = morphometry.content_mask(template)
    found = {} if labels is None else _carried(subjects, labels, channel)
    means: list[float] = []

    def images() -> Iterator[sitk.Image]:
        inside = sitk.GetArrayViewFromImage(mask) > 0
        for number, image in enumerate(morphometry.log_jacobians(subjects, wish)):
            channel.progress(Progress(f"log det J of {subjects[number].name}", (1 + number / len(subjects)) / 2))
            values = sitk.GetArrayViewFromImage(image)
            if values.shape != inside.shape:
                raise InputError(f"{fixed} has changed since.", "Run the cohort again.")
            means.append(float(values[inside].mean()))
            yield image

    with appearing(options.output, FILES, overwrite=options.overwrite) as folder:
        write_series(folder / SERIES, images(), len(subjects))
        with hushed():
            sitk.WriteImage(mask, str(folder / MASK), useCompression=True)
        lines = [
            group_table.Line(subject, morphometry.affine_factor(subject), mean, found.get(subject.name, {}))
            for subject, mean in zip(subjects, means, strict=True)
        ]
        own = {} if labels is None else morphometry.own_volumes(labels)
        unit = unit_of(template)
        (folder / GROUP).write_text(group_table.csv_text(lines, sorted(own), unit), encoding="utf-8")
        about = _about(options, wish, subjects, others, {str(code): round(own[code], 6) for code in sorted(own)}, unit)
        (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    channel.finished(options.output.absolute(), about, _told(about, means))


def _found(folder: Path) -> tuple[list[Finished], list[str], Path]:
    """The subjects that are done, the names of the others, and the image that all were registered to."""
    beside = folder / names.SUBJECTS
    if (beside / TABLE).is_file():  # a template's folder, which may have been moved since
        return *finished(beside), folder / names.TEMPLATE
    subjects, others = finished(folder)
    return subjects, others, subjects[0].input("fixed")


def _carried(subjects: list[Finished], labels: sitk.Image, channel: Channel) -> dict[str, dict[int, float]]:
    """The structures' volumes in each subject, by its name."""
    found = {}
    for number, subject in enumerate(subjects):
        channel.progress(Progress(f"Labels of {subject.name}", number / len(subjects) / 2))
        found[subject.name] = morphometry.carried_volumes(subject, labels)
    return found


def _about(
    options: argparse.Namespace,
    wish: morphometry.Wish,
    subjects: list[Finished],
    others: list[str],
    own: dict[str, float],
    unit: str,
) -> dict[str, Any]:
    return {
        "cohort": str(options.cohort),
        "what": _SIGN,
        "affine_part": "in" if wish.with_affine else "out",
        "smoothed_fwhm_mm": wish.smooth,
        "subjects": [subject.name for subject in subjects],
        "left_out": others,
        f"template_{unit}": own,
    }


def _told(about: dict[str, Any], means: list[float]) -> str:
    mean, sd = mean_and_sd(means)
    lines = [
        f"{len(about['subjects'])} subjects, {about['what']}.",
        f"Affine part {about['affine_part']}, smoothed over {about['smoothed_fwhm_mm']:g} mm.",
        f"Mean within the mask  {mean:+.4f} ± {sd:.4f}",
    ]
    if about["left_out"]:
        lines.append(f"Left out, not done    {', '.join(about['left_out'])}")
    return "\n".join(lines)
