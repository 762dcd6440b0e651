"""From the optimised flow to what is handed out, and the measurements taken on exactly that."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import numpy as np
import SimpleITK as sitk
import torch
import torchdiffeq
from torch import Tensor

from ..field import regularity
from ..geometry.grid import Grid, Lattice, dense, sample
from ..geometry.resampling import darkest, resampled
from ..progress import Reporter
from ..settings import Settings
from ..version import __version__
from . import alignment, devices
from .level import Pair
from .result import Result

if TYPE_CHECKING:
    from .optimisation import Deformation, Flow

FOREGROUND = 0.05  # of the intensity range: brighter fixed voxels are where statistics are taken


def assemble(
    moving: sitk.Image, pair: Pair, flow: Flow, inverse: Deformation, settings: Settings, report: Reporter
) -> Result:
    """Transforms, images and measurements of a finished flow.

    Args:
        moving: the moving image in its own pixel type.
        inverse: of the flow's deformation, on nodes of its own over the same box.
    """
    deformation = flow.whole()
    forward, nodes = deformation.displacement.cpu(), deformation.lattice.grid
    back, back_nodes = inverse.displacement.cpu(), inverse.lattice.grid
    factors = tuple(round(n / f) for n, f in zip(nodes.step, pair.fixed.grid.step, strict=True))
    voxels = pair.domain.nodes((1,) * len(factors))
    on_voxels = dense(forward, factors)
    with report.timed("transforms"):
        kept, there = (voxels, on_voxels) if settings.dense_field else (nodes, forward)
        displacement = kept.vector_image(there)
        initial_back = alignment.inverse_transform(pair.initial, pair.moving.grid)
        transform = _composite([pair.initial, _field_transform(displacement)])
        inverse_transform = _composite([_field_transform(back_nodes.vector_image(back)), initial_back])
    with report.timed("warped image"):
        warped = resampled(moving, pair.fixed.image, transform)
        report.check()
    with report.timed("measurements"):
        determinant = _determinant(pair, transform, on_voxels)
        report.check()
        metrics = _metrics(pair, flow, on_voxels, back, voxels, determinant, settings)
    metrics["field"] = {"size": list(kept.size), "spacing_mm": list(kept.spacing)}
    metrics["seconds"] = {name: round(value, 3) for name, value in report.seconds.items()}
    metrics["seconds"]["total"] = round(sum(report.seconds.values()), 3)
    return Result(
        transform=transform,
        inverse=inverse_transform,
        displacement=sitk.Cast(displacement, sitk.sitkVectorFloat32),
        warped=warped,
        jacobian=pair.fixed.grid.image(determinant),
        initial=pair.initial,
        background=darkest(moving),
        metrics=metrics,
        history=flow.history,
        settings=settings,
    )


def _field_transform(displacement: sitk.Image) -> sitk.Transform:
    """A displacement field of world vectors, float64, as a transform."""
    return sitk.DisplacementFieldTransform(sitk.Image(displacement))


def _composite(last_to_first: list[sitk.Transform]) -> sitk.CompositeTransform:
    """The composition; as SimpleITK keeps it, the last of the list is applied first. The identity is left out."""
    kept = [t for t in last_to_first if t.GetTransformEnum() != sitk.sitkIdentity]
    composite = sitk.CompositeTransform(kept)
    composite.FlattenTransform()
    return composite


def _inside(pair: Pair, on_voxels: Tensor) -> Tensor:
    """The part [..., d, h, w] of a tensor on the domain's voxels that lies in the fixed image."""
    first, size = pair.domain.overlap()
    for axis, (index, start, n) in enumerate(zip(first, pair.domain.start, size, strict=True)):
        on_voxels = on_voxels.narrow(on_voxels.dim() - 1 - axis, index - start, n)
    return on_voxels


def _region(pair: Pair) -> tuple[slice, ...]:
    """Where the domain's part of the fixed image lies in it, as an index z, y, x."""
    return tuple(slice(a, a + n) for a, n in zip(*(t[::-1] for t in pair.domain.overlap()), strict=True))


def _determinant(pair: Pair, transform: sitk.Transform, on_voxels: Tensor) -> Tensor:
    """det J of φ [D, H, W] on the fixed grid, in mm, by central differences."""
    grid = pair.fixed.grid
    if not pair.initial.IsLinear():
        field = grid.local_vectors(grid.displacements(transform))
        return regularity.jacobian_determinant(field, grid.step)
    scale = _linear_scale(pair)
    whole = torch.full(grid.shape, scale)
    whole[_region(pair)] = scale * _inside(pair, regularity.jacobian_determinant(on_voxels, grid.step))
    return whole


def _linear_scale(pair: Pair) -> float:
    """det A of a linear initial transform; 1 for any other, whose part in det J is measured where φ is sampled."""
    if not pair.initial.IsLinear():
        return 1.0
    matrix, _ = alignment.linear_part(pair.initial, pair.fixed.grid)
    return float(np.linalg.det(matrix))


def _metrics(
    pair: Pair,
    flow: Flow,
    on_voxels: Tensor,
    inverse: Tensor,
    voxels: Grid,
    determinant: Tensor,
    settings: Settings,
) -> dict[str, Any]:
    """Everything that is measured on the field that is handed out."""
    grid = pair.fixed.grid
    folding, _ = regularity.measure_folding(_inside(pair, on_voxels).contiguous(), grid.step)
    counted = pair.fixed.mask > 0 if pair.fixed.mask is not None else pair.fixed.values > FOREGROUND
    mean, high = _inverse_consistency(on_voxels, inverse, voxels, pair, counted)
    before, after = flow.similarity
    scale = _linear_scale(pair)
    certificate = flow.certificates[-1]
    return {
        "similarity": {"name": settings.similarity, "before": before, "after": after},
        "folding": {
            "voxels": folding.voxels,
            "percent": 100.0 * folding.voxels / determinant.numel(),  # of the whole fixed image, whatever the box
            "non_diffeomorphic_volume_mm3": folding.volume,
            "smallest": scale * folding.smallest,
            "largest": scale * folding.largest,
        },
        "jacobian": _statistics(determinant, counted, grid),
        "inverse_consistency_mm": {"mean": mean, "p99": high},
        "certificate": {
            "rounds": [c.rounds for c in flow.certificates],
            "damped_percent": [c.damped_percent for c in flow.certificates],
            "scale": certificate.scale,
        },
        "stop": flow.stops,
        "fallbacks": flow.fallbacks,
        "device": devices.describe(flow.device),
        "peak_memory_mb": devices.peak_memory_mb(flow.device),
        "versions": {
            "nodeo": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchdiffeq": torchdiffeq.__version__,
            "numpy": np.__version__,
            "SimpleITK": sitk.Version.VersionString(),
        },
    }


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


def _inverse_consistency(
    on_voxels: Tensor, inverse: Tensor, voxels: Grid, pair: Pair, counted: Tensor
) -> tuple[float, float]:
    """Mean and 99th percentile, mm, of |ψ⁻¹(ψ(x)) - x| over the counted fixed voxels; A cancels."""
    counted = counted[_region(pair)]
    there = _inside(pair, on_voxels)[:, counted]
    points = _inside(pair, Lattice(voxels).sampling(on_voxels))[:, counted]
    error = (there + sample(inverse, points)).square().sum(0).sqrt().numpy()
    return float(error.mean()), float(np.percentile(error, 99))
