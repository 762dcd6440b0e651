"""What the commands of :mod:`nodeo.app.cli` do."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

import SimpleITK as sitk

from ...engine import inputs
from ...engine.registration import register as register_images
from ...engine.result import Result, appearing, appearing_file, check_file, check_output
from ...errors import InputError
from ...evaluation import label_pairs
from ...evaluation.label_pairs import LabelPair
from ...evaluation.labels import Evaluation, check_labels
from ...evaluation.labels import evaluate as evaluate_labels
from ...geometry.resampling import resampled
from ...progress import Progress
from ...report.canvas import check_matplotlib
from ...settings import Settings
from ...study.output import Study
from ...study.pair import ROLES, StudyPair, sample_files
from ...study.runs import check_study_folder, failed
from ...study.slices import parse_slice, take_slices
from ..display import summary
from ..worker import Channel


def register(options: argparse.Namespace, channel: Channel) -> None:
    """Register two files and write everything into a folder."""
    settings = _settings(options)
    check_output(options.output, options.overwrite)
    if options.report:
        check_matplotlib("The report")
    start = time.perf_counter()
    images = _images({role: getattr(options, role) for role in ROLES})
    _check_labels(images)
    seconds = time.perf_counter() - start
    fixed, moving = images["fixed"], images["moving"]
    result = register_images(
        fixed,
        moving,
        settings,
        fixed_mask=images.get("fixed_mask"),
        moving_mask=images.get("moving_mask"),
        progress=channel.progress,
    )
    result.metrics["seconds"] = {"read": round(seconds, 3), **result.metrics["seconds"]}
    result.metrics["inputs"] = {name: str(getattr(options, name)) for name in images}
    labels = _warped_labels(result, fixed, images.get("moving_labels"))
    if "fixed_labels" in images:
        result.metrics["dice"] = _scores(result, images["fixed_labels"], images["moving_labels"])
    with appearing(options.output) as folder:
        result.write(folder)
        if labels is not None:
            sitk.WriteImage(labels, str(folder / "warped_labels.nrrd"), useCompression=True)
        if options.report:
            _report(result, fixed, moving, options, folder)
    channel.finished(options.output.absolute(), result.metrics, summary(result.metrics))


def apply(options: argparse.Namespace, channel: Channel) -> None:
    """Resample an image through a transform and write it."""
    transform = inputs.read_transform(options.transform)
    image = inputs.read_image(options.image, "image")
    reference = inputs.read_image(options.reference, "reference")
    if not image.GetDimension() == reference.GetDimension() == transform.GetDimension():
        raise InputError(
            f"The image is {image.GetDimension()}-D, the reference {reference.GetDimension()}-D and the transform "
            f"{transform.GetDimension()}-D.",
            "All must have the same dimension.",
        )
    warped = resampled(image, reference, transform, options.labels)
    _write_image(warped, options.output, compress=options.labels)
    channel.say(f"Wrote {options.output}")


def evaluate(options: argparse.Namespace, channel: Channel) -> None:
    """Print Dice and HD95 of two label maps, or of many pairs; write and draw them on request."""
    pairs = _label_pairs(options)
    for path in (options.output, options.plot):
        if path is not None:
            check_file(path)
    if options.plot is not None:
        if options.plot.suffix.lower() != ".png":
            raise InputError(f"The box plot {options.plot} has no name of a PNG file.", "For example boxes.png.")
        check_matplotlib("The box plot")
    if options.output is not None and options.pairs is not None and options.output.resolve() == options.pairs.resolve():
        raise InputError(f"{options.output} is the list of pairs.", "Write the scores to another file.")

    def tell(done: int, name: str) -> None:
        if options.pairs is not None:
            channel.progress(Progress(f"Evaluating {name}", done / len(pairs)))

    results = label_pairs.evaluate_pairs(pairs, options.structures, tell)
    if options.output is not None:
        label_pairs.write_scores(options.output, results)
    if options.plot is not None:
        title = (
            f"{pairs[0].other_labels.name} on {pairs[0].fixed_labels.name}" if len(pairs) == 1 else options.pairs.name
        )
        _draw_boxes(results, title, options.plot)
    if options.pairs is None:
        channel.say(results[pairs[0].name].table())
    else:
        channel.say(f"{label_pairs.pairs_table(results)}\n\n{label_pairs.summary_table(results)}")


def _label_pairs(options: argparse.Namespace) -> list[LabelPair]:
    named = (options.fixed_labels, options.other_labels, options.transform)
    if options.pairs is not None:
        if any(path is not None for path in named):
            raise InputError("Label maps were named beside --pairs.", "Name two label maps, or a list of pairs.")
        return label_pairs.read_pairs(options.pairs)
    fixed, other, transform = named
    if fixed is None or other is None:
        raise InputError("Two label maps are needed.", "Name FIXED_LABELS and OTHER_LABELS, or a list with --pairs.")
    return [LabelPair("", fixed, other, transform)]


def _draw_boxes(results: dict[str, Evaluation], title: str, path: Path) -> None:
    from ...report.boxes import draw_boxes

    picture = draw_boxes(results, title)
    try:
        with appearing_file(path) as partial:
            partial.write_bytes(picture)
    except OSError as error:
        raise InputError(f"The picture could not be written to {path}: {error.strerror}.") from error


def study_regularizers(options: argparse.Namespace, channel: Channel) -> int:
    """Register with and without K and J, and show what each does."""
    from ...study import REGULARIZERS_PRESET, regularizers

    settings = _settings(options, REGULARIZERS_PRESET)
    check_study_folder(options.output, regularizers.cases(settings), options.overwrite)
    return _finish_study(regularizers.study(_study_pair(options), settings, options.output, channel.progress), channel)


def study_sweep(options: argparse.Namespace, channel: Channel) -> int:
    """Register with every combination of some settings, and show what each reaches."""
    from ...study import SWEEP_PRESET, sweep

    def chosen(values: dict[str, str]) -> Settings:
        return _settings(options, SWEEP_PRESET, values)

    varied = sweep.parse_vary(options.vary)
    if "preset" in varied and options.preset is not None:
        raise InputError("The preset is varied and set.", "Leave --preset out.")
    cases = sweep.cases(chosen, varied, options.repeat)
    check_study_folder(options.output, cases, options.overwrite)
    pair = _study_pair(options)
    return _finish_study(sweep.study(pair, cases, options.output, channel.progress), channel)


def _study_pair(options: argparse.Namespace) -> StudyPair:
    files = {role: getattr(options, role) for role in ROLES}
    where = options.slice
    if files["fixed"] is None and files["moving"] is None:
        if any(path is not None for path in files.values()):
            raise InputError("Masks or labels were named without images.", "Name FIXED and MOVING, too.")
        files, where, title = sample_files(), where or "axial", "the sample pair"
    elif files["moving"] is None:
        raise InputError("Only one image was named.", "Name FIXED and MOVING, or neither for the sample pair.")
    else:
        title = f"{files['moving'].name} on {files['fixed'].name}"
    cut = None if where is None else parse_slice(where)
    images = _images(files)
    if cut is not None:
        images, name = take_slices(images, *cut)
        title += f", {name}"
    _check_labels(images)
    return StudyPair(images, title)


def _finish_study(study: Study, channel: Channel) -> int:
    """Tell what came out; the exit code is 1 if a run failed."""
    folder = study.folder.absolute()
    broken = "" if study.complete else f"\n{len(failed(study.outcomes))} of {len(study.outcomes)} runs failed."
    channel.finished(folder, study.as_dict(), study.text + broken)
    return 0 if study.complete else 1


def _images(files: Mapping[str, Path | None]) -> dict[str, sitk.Image]:
    """The images of the files that were named, by role."""
    return {
        role: inputs.without_time(inputs.read_image(path, _role(role)))
        for role, path in files.items()
        if path is not None
    }


def _settings(
    options: argparse.Namespace, preset: str = "balanced", varied: Mapping[str, str] | None = None
) -> Settings:
    """The preset, then the settings file, then ``--set``, then the options that have a name of their own.

    Args:
        preset: unless ``--preset`` names one.
        varied: settings as text that go before all others, ``preset`` among them.
    """
    last = dict(varied or {})
    settings = Settings.preset(last.pop("preset", "") or options.preset or preset)
    if options.settings is not None:
        settings = Settings.read(options.settings, settings)
    for name in ("initial", "device", "seed", "threads"):
        if getattr(options, name) is not None:
            last.setdefault(name, str(getattr(options, name)))
    return settings.assign(*options.set, *(f"{name}={text}" for name, text in last.items()))


def _role(option: str) -> str:
    """What an option's file is called in messages."""
    return f"{option} image" if option in ("fixed", "moving") else option.replace("_", " ")


