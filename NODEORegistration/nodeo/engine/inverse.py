"""The way back: the inverse of a finished flow, without folds like the flow itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from ..field.deformation import Deformation
from ..field.flow import Solver, transport
from ..field.inverse_fit import fit_inverse
from ..field.inversion import refine_inverse, search_inverse
from ..field.smoothed_folds import without_folds
from ..geometry.domain import Domain
from ..geometry.lattice import Lattice
from ..geometry.sampling import on_nodes
from ..models.base import Segment
from . import devices
from .optimisation import Flow

_STEPS = 2  # solver steps, a segment, when the flow is run once more
_MOST_POINTS = 16_000_000  # an inverse at every voxel has at most these; of a larger domain it is kept on the nodes


def invert(flow: Flow, domain: Domain) -> Deformation:
    """The inverse deformation; on the CPU if the GPU's memory is too small for it."""
    try:
        return _inverted(flow.segments, flow.whole(), domain)
    except Exception as error:
        if flow.device.type == "cpu" or not devices.ran_out_of_memory(error):
            raise
    flow.move(torch.device("cpu"))
    flow.fallbacks.append("Inverse: memory ran out; the CPU took over.")
    return _inverted(flow.segments, flow.whole(), domain)


@torch.no_grad()
def _inverted(segments: Sequence[Segment], deformation: Deformation, domain: Domain) -> Deformation:
    """The flow run backwards, or where there is none a search; made exact, fitted, and smoothed where it folds.

    Between nodes the inverse of an interpolated map bends more than the map, so it gets a node at every voxel.
    """
    displacement, lattice = deformation.displacement, deformation.lattice
    velocities = [segment.velocity for segment in segments if segment.velocity is not None]
    if len(velocities) == len(segments):
        backwards = transport(velocities, lattice, Solver("midpoint", _STEPS), inverse=True)
    else:
        backwards = search_inverse(displacement, lattice)
    voxels = Lattice(domain.nodes((1,) * len(displacement)), displacement.device)
    kept = voxels if math.prod(voxels.shape) <= _MOST_POINTS else lattice
    exact = refine_inverse(on_nodes(backwards, kept.shape), displacement, lattice, at=kept)
    fitted = fit_inverse(exact, on_nodes(displacement, voxels.shape), voxels)
    unfolded, _ = without_folds(fitted, kept.spacing)
    return Deformation(unfolded, kept)
