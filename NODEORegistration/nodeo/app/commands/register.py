"""``nodeo register``: deform one image onto another."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import SimpleITK as sitk

from ...engine.registration import register as register_images
from ...engine.result import FILES, Result
from ...engine.workload import AROUND
from ...evaluation.labels import Evaluation
from ...evaluation.labels import evaluate as evaluate_labels
from ...evaluation.volume import structure_volumes
from ...field.initial_transform import InitialTransform
from ...files.destination import check_output
from ...files.writing import appearing
from ...geometry.grid import Grid
from ...geometry.resampling import resampled
from ...progress import Reporter
from ...report.canvas import check_matplotlib
from ...study import ROLES
from .. import process
from ..channel import Channel
from ..display import summary
from .given import check_label_maps, images_of, inputs_of, settings_of
from .guidance import guidance_of, guiding_files


class Companions(Protocol):
    """What somebody else writes beside the results, to come into place with them."""

    @property
    def files(self) -> Sequence[str]:
        """The names of all that may be in the folder."""

    def write(self, folder: Path, result: Result, images: Mapping[str, sitk.Image]) -> None:
        """Complete a folder that holds all the files of a registration of these images."""


def register(options: argparse.Namespace, channel: Channel, companions: Companions | None = None) -> None:
    """Register two files and write everything into a folder."""
    settings = settings_of(options)
    known = FILES if companions is None else companions.files
    inputs = [*inputs_of(options), *guiding_files(options), Path(settings.initial)]
    check_output(options.output, options.overwrite, known, inputs)
    if options.report:
        check_matplotlib("The report")
    report = Reporter(channel.progress)
    start = time.perf_counter()
    images = images_of({role: getattr(options, role) for role in ROLES})
    check_label_maps(images)
    guidance = guidance_of(options, images)
    seconds = time.perf_counter() - start
    fixed, moving = images["fixed"], images["moving"]
    result = register_images(
        fixed,
        moving,
        settings,
        fixed_mask=images.get("fixed_mask"),
        moving_mask=images.get("moving_mask"),
        guidance=guidance,
        progress=process.giving_back(report.pass_on),
        around=["writing"] if options.standing else AROUND,
    )
    result.metrics["seconds"] = {"read": round(seconds, 3), **result.metrics["seconds"]}
    result.metrics["inputs"] = {name: str(path) for name, path in _inputs(options, images).items()}
    labels = _warped_labels(result, fixed, images.get("moving_labels"))
    if "fixed_labels" in images and options.labels_for != "guide":
        report.tell("Comparing the labels")
        scores = _scores(result, images["fixed_labels"], images["moving_labels"])
        result.metrics["dice"] = {**scores, "guided": options.labels_for == "both"}
    if "fixed_labels" in images:
        result.metrics["volume_change"]["structures"] = _volumes(result, images["fixed_labels"])
    report.tell("Writing the results")
    with appearing(options.output, known, overwrite=options.overwrite) as folder:
        result.write(folder)
        if labels is not None:
            sitk.WriteImage(labels, str(folder / "warped_labels.nrrd"), useCompression=True)
        if options.report:
            _report(result, fixed, moving, options, folder)
        if companions is not None:
            companions.write(folder, result, images)
    channel.finished(options.output.absolute(), result.metrics, summary(result.metrics))


def _inputs(options: argparse.Namespace, images: dict[str, sitk.Image]) -> dict[str, Path]:
    """The files that were read, by role."""
    named = {name: getattr(options, name) for name in (*images, "fixed_points", "moving_points")}
    channels = {
        f"channel {number} {role}": path
        for number, words in enumerate(options.channel, start=2)
        for role, path in zip(("fixed", "moving"), words, strict=False)
    }
    return {name: path for name, path in {**named, **channels}.items() if path is not None}


def _warped_labels(result: Result, fixed: sitk.Image, moving_labels: sitk.Image | None) -> sitk.Image | None:
    if moving_labels is None:
        return None
    return resampled(moving_labels, fixed, result.transform, labels=True)


def _scores(result: Result, fixed_labels: sitk.Image, moving_labels: sitk.Image) -> dict:
    def summary(transform: sitk.Transform) -> dict:
        found: Evaluation = evaluate_labels(fixed_labels, moving_labels, "all", transform)
        return found.as_dict()

    return {"before": summary(result.initial), "after": summary(result.transform)}


def _volumes(result: Result, fixed_labels: sitk.Image) -> dict:
    affine = InitialTransform(result.initial, Grid.of(result.jacobian)).determinant
    return structure_volumes(result.jacobian, fixed_labels, affine)


def _report(result: Result, fixed: sitk.Image, moving: sitk.Image, options: argparse.Namespace, folder: Path) -> None:
    from ...report import write_report
    from ...report.scene import ReportInput

    data = ReportInput(
        fixed=fixed,
        before=resampled(moving, fixed, result.initial),
        warped=result.warped,
        jacobian=result.jacobian,
        transform=result.transform,
        initial=result.initial,
        metrics=result.metrics,
        history=result.history,
        settings=result.settings.as_dict(),
        title=f"{options.moving.name} on {options.fixed.name}",
    )
    write_report(folder, data)
