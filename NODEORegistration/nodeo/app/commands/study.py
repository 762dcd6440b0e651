"""``nodeo study``: one pair registered many times."""

from __future__ import annotations

import argparse

from ...errors import InputError
from ...settings import Settings
from ...study import REGULARIZERS_PRESET, ROLES, SWEEP_PRESET
from ...study import regularizers as regularizers_study
from ...study import sweep as sweep_study
from ...study.output import Study
from ...study.pair import StudyPair, sample_files
from ...study.runs import check_study_folder, failed
from ...study.slices import parse_slice, take_slices
from ..channel import Channel
from .given import check_label_maps, images_of, inputs_of, settings_of


def regularizers(options: argparse.Namespace, channel: Channel) -> int:
    """Register with and without K and J, and show what each does."""
    settings = settings_of(options, REGULARIZERS_PRESET)
    check_study_folder(options.output, regularizers_study.cases(settings), options.overwrite, inputs_of(options))
    study = regularizers_study.study(_pair(options), settings, options.output, channel.progress)
    return _finish(study, channel)


def sweep(options: argparse.Namespace, channel: Channel) -> int:
    """Register with every combination of some settings, and show what each reaches."""

    def chosen(values: dict[str, str]) -> Settings:
        return settings_of(options, SWEEP_PRESET, values)

    varied = sweep_study.parse_vary(options.vary)
    if "preset" in varied and options.preset is not None:
        raise InputError("The preset is varied and set.", "Leave --preset out.")
    cases = sweep_study.cases(chosen, varied, options.repeat)
    check_study_folder(options.output, cases, options.overwrite, inputs_of(options))
    pair = _pair(options)
    return _finish(sweep_study.study(pair, cases, options.output, channel.progress), channel)


def _pair(options: argparse.Namespace) -> StudyPair:
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
    images = images_of(files)
    if cut is not None:
        images, name = take_slices(images, *cut)
        title += f", {name}"
    check_label_maps(images)
    return StudyPair(images, title)


def _finish(study: Study, channel: Channel) -> int:
    """Tell what came out; the exit code is 1 if a run failed."""
    folder = study.folder.absolute()
    broken = "" if study.complete else f"\n{len(failed(study.outcomes))} of {len(study.outcomes)} runs failed."
    channel.finished(folder, study.as_dict(), study.text + broken)
    return 0 if study.complete else 1
