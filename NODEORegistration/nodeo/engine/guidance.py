"""What a person knows beside the two images: points that correspond, structures that are segmented,
more images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk
import torch

from ..errors import InputError, check_kind
from ..evaluation.labels import check_labels
from ..field.initial_transform import InitialTransform
from ..field.point_inverse import moved
from ..geometry.grid import Grid
from ..geometry.placement import check_placed
from ..geometry.point_pairs import PointPairs
from ..geometry.resampling import resampled
from ..settings import USES, Settings
from ..similarity.channel import Channel, Scan
from ..similarity.structures import Structures
from .further_channels import ChannelImages, further_channels

_MOST_POINTS = 10_000
_LISTED = 12  # codes in a note
_UNCERTAIN = 3.0  # voxels: what two pairs may disagree by before they contradict each other
_HALF = 0.5 + 1e-3  # of a voxel, and round-off: so far from its centre a voxel reaches


@dataclass(frozen=True)
class Guidance:
    """What a registration is given beside the two images.

    Attributes:
        points: corresponding points, in world mm (LPS).
        points_for: ``measure`` the error at them, let them ``guide`` the deformation, or ``both``.
        fixed_labels, moving_labels: label maps of both images, on any grid, with the same codes for the same
            structures, whose overlap guides.
        channels: further pairs of images.
    """

    points: PointPairs | None = None
    points_for: str = "both"
    fixed_labels: sitk.Image | None = None
    moving_labels: sitk.Image | None = None
    channels: Sequence[ChannelImages] = ()

    @property
    def guiding_points(self) -> PointPairs | None:
        """The points, where they guide."""
        return self.points if self.points_for in ("guide", "both") else None

    @property
    def measured_points(self) -> PointPairs | None:
        """The points, where they measure."""
        return self.points if self.points_for in ("measure", "both") else None

    @property
    def guides(self) -> bool:
        """Whether anything here has a say in the deformation."""
        return self.guiding_points is not None or self.fixed_labels is not None or bool(self.channels)


@dataclass(frozen=True)
class Guide:
    """What guides, as the plan needs it: counted in the fixed image's smallest spacing.

    Attributes:
        channels: beside the first, not yet looked at under A.
    """

    points: PointPairs | None = None
    structures: Structures | None = None
    channels: tuple[Channel, ...] = ()


def guide_of(
    guidance: Guidance, fixed: Scan, moving: Scan, settings: Settings, unit: float, device: torch.device
) -> tuple[Guide, tuple[str, ...]]:
    """What guides, and notes on what does not.

    Args:
        fixed, moving: as they lie in the world, mm.
        unit: mm, to count in.
        device: that works.

    Raises:
        InputError: labels or images do not lie where the images lie.
    """
    factor = 1.0 / unit
    points = guidance.guiding_points
    structures = structures_of(guidance, fixed.image, moving.image, settings.label_weight)
    channels, notes = further_channels(guidance.channels, fixed.image, settings, device)
    scaled = tuple(replace(c, fixed=c.fixed.scaled(factor), moving=c.moving.scaled(factor)) for c in channels)
    guide = Guide(None if points is None else points.scaled(factor), structures, scaled)
    return guide, notes + (() if structures is None else left_out(structures))


def check_guidance(guidance: Guidance, fixed: sitk.Image, moving: sitk.Image) -> None:
    """Refuse guidance that cannot be used with these images.

    Raises:
        InputError: as the message says.
    """
    if guidance.points_for not in USES:
        raise InputError(f"The points are for '{guidance.points_for}'.", f"Choose one of {', '.join(USES)}.")
    if guidance.points is not None:
        check_kind("argument points", guidance.points, PointPairs)
        _check_points(guidance.points, fixed, moving)
    _check_label_maps(guidance, fixed)


def _check_label_maps(guidance: Guidance, fixed: sitk.Image) -> None:
    """Two label maps of the images' dimension, with a code in common, or none."""
    here, there = guidance.fixed_labels, guidance.moving_labels
    if here is None or there is None:
        if here is not there:
            raise InputError("There are labels of one image only.", "Labels guide where both images have them.")
        return
    for role, labels in (("fixed labels", here), ("moving labels", there)):
        check_kind(role, labels, sitk.Image)
        if labels.GetDimension() != fixed.GetDimension():
            raise InputError(f"The {role} have another dimension than the images.")
        check_placed(labels, role)
    check_labels(here, there)


