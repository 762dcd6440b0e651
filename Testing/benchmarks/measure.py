"""One resampler and one metric code for every field, whoever made it."""

from __future__ import annotations

from typing import Any

import numpy as np
import SimpleITK as sitk
from nodeo.engine.measurement import FOREGROUND
from nodeo.engine.preparation import scaled
from nodeo.evaluation.labels import evaluate
from nodeo.evaluation.points import target_error
from nodeo.field.regularity import jacobian_determinant, measure_folding
from nodeo.geometry.grid import Grid
from nodeo.settings import Settings
from prepared import Prepared


def measure(pair: Prepared, forward: sitk.Transform, inverse: sitk.Transform | None) -> dict[str, Any]:
    """Everything that is measured of one registration, JSON-able.

    Args:
        forward: φ as a dense field on the fixed grid, to the moving image as it was prepared.
        inverse: φ⁻¹ as a dense field on any grid, or None.

    Returns:
        ``dice`` and ``hd95`` (mm) by structure, if there are labels; ``landmarks``: mean, median and largest error (mm)
        and number by set, if there are any; ``folding`` over the whole fixed image and all
        forward and backward difference schemes; ``jacobian``: extremes of det J by central differences over the whole
        image, and the standard deviation of its logarithm over the foreground; ``inverse_consistency_mm`` over the
        foreground, or None.
    """
    image = pair.image("fixed")
    grid = Grid.of(image)
    counted = foreground(image)
    return {
        **agreement(pair, forward),
        **regularity(grid, forward, counted),
        "inverse_consistency_mm": None if inverse is None else inverse_consistency(grid, forward, inverse, counted),
    }


def foreground(image: sitk.Image) -> np.ndarray:
    """Mask [(D,) H, W] of what is not background."""
    return scaled(Grid.of(image).tensor(image), Settings().intensity_range).numpy() > FOREGROUND


def agreement(pair: Prepared, forward: sitk.Transform) -> dict[str, Any]:
    """What the truth says of a map: overlap of the structures, errors at the landmarks, as far as there are any."""
    whole = pair.whole(forward)
    return {**_overlap(pair, whole), **_landmarks(pair, whole)}


def _overlap(pair: Prepared, whole: sitk.Transform) -> dict[str, Any]:
    """Dice and HD95 of each structure that both label maps hold; the moving one is read by nearest neighbour."""
    if not pair.labelled:
        return {}
    found = evaluate(pair.image("fixed_labels"), pair.image("moving_labels"), "all", whole).as_dict()["structures"]
    return {key: {code: structure[key] for code, structure in found.items()} for key in ("dice", "hd95")}


def _landmarks(pair: Prepared, whole: sitk.Transform) -> dict[str, Any]:
    """Target registration error of each set of landmarks, mm."""
    found = {}
    for title, (fixed, moving) in pair.points.items():
        error = target_error(whole, fixed, moving)
        found[title] = {
            "mean": float(error.mean()),
            "median": float(np.median(error)),
            "max": float(error.max()),
            "number": len(error),
        }
    return {"landmarks": found} if found else {}


def regularity(grid: Grid, forward: sitk.Transform, counted: np.ndarray) -> dict[str, Any]:
    """Folding and the spread of det J of a dense field."""
    local = grid.local_vectors(grid.displacements(forward))
    folding, _ = measure_folding(local, grid.step)
    determinant = jacobian_determinant(local, grid.step).numpy()
    logarithm = np.log(np.maximum(determinant[counted], 1e-9))
    return {
        "folding": {
            "voxels": folding.voxels,
            "percent": folding.percent,
            "volume_mm3": folding.volume,
            "smallest": folding.smallest,
            "largest": folding.largest,
        },
        "jacobian": {
            "min": float(determinant.min()),
            "max": float(determinant.max()),
            "sd_log": float(logarithm.std()),
        },
    }


def inverse_consistency(
    grid: Grid, forward: sitk.Transform, inverse: sitk.Transform, counted: np.ndarray
) -> dict[str, float] | None:
    """|ψ(φ(x)) - x| in mm over the counted voxels that φ leads to where ψ is known; None if there are none."""
    displacement = sitk.GetArrayFromImage(grid.displacements(forward))
    returned = grid.displacements(sitk.CompositeTransform([inverse, forward]))  # the last is applied first
    error = np.linalg.norm(sitk.GetArrayFromImage(returned), axis=-1)
    inside = counted & _within(_support(inverse), _points(grid) + displacement)
    if not inside.any():
        return None
    values = error[inside]
    return {"mean": float(values.mean()), "p99": float(np.percentile(values, 99)), "max": float(values.max())}


def _points(grid: Grid) -> np.ndarray:
    """World positions [(D,) H, W, k] of the voxels."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in reversed(grid.size)), indexing="ij")[::-1], -1)
    return grid.world(index)


def _support(transform: sitk.Transform) -> Grid:
    """The grid of a displacement field."""
    return Grid.of(sitk.DisplacementFieldTransform(transform).GetDisplacementField())


def _within(grid: Grid, points: np.ndarray) -> np.ndarray:
    """Which world points [..., k] lie between the first and the last voxel."""
    index = grid.index(points)
    return np.all((index >= -1e-6) & (index <= np.asarray(grid.size) - 1 + 1e-6), axis=-1)
