"""What is reported, measured on exactly what is handed out."""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np
import SimpleITK as sitk
import torch
import torchdiffeq
from torch import Tensor

from ..evaluation.points import round_trip
from ..evaluation.volume import log_of, volume_change
from ..field import regularity
from ..field.regularity import Folding
from ..geometry.grid import Grid
from ..models.base import Task
from ..progress import Reporter
from ..settings.channels import STRUCTURES
from ..similarity.channel import Scan
from ..start.bearings import looks_lost
from ..version import __version__
from . import devices
from .assembly import Assembly
from .percentiles import percentiles
from .segments import Flow

_POINTS = 8_000  # where the way there and back is tried
_NOTHING = 1e-6  # a similarity loss as small as this, before and after, of images that differ
_ALIKE = 0.02  # a similarity loss as small as this leaves nothing to do
_STILL = 0.01  # of a voxel; who moves no point further has moved nothing
_PLANES = 16  # looked at at once
FOREGROUND = 0.05  # of the intensity range: brighter fixed voxels are where statistics are taken


def measure(
    task: Task, flow: Flow, handed_out: Assembly, noted: Sequence[str], report: Reporter
) -> tuple[sitk.Image, dict[str, Any]]:
    """The Jacobian determinant of φ on the fixed grid, and every figure but the seconds.

    Args:
        noted: what a person should know of the start.
    """
    grid, device = task.fixed.grid, handed_out.forward.device
    displacement, factor = _forward(task, handed_out)
    determinant = _determinant(task, handed_out.forward if task.initial.is_linear else displacement, factor)
    report.tell("Measurements", "measurements", 0.3)
    counted = _counted(task.fixed, device)
    field = handed_out.displacement
    metrics = {
        "similarity": _similarity(task, flow),
        "kernel_widening": list(flow.widenings),
        "folding": folding_figures(regularity.measure_folding(displacement, grid.step)[0], grid, factor),
        "inverse_folding": folding_figures(handed_out.inverse_folding, task.moving.grid),
        "jacobian": statistics(determinant, counted, grid),
        "volume_change": volume_change(determinant[counted], task.initial.determinant),
        **_consistency(task, handed_out, counted),
        "start": _start(task, flow),
        "certificate": {
            "rounds": [c.rounds for c in flow.certificates],
            "damped_percent": [c.damped_percent for c in flow.certificates],
            "smoothings": [c.smoothings for c in flow.certificates],
            "scale": min(c.scale for c in flow.certificates),
        },
        "stop": flow.stops,
        "fallbacks": [*noted, *flow.fallbacks, *_notes(task, flow, handed_out)],
        "device": devices.describe(flow.device),
        "peak_memory_mb": devices.peak_memory_mb(flow.device),
        "versions": _versions(),
        "field": {"size": list(field.GetSize()), "spacing_mm": list(field.GetSpacing())},
    }
    return grid.image(determinant), metrics


def _start(task: Task, flow: Flow) -> dict[str, Any]:
    """Whether the flow began with a segment that follows large motion, and how large that was, in mm."""
    if flow.beginning is None:
        return {"searched": False}
    # what comes before the world is counted in fixed voxels
    motion = flow.beginning.motion * min(task.fixed.grid.step)
    return {"searched": True, "motion_mm": motion, "smoothings": flow.beginning.certificate.smoothings}


def _similarity(task: Task, flow: Flow) -> dict[str, Any]:
    """The similarity loss before and after at the last level: as it counts in the loss, and of each channel."""
    before = {name: values[0] for name, values in flow.similarities.items()}
    after = {name: values[1] for name, values in flow.similarities.items()}
    reasons = [channel.reason for channel in task.channels if channel.reason]
    compared = {channel.name: (channel.similarity, channel.weight) for channel in task.channels}
    if task.structures is not None and STRUCTURES in before:
        compared[STRUCTURES] = ("overlap", task.structures.weight)
    return {
        "name": " + ".join(similarity for similarity, _ in compared.values()),
        **({"chosen": "; ".join(reasons)} if reasons else {}),
        "before": sum(weight * before[name] for name, (_, weight) in compared.items()),
        "after": sum(weight * after[name] for name, (_, weight) in compared.items()),
        "channels": {
            name: {"name": similarity, "weight": weight, "before": before[name], "after": after[name]}
            for name, (similarity, weight) in compared.items()
        },
    }


def _notes(task: Task, flow: Flow, handed_out: Assembly) -> list[str]:
    """What a person should know although nothing went wrong."""
    squares = [planes.square().sum(0).max() for planes in handed_out.forward.split(_PLANES, dim=1)]
    farthest = math.sqrt(float(torch.stack(squares).max()))
    unlike = any(before > _ALIKE for before, _ in flow.similarities.values())
    nothing = all(max(values) < _NOTHING for values in flow.similarities.values())
    if nothing and not _equal(task.fixed.image, task.moving.image):
        return ["Nothing was compared: where both images are seen, one of them shows nothing."]
    notes = []
    if farthest < _STILL * min(task.fixed.grid.step) and unlike:
        notes.append("Nothing was moved although the images differ: the similarity saw no way to go.")
    if unlike and _lost(task):
        notes.append(
            "The registration may be lost: where it began, the images look no more alike than where they surely do not "
            "belong. Look at the result; start from auto or from a transform of your own."
        )
    return notes


