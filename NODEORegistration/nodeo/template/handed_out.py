"""A subject's results: its registration in the last round, behind the correction of the mean shape.

The last round's φ belongs to the template before it. φ ∘ m⁻¹ belongs to the finished one, which is the average of what
these maps bring to it; no further registration adds its own error to their mean.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import SimpleITK as sitk
import torch
from torch import Tensor

from ..cohort.pair import Pair
from ..cohort.results import Companions, read_images
from ..engine.measurement import folding_figures, scattered, spread_of, statistics
from ..engine.result import Result
from ..evaluation.points import round_trip
from ..evaluation.volume import volume_change
from ..field.affine_part import split
from ..field.initial_transform import InitialTransform, composite
from ..field.regularity import jacobian_determinant, measure_folding
from ..files.reading import read_transform
from ..files.writing import appearing
from ..geometry.grid import Grid
from ..geometry.resampling import darkest, resampled
from ..progress import Progress, ProgressCallback
from ..settings import Settings
from . import names
from .measures import content


def hand_out(pair: Pair, registered: Path, progress: ProgressCallback) -> None:
    """Write what ``nodeo cohort run`` leaves of a pair, of the corrected transforms.

    Args:
        pair: the subject and the finished template; where to write.
        registered: the folder of the same subject in the last round.

    Raises:
        InputError: a file cannot be read, or the disk refuses.
    """
    companions = Companions(pair)
    progress(Progress("Transforms", 0.0))
    images = read_images(pair, ("fixed", "moving", "moving_labels"))
    result = corrected(registered, images)
    progress(Progress("Writing", 0.9))
    with appearing(pair.folder, companions.files) as folder:
        result.write(folder)
        if "moving_labels" in images:
            labels = resampled(images["moving_labels"], images["fixed"], result.transform, labels=True)
            sitk.WriteImage(labels, str(folder / "warped_labels.nrrd"), useCompression=True)
        companions.write(folder, result, images)


def corrected(registered: Path, images: Mapping[str, sitk.Image]) -> Result:
    """The result of a registration behind the correction of its round.

    Args:
        registered: its folder, in the round's.
        images: the finished template as ``fixed``, and ``moving``.
    """
    template, moving = images["fixed"], images["moving"]
    grid = Grid.of(template)
    back, forth = (read_transform(registered.parent / name) for name in (names.BACK, names.THERE))
    forward, inverse = (read_transform(registered / name) for name in ("transform.h5", "inverse.h5"))
    linear, deforming = split(forward)
    transform = composite([forward, back])
    deformed = grid.local_displacements(sitk.CompositeTransform([deforming, back]))
    determinant = jacobian_determinant(grid.local_displacements(transform), grid.step)
    result = Result(
        transform=transform,
        inverse=composite([forth, inverse]),
        displacement=sitk.Cast(grid.vector_image(deformed), sitk.sitkVectorFloat32),
        warped=resampled(moving, template, transform),
        jacobian=grid.image(determinant),
        initial=linear,
        background=darkest(moving),
        metrics={},
        history=[],
        settings=Settings.read(registered / "settings.json"),
    )
    result.metrics.update(_measured(result, images, deformed, torch.from_numpy(content(template))))
    result.metrics["seconds"] = _seconds(registered)
    return result


def _measured(result: Result, images: Mapping[str, sitk.Image], deformed: Tensor, counted: Tensor) -> dict[str, Any]:
    """What a registration measures of its result, but the similarity.

    Args:
        deformed: what φ does before its affine part, [k, D, H, W] local mm at the template's voxels.
        counted: the template's content [D, H, W].
    """
    grid, own = Grid.of(images["fixed"]), Grid.of(images["moving"])
    affine = InitialTransform(result.initial, grid).determinant
    determinant = grid.tensor(result.jacobian)
    undone = own.local_displacements(composite([result.initial, result.inverse]))  # A is out of it
    seen = torch.from_numpy(content(images["moving"]))
    return {
        "folding": folding_figures(measure_folding(deformed, grid.step)[0], grid, affine),
        "inverse_folding": folding_figures(measure_folding(undone, own.step)[0], own),
        "jacobian": statistics(determinant, counted, grid),
        "volume_change": volume_change(determinant[counted].double(), affine),
        "inverse_consistency_mm": spread_of(round_trip(result.transform, result.inverse, scattered(counted, grid))),
        "forward_consistency_mm": spread_of(round_trip(result.inverse, result.transform, scattered(seen, own))),
        "device": "cpu",
        "fallbacks": [],
    }


def _seconds(registered: Path) -> dict[str, Any]:
    """Of the registration."""
    try:
        return json.loads((registered / "metrics.json").read_text(encoding="utf-8"))["seconds"]
    except (OSError, ValueError, KeyError):
        return {"total": math.nan}
