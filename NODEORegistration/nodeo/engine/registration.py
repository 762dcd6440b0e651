"""A registration from the first image to the last measurement. Read it top to bottom."""

from __future__ import annotations

import math

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..errors import InputError
from ..field.flow import Solver, transport
from ..field.inversion import fit_inverse, refine_inverse, search_inverse
from ..field.velocity import FlowField
from ..geometry.grid import Lattice
from ..progress import ProgressCallback, Reporter
from ..settings import Settings
from . import alignment, devices, inputs, preparation, pyramid
from .assembly import assemble
from .level import Pair, on_nodes
from .optimisation import Deformation, Flow, Optimisation, Velocity
from .preparation import Scan
from .pyramid import Domain, Level
from .result import Result

_SINGULAR = 1e-6  # determinant of an initial transform
_TRANSPORT_STEPS = 2  # solver steps, a segment, when the flow is run once more for the inverse
_INVERSE_POINTS = 16_000_000  # an inverse at every voxel has at most these; of a larger domain it is kept on the nodes


def register(
    fixed: sitk.Image,
    moving: sitk.Image,
    settings: Settings | None = None,
    *,
    fixed_mask: sitk.Image | None = None,
    moving_mask: sitk.Image | None = None,
    initial_transform: sitk.Transform | None = None,
    progress: ProgressCallback | None = None,
) -> Result:
    """Deform ``moving`` onto ``fixed``.

    Args:
        fixed, moving: scalar 2-D or 3-D images of any size, spacing and direction; an axis of one voxel makes it 2-D.
        settings: default: the preset ``balanced``.
        fixed_mask, moving_mask: where the similarity counts (not 0); the field exists everywhere.
        initial_transform: A, fixed world -> moving world, in place of ``settings.initial``.
        progress: called after every iteration; it stops the run by raising :class:`~nodeo.errors.Cancelled`.

    Returns:
        the transform both ways, the warped image, det J, and what was measured.

    Raises:
        InputError: the images, masks or settings cannot be used; the message says why and what to do.
    """
    settings = settings or Settings.preset("balanced")
    report = Reporter(progress)
    with devices.threads(settings.threads):
        device = devices.choose(settings.device)
        with report.timed("preparation"):
            report.tell("Checking the images", 0.0)
            fixed, moving = inputs.without_time(fixed), inputs.without_time(moving)
            scans = _checked(fixed, moving, fixed_mask, moving_mask, settings)
        with report.timed("initial transform"):
            report.tell("Initial transform", 0.01)
            if initial_transform is None:
                initial = alignment.initial_transform(*scans, settings.initial, report.check)
            else:
                initial = alignment.checked_transform(initial_transform, fixed.GetDimension())
        with report.timed("preparation"):
            pair, levels = planned(*scans, initial, settings)
        flow = Optimisation(pair, levels, settings, report).run(device)
        with report.timed("inverse"):
            report.tell("Inverse", 0.96)
            inverse = _inverse(flow, pair.domain)
        report.tell("Warped image and measurements", 0.97)
        return assemble(moving, pair, flow, inverse, settings, report)


def _checked(
    fixed: sitk.Image,
    moving: sitk.Image,
    fixed_mask: sitk.Image | None,
    moving_mask: sitk.Image | None,
    settings: Settings,
) -> tuple[Scan, Scan]:
    """Both images and masks, past the door and scaled to 0..1."""
    fixed = inputs.check_image(fixed, "fixed image")
    moving = inputs.check_image(moving, "moving image")
    inputs.check_pair(fixed, moving)
    if settings.published_arithmetic and not (fixed_mask is None and moving_mask is None):
        raise InputError("The published code knows no masks.", "Leave them out, or set published_arithmetic=false.")
    if fixed_mask is not None:
        fixed_mask = inputs.check_mask(inputs.without_time(fixed_mask), fixed, "fixed mask")
    if moving_mask is not None:
        moving_mask = inputs.check_mask(inputs.without_time(moving_mask), moving, "moving mask")
    return preparation.prepare(fixed, moving, fixed_mask, moving_mask, settings)


