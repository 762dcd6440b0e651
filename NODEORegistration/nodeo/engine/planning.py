"""From two scans and the initial transform to a plan: what is compared, in which box, level by level."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ..errors import InputError
from ..field.initial_transform import InitialTransform
from ..field.point_inverse import moved
from ..field.regularity import measure_folding
from ..geometry.boxes import occupied_box
from ..geometry.domain import Domain, Level
from ..geometry.grid import Grid
from ..geometry.linear_points import LinearPoints
from ..models import Model
from ..models.base import Task
from ..settings import Settings
from ..settings.channels import PAIR
from ..similarity import WEIGHTS
from ..similarity.channel import Channel, Scan
from ..start import contrast
from . import devices, pyramid
from .guidance import Guide

_THINNEST = 4  # voxels of what is compared, along its shortest axis
_DIGITS = 3  # of an index: finer differences are round-off


def planned(
    fixed: Scan,
    moving: Scan,
    initial: InitialTransform,
    model: Model,
    settings: Settings,
    guide: Guide = Guide(),  # noqa: B008 it is frozen
    content: np.ndarray | None = None,
    domain: Domain | None = None,
    device: torch.device | str = "cpu",
) -> tuple[Task, list[Level]]:
    """What every level starts from, and the levels, for scans from :func:`nodeo.engine.preparation.prepare`.

    Args:
        guide: what else guides.
        content: world points [m, ndim] that the domain has to reach, in the moving image's world.
        domain: the one to have, instead of one of these images' own.
        device: that works.

    Raises:
        InputError: the initial transform folds, or leaves nothing to compare.
    """
    _check_start(fixed, initial)
    device = torch.device(device)
    pair = Channel(PAIR, fixed, moving, model.similarity or settings.similarity)
    channel = _looked_at(pair, initial, settings, device)
    box = _content_box(fixed, moving, initial)
    if content is not None:
        box = _joined(box, fixed, (content - initial.offset) @ np.linalg.inv(initial.matrix).T)
    if guide.points is not None:
        back = moved(initial.inverse, guide.points.moving)
        box = _joined(box, fixed, np.concatenate([guide.points.fixed, back]))
    domain, levels = pyramid.plan(fixed, box, model, settings, domain)
    further = [_looked_at(each, initial, settings, device) for each in guide.channels]
    return Task((channel, *further), initial, domain, guide.points, guide.structures), levels


def _looked_at(channel: Channel, initial: InitialTransform, settings: Settings, device: torch.device) -> Channel:
    """A channel with its overlap under A, and the similarity that its images decide on."""
    of = "" if channel.name == PAIR else f" of {channel.name}"
    overlap = _overlap(channel.fixed, channel.moving, initial, settings, of)
    with devices.threads(1):  # what several threads add up differs in the last digits
        pair = channel.fixed, channel.moving
        similarity = devices.where_it_fits(partial(contrast.chosen, channel.similarity, *pair, initial), device)
    weight = channel.weight * WEIGHTS.get(similarity.name, 1.0)
    return replace(channel, similarity=similarity.name, weight=weight, overlap=overlap, reason=similarity.reason)


def _check_start(fixed: Scan, initial: InitialTransform) -> None:
    """Refuse an initial transform that folds by itself: nothing that is put before it can undo that."""
    if initial.is_linear:
        return
    folding, _ = measure_folding(initial.local_displacement(fixed.grid), fixed.grid.step)
    if folding.voxels:
        raise InputError(
            f"The initial transform folds at {folding.voxels} voxels of the fixed image.",
            "Smooth it, or start from a linear transform.",
            "initial",
        )


def _content_box(fixed: Scan, moving: Scan, initial: InitialTransform) -> np.ndarray:
    """First and last fixed index [k, 2] (x first) of the moving content, brought to the fixed grid."""
    ends = [np.array([0, n - 1]) for n in moving.grid.size]
    for axis, content in zip(moving.grid.axes, moving.content[::-1], strict=True):
        ends[axis] = content
    corners = moving.grid.world(np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, moving.grid.ndim))
    back = (corners - initial.offset) @ np.linalg.inv(initial.matrix).T
    index = fixed.grid.index(back)[:, list(fixed.grid.axes)]
    index = index.round(_DIGITS)  # a hair beyond a voxel is not beyond it
    return np.stack([np.floor(index.min(0)), np.ceil(index.max(0))], 1)


def _joined(box: np.ndarray, fixed: Scan, points: np.ndarray) -> np.ndarray:
    """A box of fixed indices [k, 2] (x first), wide enough for world points [m, ndim] of the fixed image."""
    index = fixed.grid.index(points)[:, list(fixed.grid.axes)].round(_DIGITS)
    low, high = np.floor(index.min(0)), np.ceil(index.max(0))
    return np.stack([np.minimum(box[:, 0], low), np.maximum(box[:, 1], high)], 1)


def out_of_reach(task: Task) -> tuple[str, ...]:
    """A note on guiding points that lie where nothing deforms."""
    if task.points is None:
        return ()
    domain = task.domain
    index = domain.grid.index(task.points.fixed)[:, list(domain.grid.axes)]
    start = np.array(domain.start)
    outside = ((index < start) | (index > start + np.array(domain.length))).any(1)
    if not outside.any():
        return ()
    number = int(np.flatnonzero(outside)[0])
    others = f", and {int(outside.sum()) - 1} more" if outside.sum() > 1 else ""
    return (f"A guiding point lies in the background, which does not deform: {task.points.name(number)}{others}.",)


def _overlap(fixed: Scan, moving: Scan, initial: InitialTransform, settings: Settings, of: str) -> Tensor | None:
    """[D, H, W] on the fixed grid: 1 where the initial transform leads into the moving image; None if everywhere."""
    there = LinearPoints.index(fixed.grid, moving.grid, initial.matrix, initial.offset)
    flat = len(moving.grid.axes) < moving.grid.ndim  # and may lie beside the other
    if not flat and there.within(moving.grid.size) and fixed.mask is None and moving.mask is None:
        return None
    everywhere = moving.grid.stamp(sitk.Image(moving.grid.size, sitk.sitkUInt8) + 1)
    overlap = _nearest(everywhere, fixed.grid, initial.linear)
    if not overlap.any():
        raise InputError(
            f"The two images{of} do not overlap where they lie in space.",
            "Check the images' origins and directions, or start from another initial transform (auto, center, rigid)."
            if settings.initial == "identity"
            else "Check the initial transform, and the images' origins and directions.",
            "overlap",
        )
    counted = overlap if fixed.mask is None else overlap * fixed.mask
    if moving.mask is not None:
        counted = counted * _nearest(moving.grid.image(moving.mask), fixed.grid, initial.linear)
    _check_enough(counted, "overlap" if fixed.mask is None and moving.mask is None else "masks")
    return None if bool(overlap.all()) else overlap


def _nearest(image: sitk.Image, grid: Grid, transform: sitk.Transform) -> Tensor:
    """The nearest voxel of an image at each point of a grid under a pull-back transform, [D, H, W]; 0 outside."""
    there = grid.origin, grid.spacing, grid.direction, 0.0, image.GetPixelID()
    return grid.tensor(sitk.Resample(image, grid.size, transform, sitk.sitkNearestNeighbor, *there))


def _check_enough(counted: Tensor, code: str) -> None:
    """Refuse a comparison of nothing, or of so little that a registration could only pretend.

    Args:
        code: what the hint is about.
    """
    remedy = "Check the masks, or start from another initial transform."
    if not counted.any():
        raise InputError(
            "The masks leave nothing to compare: where the initial transform puts them, they do not overlap.",
            remedy,
            code,
        )
    box = occupied_box(counted.numpy() > 0)
    width = int((box[:, 1] - box[:, 0] + 1).min())
    if width < _THINNEST:
        voxels = f"{width} voxel{'s' if width > 1 else ''}"
        raise InputError(
            f"There is too little to compare: what the images and masks have in common is only {voxels} wide.",
            remedy,
            code,
        )
