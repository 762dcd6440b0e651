"""``nodeo sequence``: every frame of a series onto a reference."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import SimpleITK as sitk

from ...engine import inputs
from ...errors import InputError
from ...evaluation.labels import labels_on
from ...files import reading
from ...files.destination import check_output
from ...files.points import PointList, read_points
from ...files.writing import appearing, gathering, telling_of_the_disk
from ...report.canvas import check_matplotlib
from ...sequence.output import Writer, known_files
from ...sequence.page import write_report
from ...sequence.pictures import Pictures
from ...sequence.reading import read_series
from ...sequence.registration import SequenceRegistration
from ...sequence.series import Series, checked_times
from .. import process
from ..channel import Channel
from .given import settings_of

_MANY = 20_000_000  # voxels of all frames: with more, a trajectory has to spare memory


def sequence(options: argparse.Namespace, channel: Channel) -> None:
    """Register the frames of a series and write everything into a folder."""
    settings = settings_of(options)
    reference = _reference(options.reference)
    given = (options.settings, options.points, options.labels, options.mask, Path(settings.initial))
    read = [*options.series, *(path for path in given if path is not None)]
    if options.report:
        check_matplotlib("The report")
    check_output(options.output, options.overwrite, known_files(options.output, len(options.series)), read)
    points = None if options.points is None else read_points(options.points, "points")
    labels, mask = (_image(getattr(options, role), role) for role in ("labels", "mask"))
    series = _series(options)
    _check_fit(_grid_of(series, reference), points, labels)
    work = SequenceRegistration(
        series,
        settings,
        reference,
        mode=options.mode,
        cyclic=options.cyclic,
        smoothing=options.smoothing,
        mask=mask,
        labels=labels,
        progress=process.giving_back(channel.progress),
    )
    large = options.mode == "trajectory" and len(series) * work.survey.still.size > _MANY
    with process.sparing_memory(large), gathering(options.output) as folder:
        writer = Writer(
            folder,
            work.reference,
            series.times,
            series.unit,
            work.survey.dtype,
            separate=options.separate,
            points=points,
            labels=labels,
            one_grid=work.survey.one_grid,
        )
        pictures = Pictures(work.reference) if options.report else None
        for frame in work.frames():
            image = series.frame(frame.number)
            with telling_of_the_disk(options.output):
                writer.put(frame, image)
            if pictures is not None:
                pictures.put(frame, image)
            process.give_memory_back()
        work.tell("Writing the results", 0.98)
        metrics = {**work.metrics(), "inputs": _inputs(options)}
        with telling_of_the_disk(options.output):
            writer.finish(metrics, work.reference if work.number is None else None)
            if pictures is not None:
                write_report(folder, f"{series.name}: {len(series)} frames", metrics, pictures.film())
        with appearing(options.output, known_files(options.output, len(series)), overwrite=options.overwrite) as place:
            for path in sorted(folder.iterdir()):
                path.rename(place / path.name)
    channel.finished(options.output.absolute(), metrics, summary(metrics))


def summary(metrics: dict[str, Any]) -> str:
    """The figures a person asks for first."""
    frames = [figures for figures in metrics["frames"] if figures["similarity"] is not None]
    before, after = (sum(f[f"similarity_{when}"] for f in frames) / len(frames) for when in ("before", "after"))
    folds = sum(f["folds"] + f["folds_inverse"] for f in frames)
    farthest = max(frames, key=lambda f: f["motion_mean_mm"] or 0.0)
    still = metrics["background_motion_mm"]
    lines = [
        f"Frames                {len(metrics['frames'])}, reference {metrics['reference']}",
        f"Similarity loss       {before:.4f} -> {after:.4f} mean",
        f"Folded voxels         {folds} in all frames, both ways",
        f"Motion                {farthest['motion_mean_mm']:.2f} mm mean in frame {farthest['frame']}, the farthest",
        f"Background            {'none' if still is None else f'{still:.2f} mm mean'}",
        f"Time                  {metrics['seconds']['total']:.1f} s on {metrics['device']}",
    ]
    lines += [f"Note, frame {f['frame']:<3}       {note}" for f in frames for note in f["notes"]]
    return "\n".join(lines)


def _reference(text: str) -> int | Literal["mean"]:
    if text == "mean":
        return "mean"
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--reference is '{text}'.", "Give the number of a frame, from 0, or mean.") from None


def _series(options: argparse.Namespace) -> Series:
    series = read_series(options.series)
    if options.times is None:
        return series
    try:
        times = [float(word) for word in options.times.replace(",", " ").split()]
    except ValueError:
        raise InputError(f"--times is '{options.times}'.", "Give a number a frame, such as 0,40,80.") from None
    return replace(series, times=checked_times(times, len(series)), unit="")


def _image(path: Path | None, role: str) -> sitk.Image | None:
    return None if path is None else inputs.without_time(reading.read_image(path, role))


def _grid_of(series: Series, reference: int | Literal["mean"]) -> sitk.Image:
    """The frame on whose grid all are registered, as far as there is such a one."""
    return series.frame(reference if reference != "mean" and 0 <= reference < len(series) else 0)


def _check_fit(reference: sitk.Image, points: PointList | None, labels: sitk.Image | None) -> None:
    """Refuse what could not be carried along at the end, before the work begins.

    Args:
        reference: the frame whose grid all are registered on.
    """
    k = reference.GetDimension()
    if points is not None and points.positions.shape[1] < k:
        raise InputError(f"The points are 2-D and the frames {k}-D.", "Give x, y and z.")
    if labels is not None:
        labels_on(labels, reference, "reference")


def _inputs(options: argparse.Namespace) -> dict[str, Any]:
    """The files that were read, by role."""
    named = {role: getattr(options, role) for role in ("points", "labels", "mask")}
    return {
        "series": [str(path) for path in options.series],
        **{role: str(path) for role, path in named.items() if path is not None},
    }
