"""What is reported, measured on exactly what is handed out."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
import SimpleITK as sitk
import torch
import torchdiffeq
from torch import Tensor

from ..field import regularity
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.sampling import sample
from ..models.base import Task
from ..progress import Reporter
from ..version import __version__
from . import devices
from .assembly import Assembly
from .optimisation import Flow

FOREGROUND = 0.05  # of the intensity range: brighter fixed voxels are where statistics are taken


def measure(task: Task, flow: Flow, handed_out: Assembly, report: Reporter) -> tuple[sitk.Image, dict[str, Any]]:
    """The Jacobian determinant of φ on the fixed grid, and every figure but the seconds."""
    grid = task.fixed.grid
    determinant = _determinant(task, handed_out)
    report.check()
    counted = task.fixed.mask > 0 if task.fixed.mask is not None else task.fixed.values > FOREGROUND
    mean, high = _inverse_consistency(task, handed_out, counted)
    field = handed_out.displacement
    metrics = {
        "similarity": _similarity(task, flow),
        "folding": _folding(task, handed_out),
        "jacobian": _statistics(determinant, counted, grid),
        "inverse_consistency_mm": {"mean": mean, "p99": high},
        "certificate": {
            "rounds": [c.rounds for c in flow.certificates],
            "damped_percent": [c.damped_percent for c in flow.certificates],
            "scale": flow.certificates[-1].scale,
        },
        "stop": flow.stops,
        "fallbacks": flow.fallbacks,
        "device": devices.describe(flow.device),
        "peak_memory_mb": devices.peak_memory_mb(flow.device),
        "versions": _versions(),
        "field": {"size": list(field.GetSize()), "spacing_mm": list(field.GetSpacing())},
    }
    return grid.image(determinant), metrics


def _similarity(task: Task, flow: Flow) -> dict[str, Any]:
    """The similarity loss before and after at the last level: as it counts in the loss, and of each channel."""
    before = {name: values[0] for name, values in flow.similarities.items()}
    after = {name: values[1] for name, values in flow.similarities.items()}
    return {
        "name": " + ".join(channel.similarity for channel in task.channels),
        "before": sum(channel.weight * before[channel.name] for channel in task.channels),
        "after": sum(channel.weight * after[channel.name] for channel in task.channels),
        "channels": {
            channel.name: {
                "name": channel.similarity,
                "weight": channel.weight,
                "before": before[channel.name],
                "after": after[channel.name],
            }
            for channel in task.channels
        },
    }


def _folding(task: Task, handed_out: Assembly) -> dict[str, Any]:
    """Folding of the displacement under all schemes; extremes of det J those of φ."""
    inside = task.domain.inside(handed_out.forward).contiguous()
    folding, _ = regularity.measure_folding(inside, task.fixed.grid.step)
    scale = _scale(task)
    return {
        "voxels": folding.voxels,
        "percent": 100.0 * folding.voxels / task.fixed.values.numel(),  # of the whole fixed image, whatever the box
        "non_diffeomorphic_volume_mm3": folding.volume,
        "smallest": scale * folding.smallest,
        "largest": scale * folding.largest,
    }


def _determinant(task: Task, handed_out: Assembly) -> Tensor:
    """det J of φ [D, H, W] on the fixed grid, in mm, by central differences."""
    grid = task.fixed.grid
    if not task.initial.is_linear:
        field = grid.local_vectors(grid.displacements(handed_out.transform))
        return regularity.jacobian_determinant(field, grid.step)
    whole = torch.full(grid.shape, _scale(task))
    inside = task.domain.inside(regularity.jacobian_determinant(handed_out.forward, grid.step))
    whole[task.domain.region()] = _scale(task) * inside
    return whole


def _scale(task: Task) -> float:
    """det A of a linear initial transform; 1 for any other, whose part in det J is measured where φ is sampled."""
    return task.initial.determinant if task.initial.is_linear else 1.0


def _statistics(determinant: Tensor, counted: Tensor, grid: Grid) -> dict[str, Any]:
    """Extremes of det J over the image, where they are (world, mm, LPS), and its spread over the counted voxels."""
    values = determinant[counted].double().numpy()
    p1, p50, p99 = np.percentile(values, (1, 50, 99))
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
        "p1": float(p1),
        "p50": float(p50),
        "p99": float(p99),
        "sd_log": float(np.log(np.maximum(values, 1e-9)).std()),
    }


def _inverse_consistency(task: Task, handed_out: Assembly, counted: Tensor) -> tuple[float, float]:
    """Mean and 99th percentile, mm, of |ψ⁻¹(ψ(x)) - x| over the counted fixed voxels; A cancels."""
    domain, forward = task.domain, handed_out.forward
    voxels = Lattice(domain.nodes((1,) * len(forward)))
    counted = counted[domain.region()]
    there = domain.inside(forward)[:, counted]
    points = domain.inside(voxels.sampling(forward))[:, counted]
    error = (there + sample(handed_out.back, points)).square().sum(0).sqrt().numpy()
    return float(error.mean()), float(np.percentile(error, 99))


def _versions() -> dict[str, str]:
    return {
        "nodeo": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchdiffeq": torchdiffeq.__version__,
        "numpy": np.__version__,
        "SimpleITK": sitk.Version.VersionString(),
    }
