"""How well a registration did, by labels: overlap and surface distance, structure by structure.

Labels are whole numbers from 0, the background, to 65535. Distances are in mm of the fixed grid's world.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..errors import InputError, check_kind
from ..files.transforms import check_finite
from ..geometry.resampling import resampled
from .structures import choose, name_of, names_of
from .surface_distance import hausdorff95
from .tables import aligned, cell, mean_and_sd, spread_cell

LARGEST_LABEL = 65535
_REMEDY = "Choose a label map, with one whole number a voxel, warped by nearest neighbour if it was warped."


def dice(fixed: np.ndarray, other: np.ndarray, structures: Sequence[int]) -> dict[int, float]:
    """Dice overlap 2 |F ∩ O| / (|F| + |O|) of each structure.

    Args:
        fixed, other: label arrays of the same shape, of an integer type and without negative values.
        structures: codes to measure.

    Returns:
        Code to Dice, 0 to 1: 0 where only one array holds the structure, nan where neither does.

    Raises:
        InputError: the shapes differ.
    """
    if fixed.shape != other.shape:
        raise InputError(
            f"The label arrays have the shapes {fixed.shape} and {other.shape}.", "Resample one onto the other's grid."
        )
    in_fixed, in_other, in_both = (_count(labels, structures) for labels in (fixed, other, fixed[fixed == other]))
    return {
        code: 2.0 * both / (one + two) if one + two else math.nan
        for code, one, two, both in zip(structures, in_fixed, in_other, in_both, strict=True)
    }


def _count(labels: np.ndarray, structures: Sequence[int]) -> list[int]:
    """How many voxels of an array of labels each structure has."""
    counts = np.bincount(labels.ravel())
    return [int(counts[code]) if code < counts.size else 0 for code in structures]


@dataclass(frozen=True)
class Evaluation:
    """Agreement of two label maps, structure by structure.

    Means and standard deviations are over the structures and leave nan out; a structure that only one map holds counts
    with a Dice of 0 and not at all in HD95. The standard deviation divides by the number of structures.

    Attributes:
        structures: codes that were measured.
        dice: code to Dice, 0 to 1.
        hd95: code to the 95th percentile of the surface distances, mm.
        names: code to name; FreeSurfer's for a code that it lacks.
    """

    structures: tuple[int, ...]
    dice: dict[int, float]
    hd95: dict[int, float]
    names: dict[int, str] = field(default_factory=dict)

    def name(self, code: int) -> str:
        """The name of a structure."""
        return self.names.get(code) or name_of(code)

    @property
    def mean_dice(self) -> float:
        """Mean Dice, 0 to 1."""
        return mean_and_sd(self.dice.values())[0]

    @property
    def sd_dice(self) -> float:
        """Standard deviation of Dice over the structures."""
        return mean_and_sd(self.dice.values())[1]

    @property
    def mean_hd95(self) -> float:
        """Mean HD95, mm."""
        return mean_and_sd(self.hd95.values())[0]

    @property
    def sd_hd95(self) -> float:
        """Standard deviation of HD95 over the structures, mm."""
        return mean_and_sd(self.hd95.values())[1]

    def as_dict(self) -> dict[str, Any]:
        """Everything for JSON, HD95 in mm: nan becomes None, the codes become text."""
        return {
            "mean_dice": _json_number(self.mean_dice),
            "sd_dice": _json_number(self.sd_dice),
            "mean_hd95": _json_number(self.mean_hd95),
            "sd_hd95": _json_number(self.sd_hd95),
            "structures": {
                str(code): {
                    "name": self.name(code),
                    "dice": _json_number(self.dice[code]),
                    "hd95": _json_number(self.hd95[code]),
                }
                for code in self.structures
            },
        }

    def table(self) -> str:
        """One line a structure, then mean ± SD, in aligned columns; "-" stands for nan."""
        rows = [("code", "structure", "   Dice", "HD95 (mm)")]
        rows += [
            (f"{code:>4}", self.name(code), cell(self.dice[code], 3), cell(self.hd95[code], 2))
            for code in self.structures
        ]
        overlap = spread_cell(self.mean_dice, self.sd_dice, 3)
        rows.append(("", "mean ± SD", overlap, spread_cell(self.mean_hd95, self.sd_hd95, 2)))
        return aligned(rows)


def _json_number(value: float) -> float | None:
    """JSON knows no nan."""
    return None if math.isnan(value) else value


def evaluate(
    fixed_labels: sitk.Image,
    other_labels: sitk.Image,
    structures: str = "all",
    transform: sitk.Transform | None = None,
) -> Evaluation:
    """Dice and HD95 of two label maps on the grid of the fixed one.

    Structures are chosen from the codes that both maps hold as they are given, before the other is resampled: one that
    the transform moves out of the fixed grid counts with a Dice of 0.

    Args:
        fixed_labels: label map of the fixed image.
        other_labels: label map of the moving image, on any grid; read by nearest neighbour.
        structures: what :func:`nodeo.evaluation.structures.choose` understands.
        transform: pull-back map, fixed world to moving world; the identity if None.

    Raises:
        InputError: a label map is not one, the dimensions differ, or no structure is in both.
    """
    for role, given in (("fixed labels", fixed_labels), ("other labels", other_labels)):
        check_kind(role, given, sitk.Image)
    check_kind("argument structures", structures, str)
    if transform is not None:
        check_kind("transform", transform, sitk.Transform)
    fixed, other, chosen = check_labels(fixed_labels, other_labels, structures)
    k = fixed.GetDimension()
    pull_back = sitk.Transform(k, sitk.sitkIdentity) if transform is None else transform
    if pull_back.GetDimension() != k:
        raise InputError(
            f"The label maps are {k}-D and the transform is {pull_back.GetDimension()}-D.",
            "Choose a transform of the same dimension.",
        )
    check_finite(pull_back, "transform")
    warped = sitk.Resample(other, fixed, pull_back, sitk.sitkNearestNeighbor, 0.0)
    overlap = dice(sitk.GetArrayViewFromImage(fixed), sitk.GetArrayViewFromImage(warped), chosen)
    names = names_of(chosen, structures, _codes(fixed) | _codes(other))
    return Evaluation(chosen, overlap, hausdorff95(fixed, warped, chosen), names)


def check_labels(
    fixed_labels: sitk.Image, other_labels: sitk.Image, structures: str = "all"
) -> tuple[sitk.Image, sitk.Image, tuple[int, ...]]:
    """Both label maps as uint16, and the structures to compare; the door of :func:`evaluate`.

    Raises:
        InputError: as :func:`evaluate`.
    """
    fixed = _whole_labels(fixed_labels, "fixed")
    other = _whole_labels(other_labels, "other")
    if fixed.GetDimension() != other.GetDimension():
        raise InputError(
            f"The fixed label map is {fixed.GetDimension()}-D and the other {other.GetDimension()}-D.",
            "Choose label maps of the same dimension.",
        )
    common = _codes(fixed) & _codes(other)
    chosen = choose(structures, common) if common else ()
    if not common.intersection(chosen):
        raise InputError(
            f'The two label maps have none of the structures "{structures}" in common.',
            "Check that both were made by the same protocol, with the same codes.",
        )
    return fixed, other, chosen


def _whole_labels(image: sitk.Image, role: str) -> sitk.Image:
    """A label map of any scalar pixel type as uint16, checked; ``role`` names it in errors."""
    check_codes(image, role)
    values = sitk.GetArrayViewFromImage(image)
    for extreme in (values.min(), values.max()):
        if not 0 <= extreme <= LARGEST_LABEL:
            raise InputError(f"The {role} label map holds {extreme}; labels are 0 to {LARGEST_LABEL}.", _REMEDY)
    return sitk.Cast(image, sitk.sitkUInt16)


def check_codes(image: sitk.Image, role: str) -> None:
    """Refuse what is no label map; ``role`` names it in errors.

    Raises:
        InputError: it has not one whole number a voxel.
    """
    values = sitk.GetArrayViewFromImage(image)
    if image.GetNumberOfComponentsPerPixel() != 1 or values.dtype.kind not in "iuf":
        raise InputError(f"The {role} label map has pixels of the type {image.GetPixelIDTypeAsString()}.", _REMEDY)
    if values.dtype.kind == "f" and (broken := values[~(np.isfinite(values) & (values == np.rint(values)))]).size:
        raise InputError(f"The {role} label map holds {broken[0]}, which is not a whole number.", _REMEDY)


def labels_on(labels: sitk.Image, image: sitk.Image, whose: str) -> sitk.Image:
    """The labels of an image on its voxels, by nearest neighbour.

    Args:
        whose: what the image is called in errors.

    Raises:
        InputError: they are no label map, of another dimension, or hold nothing where the image is.
    """
    k = image.GetDimension()
    if labels.GetDimension() != k:
        raise InputError(
            f"The labels are {labels.GetDimension()}-D and the {whose} is {k}-D.", f"Name the labels of this {whose}."
        )
    check_codes(labels, whose)
    on = resampled(labels, image, sitk.Transform(k, sitk.sitkIdentity), labels=True)
    if not sitk.GetArrayViewFromImage(on).any():
        raise InputError(f"The labels hold nothing where the {whose} is.", "Check that both belong together.")
    return on


def _codes(labels: sitk.Image) -> set[int]:
    """The codes a label map holds, without the background."""
    return set(np.flatnonzero(np.bincount(sitk.GetArrayViewFromImage(labels).ravel())).tolist()) - {0}