def structures_of(guidance: Guidance, fixed: sitk.Image, moving: sitk.Image, weight: float) -> Structures | None:
    """The label maps on their images' grids, and the codes that both hold there; None where no labels guide.

    Raises:
        InputError: on the images' grids they have no code in common.
    """
    if guidance.fixed_labels is None or guidance.moving_labels is None:
        return None
    here, there = (
        Grid.of(image).codes(resampled(sitk.Cast(labels, sitk.sitkUInt16), image, sitk.Transform(), labels=True))
        for labels, image in ((guidance.fixed_labels, fixed), (guidance.moving_labels, moving))
    )
    common = np.intersect1d(here, there)
    codes = tuple(int(code) for code in common if code)
    if not codes:
        raise InputError(
            "Inside the images the two label maps have no structure in common.",
            "Check that each label map lies on its image.",
        )
    return Structures(here, there, codes, weight)


def left_out(structures: Structures) -> tuple[str, ...]:
    """A note on structures that only one image has."""
    notes = []
    for role, own, other in (
        ("fixed", structures.fixed, structures.moving),
        ("moving", structures.moving, structures.fixed),
    ):
        alone = [int(code) for code in np.setdiff1d(own, other) if code]
        if alone:
            listed = ", ".join(map(str, alone[:_LISTED])) + (", …" if len(alone) > _LISTED else "")
            notes.append(f"Only the {role} image has the structures {listed}: they do not guide.")
    return tuple(notes)


def _check_points(pairs: PointPairs, fixed: sitk.Image, moving: sitk.Image) -> None:
    """Each point a place in its image, and in no other row."""
    roles = (("fixed", pairs.fixed, fixed), ("moving", pairs.moving, moving))
    for role, points, image in roles:
        k = image.GetDimension()
        if not isinstance(points, np.ndarray) or points.ndim != 2 or points.shape[1] != k or not len(points):
            shape = getattr(points, "shape", type(points).__name__)
            raise InputError(f"The {role} points have the shape {shape}.", f"Give rows of {k} coordinates in mm.")
    if len(pairs.fixed) != len(pairs.moving):
        raise InputError(
            f"There are {len(pairs.fixed)} fixed points and {len(pairs.moving)} moving points.",
            "Give each fixed point its partner.",
        )
    if len(pairs) > _MOST_POINTS:
        raise InputError(f"There are {len(pairs)} pairs of points.", f"Up to {_MOST_POINTS} are possible.")
    if pairs.names and len(pairs.names) != len(pairs):
        raise InputError(f"There are {len(pairs)} pairs of points and {len(pairs.names)} names.", "Give one each.")
    for role, points, image in roles:
        _check_places(role, points, Grid.of(image), pairs)


def _check_places(role: str, points: np.ndarray, grid: Grid, pairs: PointPairs) -> None:
    finite = np.isfinite(points).all(1)
    if not finite.all():
        number = int(np.flatnonzero(~finite)[0])
        raise InputError(f"The {role} point {pairs.name(number)} is not a number.", "Correct it, or take it out.")
    index, last = grid.index(points), np.array(grid.size) - 1
    outside = ((index < -_HALF) | (index > last + _HALF)).any(1)
    if outside.any():
        number = int(np.flatnonzero(outside)[0])
        place = ", ".join(f"{x:.5g}" for x in points[number])
        others = f", and so do {outside.sum() - 1} others" if outside.sum() > 1 else ""
        raise InputError(
            f"The {role} point {pairs.name(number)} at ({place}) mm lies outside the {role} image{others}.",
            "Points are in LPS, in mm: a file in RAS has the other sign in x and y.",
            "points",
        )
    _, first, counts = np.unique(points.round(6), axis=0, return_index=True, return_counts=True)
    if (counts > 1).any():
        number = int(first[np.argmax(counts > 1)])
        raise InputError(f"The {role} point {pairs.name(number)} is there twice.", "Take one of the two out.")


def contradictions(pairs: PointPairs, initial: InitialTransform, fixed: Grid) -> tuple[str, ...]:
    """A note on pairs that no map without folds can follow: along the line between them, they change places.

    Args:
        fixed: grid of the fixed image.
    """
    start = moved(initial.transform, pairs.fixed)
    accused = np.zeros(len(pairs), dtype=int)
    for number in range(len(pairs)):
        apart, wanted = start - start[number], pairs.moving - pairs.moving[number]
        much = np.linalg.norm(wanted - apart, axis=1) > _UNCERTAIN * min(fixed.step)
        accused[number] = int((much & ((apart * wanted).sum(1) < 0)).sum())
    if not accused.any():
        return ()
    worst = int(accused.argmax())
    return (
        f"The pair of points {pairs.name(worst)} contradicts {accused[worst]} other"
        f"{'s' if accused[worst] > 1 else ''}: they change places. Look whether it was placed, or named, wrongly.",
    )
