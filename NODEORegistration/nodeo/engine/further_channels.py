"""More images of the same two people: each pair is a channel beside the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import SimpleITK as sitk
import torch

from ..errors import InputError, check_kind
from ..geometry.grid import Grid
from ..geometry.resampling import darkest
from ..settings import Settings
from ..settings.channels import check_channel
from ..similarity.channel import Channel
from . import inputs, preparation


@dataclass(frozen=True)
class ChannelImages:
    """One more pair of images: the fixed one lies where the first fixed image lies, the moving where the first moving.

    Attributes:
        fixed, moving: scalar images, on any grids.
        similarity: as in the settings; "": theirs.
        weight: in the loss; that of the first pair is 1.
        fixed_mask, moving_mask: where this channel counts (not 0).
        name: in the history and the metrics; "": image2, image3, …
    """

    fixed: sitk.Image
    moving: sitk.Image
    similarity: str = ""
    weight: float = 1.0
    fixed_mask: sitk.Image | None = None
    moving_mask: sitk.Image | None = None
    name: str = ""


def further_channels(
    given: Sequence[ChannelImages], fixed: sitk.Image, settings: Settings, device: torch.device
) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    """The channels, in mm, and notes on what was resampled.

    Args:
        fixed: the first fixed image, whose grid all are compared on.
        device: that works.

    Raises:
        InputError: one cannot be used, or does not lie where its first image lies.
    """
    channels: list[Channel] = []
    notes: list[str] = []
    for number, images in enumerate(given, start=2):
        check_kind(f"channel {number}", images, ChannelImages)
        name = images.name or f"image{number}"
        check_channel(name, images.similarity, images.weight, [channel.name for channel in channels])
        similarity = images.similarity or settings.similarity
        here, there, mask_here, mask_there = _checked(images, fixed, name)
        if not Grid.of(here).agrees(Grid.of(fixed)):
            here, mask_here = _on_grid_of(fixed, here, mask_here, name)
            notes.append(f"The fixed image of {name} was resampled onto the grid of the first.")
        scans = preparation.prepare(here, there, mask_here, mask_there, settings, device)
        channels.append(Channel(name, *scans, similarity, float(images.weight)))
    return tuple(channels), tuple(notes)


def _checked(
    images: ChannelImages, first: sitk.Image, name: str
) -> tuple[sitk.Image, sitk.Image, sitk.Image | None, sitk.Image | None]:
    """Both images and masks, past the door."""
    fixed, moving = (
        inputs.check_image(_image(image, f"{role} image of {name}"), f"{role} image of {name}")
        for role, image in (("fixed", images.fixed), ("moving", images.moving))
    )
    inputs.check_pair(fixed, moving)
    if fixed.GetDimension() != first.GetDimension() or len(Grid.of(fixed).axes) != len(Grid.of(first).axes):
        raise InputError(f"The images of {name} have another dimension than the first.", "All must have the same.")
    masks = [
        None if mask is None else inputs.check_mask(_image(mask, role), image, role)
        for role, mask, image in (
            (f"fixed mask of {name}", images.fixed_mask, fixed),
            (f"moving mask of {name}", images.moving_mask, moving),
        )
    ]
    return fixed, moving, masks[0], masks[1]


def _image(image: object, role: str) -> sitk.Image:
    check_kind(role, image, sitk.Image)
    assert isinstance(image, sitk.Image)
    return inputs.without_time(image)


def _on_grid_of(
    first: sitk.Image, image: sitk.Image, mask: sitk.Image | None, name: str
) -> tuple[sitk.Image, sitk.Image]:
    """An image on the first one's grid, and where it counts there: not where it has no voxels.

    Raises:
        InputError: it lies elsewhere.
    """
    at_rest = sitk.Transform()
    counted = Grid.of(image).stamp(sitk.Image(image.GetSize(), sitk.sitkUInt8) + 1) if mask is None else mask
    seen = sitk.Resample(counted, first, at_rest, sitk.sitkNearestNeighbor, 0.0, sitk.sitkUInt8)
    if not sitk.GetArrayViewFromImage(seen).any():
        raise InputError(
            f"The fixed image of {name} does not lie where the first fixed image lies.",
            "Bring the two together first; each further image has to match its first one.",
            "overlap",
        )
    return sitk.Resample(image, first, at_rest, sitk.sitkLinear, darkest(image), sitk.sitkFloat32), seen