def _lost(task: Task) -> bool:
    with devices.threads(1):
        return looks_lost(task.fixed, task.moving, task.initial)


def _equal(one: sitk.Image, other: sitk.Image) -> bool:
    return np.array_equal(sitk.GetArrayViewFromImage(one), sitk.GetArrayViewFromImage(other))


def _forward(task: Task, handed_out: Assembly) -> tuple[Tensor, float]:
    """What φ does on the fixed grid inside the domain, [k, ...] mm, and the factor on its det J.

    A linear A is a factor on det J; any other is a part of what is measured, on the whole grid.
    """
    grid = task.fixed.grid
    if task.initial.is_linear:
        return task.domain.inside(handed_out.forward).contiguous(), task.initial.determinant
    return grid.local_displacements(handed_out.transform).to(handed_out.forward), 1.0


def folding_figures(folding: Folding, grid: Grid, factor: float = 1.0) -> dict[str, Any]:
    """Folding under all schemes, and the extremes of det J: of a mirroring map, as a mirror shows them."""
    voxels = math.prod(grid.shape)
    return {
        "voxels": folding.voxels,
        "percent": 100.0 * folding.voxels / voxels,  # of the whole image, whatever the box
        "non_diffeomorphic_volume_mm3": folding.volume,
        "smallest": abs(factor) * folding.smallest,
        "largest": abs(factor) * folding.largest,
    }


def _determinant(task: Task, displacement: Tensor, factor: float) -> Tensor:
    """det J of φ [D, H, W] on the fixed grid, in mm, by central differences."""
    grid = task.fixed.grid
    if not task.initial.is_linear:
        return regularity.jacobian_determinant(displacement, grid.step)
    whole = torch.full(grid.shape, factor, device=displacement.device)
    whole[task.domain.region()] = factor * task.domain.inside(regularity.jacobian_determinant(displacement, grid.step))
    return whole


def statistics(determinant: Tensor, counted: Tensor, grid: Grid) -> dict[str, Any]:
    """Extremes of det J over the image, where they are (world, mm, LPS), and its spread over the counted voxels."""
    values = determinant[counted]
    p1, p50, p99 = percentiles(values, (1, 50, 99))
    flat = determinant.flatten()
    places = {}
    for name, index in (("min", int(flat.argmin())), ("max", int(flat.argmax()))):
        position = np.zeros(grid.ndim)
        position[list(grid.axes)] = np.unravel_index(index, grid.shape)[::-1]
        places[name] = [round(float(x), 3) for x in grid.world(position)]
    return {
        "min": float(flat.min()),
        "max": float(flat.max()),
        "min_at_mm": places["min"],
        "max_at_mm": places["max"],
        "p1": p1,
        "p50": p50,
        "p99": p99,
        "sd_log": float(log_of(values, 1.0).double().std(correction=0)),
    }


def _consistency(task: Task, handed_out: Assembly, counted: Tensor) -> dict[str, dict[str, float]]:
    """How far there and back again ends from the start, mm, at random points between the voxels, both ways."""
    there, back = handed_out.transform, handed_out.inverse
    seen = _counted(task.moving, counted.device)
    return {
        "inverse_consistency_mm": spread_of(round_trip(there, back, scattered(counted, task.fixed.grid))),
        "forward_consistency_mm": spread_of(round_trip(back, there, scattered(seen, task.moving.grid))),
    }


def _counted(scan: Scan, device: torch.device) -> Tensor:
    """Where statistics are taken, [D, H, W]: in the mask, or without one where the image is not dark."""
    if scan.mask is not None:
        return scan.mask.to(device) > 0
    return scan.values.to(device) > FOREGROUND


def scattered(counted: Tensor, grid: Grid) -> np.ndarray:
    """World points [n, ndim], anywhere in random voxels of those that are ``counted`` [D, H, W]; always the same."""
    random = np.random.default_rng(0)
    chosen = counted.flatten().nonzero()[:, 0].cpu().numpy()
    chosen = random.choice(chosen, min(_POINTS, 20 * len(chosen)))
    places = np.stack(np.unravel_index(chosen, grid.shape)[::-1], 1) + random.uniform(
        -0.5, 0.5, (len(chosen), counted.dim())
    )
    index = np.zeros((len(chosen), grid.ndim))
    index[:, list(grid.axes)] = places
    return grid.world(index)


def spread_of(distances: np.ndarray) -> dict[str, float]:
    """Mean, 99th percentile and largest of distances, mm."""
    p99 = np.percentile(distances, 99)
    return {"mean": float(distances.mean()), "p99": float(p99), "max": float(distances.max())}


def _versions() -> dict[str, str]:
    return {
        "nodeo": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchdiffeq": torchdiffeq.__version__,
        "numpy": np.__version__,
        "SimpleITK": sitk.Version.VersionString(),
    }
