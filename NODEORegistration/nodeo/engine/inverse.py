"""The way back: the inverse of a finished flow, without folds like the flow itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..field.deformation import Deformation
from ..field.flow import Solver, transport
from ..field.inverse_fit import fit_inverse
from ..field.inversion import left_over, refine_inverse, search_inverse
from ..field.smoothed_folds import without_folds
from ..geometry.domain import Domain, Level
from ..geometry.lattice import Lattice
from ..geometry.sampling import on_nodes
from ..models.base import Segment
from ..progress import Reporter
from . import devices
from .segments import Flow

_STEPS = 2  # solver steps, a segment, when the flow is run once more
_MOST_POINTS = 16_000_000  # an inverse at every voxel has at most these; of a larger domain it is kept on the nodes
_MOST_PARTS = 10_000_000  # and one between the voxels
_NEAR = 0.005  # of a spacing: nearer than this a node need not be, whose neighbours' mean is farther
_WALKED, _REFINED, _FITTED = 0.1, 0.6, 0.78  # shares of the time, when each is done
_WORTH = 0.75  # of the error before: what more nodes have to come below
_FINEST = 0.3  # of a voxel; nodes as near as this are near enough
_COARSE = 0.7  # of the coarsest spacing; axes with more than this get more nodes

# Of a voxel, by the number of dimensions: as far as all but a hundredth of the box may end from where it came. In a
# plane more nodes cost next to nothing.
_EXACT = {2: 0.1, 3: 0.15}


def kept_points(domain: Domain, last: Level) -> int:
    """How many points an inverse after the last level is expected to have."""
    voxels = math.prod(n + 1 for n in domain.length)
    return voxels if voxels <= _MOST_POINTS else last.nodes


def invert(flow: Flow, domain: Domain, report: Reporter) -> Deformation:
    """The inverse deformation; on the CPU if the GPU's memory is too small for it."""

    def on(device: torch.device) -> Deformation:
        if device != flow.device:
            flow.move(device)
            flow.fallbacks.append("Inverse: memory ran out; the CPU took over.")
        whole = flow.whole()
        return exact_inverse(_backwards(flow.segments, whole), whole, domain, report)

    return devices.where_it_fits(on, flow.device)


@torch.no_grad()
def _backwards(segments: Sequence[Segment], deformation: Deformation) -> Tensor:
    """The flow run backwards on its nodes [k, D, H, W], or where there is none a search."""
    velocities = [segment.velocity for segment in segments if segment.velocity is not None]
    if len(velocities) == len(segments):
        return transport(velocities, deformation.lattice, Solver("midpoint", _STEPS), inverse=True)
    return search_inverse(deformation.displacement, deformation.lattice)


@torch.no_grad()
def exact_inverse(backwards: Tensor, deformation: Deformation, domain: Domain, report: Reporter) -> Deformation:
    """An inverse made exact, fitted, and smoothed where it folds.

    Between nodes the inverse of an interpolated map bends more than the map, so it gets a node at every voxel, and more
    where that is not enough and the box is small.

    Args:
        backwards: about the inverse, [k, D, H, W] on the deformation's nodes.
    """
    displacement, lattice = deformation.displacement, deformation.lattice

    def told(share: float) -> None:
        report.tell("Inverse", "inverse", _WALKED + share * (_REFINED - _WALKED))

    voxels = Lattice(domain.nodes((1,) * len(displacement)), displacement.device)
    on_voxels = on_nodes(displacement, voxels.shape)
    kept = voxels if math.prod(voxels.shape) <= _MOST_POINTS else lattice
    # few points, which leave little to do for the many
    backwards = refine_inverse(backwards, displacement, lattice, enough=_NEAR)
    error, best = math.inf, None
    while True:
        start = on_nodes(backwards, kept.shape)
        inverse = refine_inverse(start, displacement, lattice, at=kept, told=told, enough=_NEAR)
        del start  # as large as all that is to come
        inverse = fit_inverse(inverse, on_voxels, voxels)
        report.tell("Inverse", "inverse", _FITTED)
        inverse = without_folds(inverse, kept.spacing)
        before, error = error, _inexactness(inverse, on_voxels, voxels)
        if best is not None and error > _WORTH * before:  # as of a map that folds and has no inverse
            return best
        best, finer = Deformation(inverse, kept), _finer(kept)
        fine = error <= _EXACT[len(displacement)] or min(kept.spacing) < _FINEST * min(voxels.spacing)
        if fine or math.prod(finer) > _MOST_PARTS:
            return best
        kept = Lattice(domain.of_shape(finer), displacement.device)


def _inexactness(inverse: Tensor, forward: Tensor, voxels: Lattice) -> float:
    """How far all but a hundredth of the box ends from where it came, there and back again, at most; voxels."""
    return float(left_over(inverse, forward, voxels).quantile(0.99)) / min(voxels.spacing)


def _finer(lattice: Lattice) -> tuple[int, ...]:
    """The shape of a lattice over the same box with twice as many intervals along its coarse axes."""
    spacing = lattice.spacing[::-1]
    coarse = [h > _COARSE * max(spacing) for h in spacing]
    return tuple(2 * n - 1 if double else n for n, double in zip(lattice.shape, coarse, strict=True))
