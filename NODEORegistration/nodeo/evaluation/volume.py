"""How volume changes under a map: log det J, with the affine part and without it, and structure by structure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..geometry.resampling import resampled
from .labels import check_codes
from .structures import names_of

_SMALLEST = 1e-9  # of det J: where a map folds there is no logarithm


def volume_change(determinant: Tensor | np.ndarray, affine: float) -> dict[str, Any]:
    """Mean and standard deviation of log det J over some points: 0 keeps volume, 0.69 means twice as large in moving.

    Args:
        determinant: det J of φ [n].
        affine: determinant of the affine part A; negative if that mirrors.
    """
    log = log_of(torch.as_tensor(determinant), affine).double()
    mean, sd = float(log.mean()), float(log.std(correction=0))
    return {
        "affine_factor": abs(affine),
        "log_det_j": {"mean": mean, "sd": sd},
        "log_det_j_without_affine": {"mean": mean - math.log(abs(affine)), "sd": sd},
    }


def structure_volumes(jacobian: sitk.Image, labels: sitk.Image, affine: float) -> dict[str, Any]:
    """Each structure of the fixed image: how large it is there, and how large what φ takes it to.

    Args:
        jacobian: det J of φ on the fixed grid.
        labels: label map of the fixed image, read by nearest neighbour.
        affine: as for :func:`volume_change`.

    Returns:
        by code as text: ``fixed_ml`` and ``mapped_ml`` (∫ det J; of a 2-D image ``fixed_cm2`` and ``mapped_cm2``), and
        the means of log det J.

    Raises:
        InputError: ``labels`` is no label map.
    """
    check_codes(labels, "fixed")
    codes = sitk.GetArrayFromImage(resampled(labels, jacobian, sitk.Transform(), labels=True)).ravel()
    determinant = sitk.GetArrayViewFromImage(jacobian).ravel().astype(float)
    log, shift = log_of(torch.from_numpy(determinant), affine).numpy(), math.log(abs(affine))
    unit, voxel = unit_of(jacobian), voxel_volume(jacobian)
    present = sorted({int(code) for code in np.unique(codes)} - {0})
    names = names_of(present, "all", present)
    table = {}
    for code in present:
        inside = codes == code
        mean = float(log[inside].mean())
        table[str(code)] = {
            "name": names[code],
            f"fixed_{unit}": float(inside.sum()) * voxel,
            f"mapped_{unit}": float(np.abs(determinant[inside]).sum()) * voxel,
            "log_det_j": mean,
            "log_det_j_without_affine": mean - shift,
        }
    return table


def unit_of(image: sitk.Image) -> str:
    """What volumes are told in: ml; of a 2-D image, whose volumes are areas, cm2."""
    return "ml" if image.GetDimension() == 3 else "cm2"


def voxel_volume(image: sitk.Image) -> float:
    """The volume of a voxel, ml; of a pixel of a 2-D image, cm²."""
    return math.prod(image.GetSpacing()) / (1000 if image.GetDimension() == 3 else 100)


def log_of(determinant: Tensor, affine: float) -> Tensor:
    """log det J; of a mirror, as a mirror shows it. Only the sign of ``affine`` matters."""
    mirrored = determinant if affine > 0 else -determinant
    return mirrored.clamp(min=_SMALLEST).log_()
