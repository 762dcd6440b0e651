"""What is measured of a frame and of the whole series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..engine.result import Result
from ..evaluation.volume import structure_volumes, unit_of
from ..geometry.grid import Grid


def motion_of(transform: sitk.Transform, grid: Grid) -> sitk.Image:
    """|T(x) - x| at every point of a grid, mm, float32."""
    return sitk.Cast(sitk.VectorMagnitude(grid.displacements(transform)), sitk.sitkFloat32)


def figures(
    number: int, time: float, result: Result, motion: sitk.Image, counted: np.ndarray, still: np.ndarray
) -> dict[str, Any]:
    """The figures of a registered frame, but its seconds.

    Args:
        counted: [...] on the reference's grid, true where there is content: the motion is told of there.
        still: true where no frame shows anything.
    """
    metrics = result.metrics
    return {
        "frame": number,
        "time": time,
        "similarity": metrics["similarity"]["name"],
        "similarity_before": metrics["similarity"]["before"],
        "similarity_after": metrics["similarity"]["after"],
        "folds": metrics["folding"]["voxels"],
        "folds_inverse": metrics["inverse_folding"]["voxels"],
        "min_jacobian": metrics["jacobian"]["min"],
        "max_jacobian": metrics["jacobian"]["max"],
        "inverse_consistency_mm": metrics["inverse_consistency_mm"]["mean"],
        **motion_figures(motion, counted, still),
        "notes": metrics["fallbacks"],
    }


def reference_figures(number: int, time: float) -> dict[str, Any]:
    """The figures of the frame that is the reference: nothing moves, and nothing is compared."""
    compared = dict.fromkeys(("similarity", "similarity_before", "similarity_after"))
    zeros: dict[str, Any] = {"folds": 0, "folds_inverse": 0, "min_jacobian": 1.0, "max_jacobian": 1.0}
    moved = dict.fromkeys(("inverse_consistency_mm", "motion_mean_mm", "motion_max_mm", "background_motion_mm"), 0.0)
    return {"frame": number, "time": time, **compared, **zeros, **moved, "seconds": 0.0, "notes": [], "after": None}


def motion_figures(motion: sitk.Image, counted: np.ndarray, still: np.ndarray) -> dict[str, float | None]:
    """Mean and largest motion of the content, and the mean of the background, mm; None where there is none."""
    values = sitk.GetArrayViewFromImage(motion)
    content, background = values[counted.reshape(values.shape)], values[still.reshape(values.shape)]
    return {
        "motion_mean_mm": float(content.mean(dtype=float)) if content.size else None,
        "motion_max_mm": float(content.max()) if content.size else None,
        "background_motion_mm": float(background.mean(dtype=float)) if background.size else None,
    }


def structure_figures(jacobian: sitk.Image, labels: sitk.Image) -> dict[str, dict[str, float]]:
    """``structures_ml``, in 2-D ``structures_cm2``: how large each structure of the reference is in a frame, by code.

    Args:
        jacobian: det J of φ on the reference's grid: its integral over a structure is the volume that φ maps it to.
        labels: of the reference.
    """
    unit = unit_of(jacobian)
    table = structure_volumes(jacobian, labels, 1.0)
    return {f"structures_{unit}": {code: row[f"mapped_{unit}"] for code, row in table.items()}}


def background_motion(frames: Sequence[dict[str, Any]]) -> float | None:
    """The mean motion of the background over the frames that are not the reference, mm; None where there is none."""
    means = [figures["background_motion_mm"] for figures in frames if figures["similarity"] is not None]
    known = [mean for mean in means if mean is not None]
    return float(np.mean(known)) if known else None
