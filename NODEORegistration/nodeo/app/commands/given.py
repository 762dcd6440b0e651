"""What several commands are given: images, label maps, settings."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import SimpleITK as sitk

from ...errors import InputError
from ...evaluation.labels import check_codes, check_labels
from ...files import reading
from ...settings import Settings
from ...study import ROLES


def images_of(files: Mapping[str, Path | None]) -> dict[str, sitk.Image]:
    """The images of the files that were named, by role."""
    from ...engine import inputs  # brings PyTorch, for which who asks for settings alone need not wait

    return {
        role: inputs.without_time(reading.read_image(path, _role(role)))
        for role, path in files.items()
        if path is not None
    }


def inputs_of(options: argparse.Namespace) -> list[Path]:
    """Every file that a run reads, but the initial transform."""
    paths = [getattr(options, role) for role in (*ROLES, "settings")]
    return [path for path in paths if path is not None]


def settings_of(
    options: argparse.Namespace, preset: str = "balanced", varied: Mapping[str, str] | None = None
) -> Settings:
    """The preset, then the settings file, then ``--set``, then the options that have a name of their own.

    Args:
        preset: unless ``--preset`` names one.
        varied: settings as text that go before all others, ``preset`` among them.
    """
    last = dict(varied or {})
    named = preset if options.preset is None else options.preset
    settings = Settings.preset(last.pop("preset", named))
    if options.settings is not None:
        settings = Settings.read(options.settings, settings)
    for name in ("initial", "device", "seed", "threads"):
        if getattr(options, name) is not None:
            last.setdefault(name, str(getattr(options, name)))
    return settings.assign(*options.set, *(f"{name}={text}" for name, text in last.items()))


def _role(option: str) -> str:
    """What an option's file is called in messages."""
    return f"{option} image" if option in ("fixed", "moving") else option.replace("_", " ")


def check_label_maps(images: dict[str, sitk.Image]) -> None:
    """Refuse label maps that could not be used at the end, before the work begins."""
    for name in ("fixed_labels", "moving_labels"):
        if name in images and images[name].GetDimension() != images["fixed"].GetDimension():
            raise InputError(f"The {_role(name)} have another dimension than the images.")
        if name in images:
            check_codes(images[name], name.removesuffix("_labels"))
    if "fixed_labels" in images:
        if "moving_labels" not in images:
            raise InputError("Fixed labels alone measure nothing.", "Give --moving-labels too.", "labels")
        check_labels(images["fixed_labels"], images["moving_labels"])