def planned(fixed: Scan, moving: Scan, initial: sitk.Transform, settings: Settings) -> tuple[Pair, list[Level]]:
    """What every level starts from, and the levels, for scans from :func:`nodeo.engine.preparation.prepare`.

    Args:
        initial: A, fixed world -> moving world.

    Raises:
        InputError: A cannot be inverted, or leaves nothing to compare.
    """
    matrix, offset = alignment.linear_part(initial, fixed.grid)
    if abs(np.linalg.det(matrix)) < _SINGULAR:
        raise InputError("The initial transform cannot be inverted.", "It squeezes space flat: check its matrix.")
    overlap = _overlap(fixed, moving, matrix, offset)
    ends = [np.array([0, n - 1]) for n in moving.grid.size]
    for axis, content in zip(moving.grid.axes, moving.content[::-1], strict=True):
        ends[axis] = content
    corners = moving.grid.world(np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, moving.grid.ndim))
    index = fixed.grid.index((corners - offset) @ np.linalg.inv(matrix).T)[:, list(fixed.grid.axes)]
    box = np.stack([np.floor(index.min(0)), np.ceil(index.max(0))], 1)
    domain, levels = pyramid.plan(fixed, moving, box, settings)
    return Pair(fixed, moving, initial, domain, overlap), levels


def _overlap(fixed: Scan, moving: Scan, matrix: np.ndarray, offset: np.ndarray) -> Tensor | None:
    """[D, H, W] on the fixed grid: 1 where the initial transform leads into the moving image; None if everywhere."""
    linear = alignment.affine(matrix, offset)
    everywhere = moving.grid.stamp(sitk.Image(moving.grid.size, sitk.sitkUInt8) + 1)
    inside = sitk.Resample(
        everywhere,
        fixed.image,
        linear,
        sitk.sitkNearestNeighbor,
        0.0,
        sitk.sitkUInt8,
        useNearestNeighborExtrapolator=False,
    )
    overlap = fixed.grid.tensor(inside)
    if not overlap.any():
        raise InputError(
            "The two images do not overlap where they lie in space.",
            "Start from --initial center, or check the images' origins and directions.",
        )
    counted = overlap if fixed.mask is None else overlap * fixed.mask
    if moving.mask is not None:
        mask = moving.grid.image(moving.mask)
        counted = counted * fixed.grid.tensor(sitk.Resample(mask, fixed.image, linear, sitk.sitkNearestNeighbor, 0.0))
    if not counted.any():
        raise InputError(
            "The masks leave nothing to compare: where the initial transform puts them, they do not overlap.",
            "Check the masks, or start from another initial transform.",
        )
    return None if bool(overlap.all()) else overlap


def _inverse(flow: Flow, domain: Domain) -> Deformation:
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
def _inverted(segments: list[Velocity], deformation: Deformation, domain: Domain) -> Deformation:
    """The flow run backwards, or in paper mode a search, then fitted to the forward map.

    Between nodes the inverse of an interpolated map bends more than the map, so it gets a node at every voxel.
    """
    displacement, lattice = deformation.displacement, deformation.lattice
    if all(isinstance(segment, FlowField) for segment in segments):
        backwards = transport(segments, lattice, Solver("midpoint", _TRANSPORT_STEPS), inverse=True)
    else:
        backwards = search_inverse(displacement, lattice)
    exact = refine_inverse(backwards, displacement, lattice)
    voxels = Lattice(domain.nodes((1,) * len(displacement)), displacement.device)
    kept = voxels if math.prod(voxels.shape) <= _INVERSE_POINTS else lattice
    fitted = fit_inverse(on_nodes(exact, kept.shape), on_nodes(displacement, voxels.shape), voxels)
    return Deformation(fitted, kept)