def _check_labels(images: dict[str, sitk.Image]) -> None:
    """Refuse label maps that could not be used at the end, before the work begins."""
    for name in ("fixed_labels", "moving_labels"):
        if name in images and images[name].GetDimension() != images["fixed"].GetDimension():
            raise InputError(f"The {_role(name)} have another dimension than the images.")
    if "fixed_labels" in images:
        if "moving_labels" not in images:
            raise InputError("Fixed labels alone measure nothing.", "Give --moving-labels too.")
        check_labels(images["fixed_labels"], images["moving_labels"])


def _warped_labels(result: Result, fixed: sitk.Image, moving_labels: sitk.Image | None) -> sitk.Image | None:
    if moving_labels is None:
        return None
    return resampled(moving_labels, fixed, result.transform, labels=True)


def _scores(result: Result, fixed_labels: sitk.Image, moving_labels: sitk.Image) -> dict:
    def summary(transform: sitk.Transform) -> dict:
        found: Evaluation = evaluate_labels(fixed_labels, moving_labels, "all", transform)
        return found.as_dict()

    return {"before": summary(result.initial), "after": summary(result.transform)}


def _report(result: Result, fixed: sitk.Image, moving: sitk.Image, options: argparse.Namespace, folder: Path) -> None:
    from ...report import ReportInput, write_report

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


def _write_image(image: sitk.Image, path: Path, compress: bool) -> None:
    """Write ``image`` under its name only when it is complete."""
    try:
        with appearing_file(path) as partial:
            sitk.WriteImage(image, str(partial), useCompression=compress)
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"The image could not be written to {path}.", "Use a name such as warped.nrrd or warped.nii.gz."
        ) from error
