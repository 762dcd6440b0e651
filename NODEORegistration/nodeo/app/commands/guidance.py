"""What ``nodeo register`` is told beside the two images."""

from __future__ import annotations

import argparse
from pathlib import Path

import SimpleITK as sitk

from ...engine.guidance import Guidance
from ...errors import InputError
from ...files.points import read_points
from ...geometry.point_pairs import PointPairs, paired


def guidance_of(options: argparse.Namespace, images: dict[str, sitk.Image]) -> Guidance:
    """Points from their files.

    Args:
        images: those that were named, by role.
    """
    return Guidance(points=_points(options, images["fixed"].GetDimension()), points_for=options.points_for)


def guiding_files(options: argparse.Namespace) -> list[Path]:
    """Every file that guidance is read from."""
    return [path for path in (options.fixed_points, options.moving_points) if path is not None]


def _points(options: argparse.Namespace, dimension: int) -> PointPairs | None:
    files = {"fixed": options.fixed_points, "moving": options.moving_points}
    if all(path is None for path in files.values()):
        return None
    for image, path in files.items():
        if path is None:
            raise InputError(f"There are points of one image only: --{image}-points is missing.", "Give both or none.")
    fixed, moving = (read_points(path, f"{image} points") for image, path in files.items())
    return paired(fixed, moving, dimension)
