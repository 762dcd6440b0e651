"""What ``nodeo register`` is told beside the two images."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import SimpleITK as sitk

from ...engine.further_channels import ChannelImages
from ...engine.guidance import Guidance
from ...errors import InputError
from ...files.points import read_points
from ...files.reading import read_image
from ...geometry.point_pairs import PointPairs, paired
from ...settings.channels import weight_of

_MASKS = ("fixed_mask", "moving_mask")
_KEYS = ("similarity", "weight", *_MASKS, "name")


def guidance_of(options: argparse.Namespace, images: dict[str, sitk.Image]) -> Guidance:
    """Points and further images from their files, and the labels where they guide.

    Args:
        images: those that were named, by role; the labels are among them.
    """
    guiding = options.labels_for in ("guide", "both")
    labels = {role: images.get(role) if guiding else None for role in ("fixed_labels", "moving_labels")}
    if guiding and any(image is None for image in labels.values()):
        raise InputError("The labels are to guide, and not both are given.", "Give --fixed-labels and --moving-labels.")
    return Guidance(
        points=_points(options, images["fixed"].GetDimension()),
        points_for=options.points_for,
        channels=tuple(channel.read(number) for number, channel in enumerate(_channels(options), start=2)),
        **labels,
    )


def guiding_files(options: argparse.Namespace) -> list[Path]:
    """Every file that guidance is read from, but the labels.

    Raises:
        InputError: a channel is not told as it should be.
    """
    points = [path for path in (options.fixed_points, options.moving_points) if path is not None]
    return points + [path for channel in _channels(options) for path in channel.files()]


def _points(options: argparse.Namespace, dimension: int) -> PointPairs | None:
    files = {"fixed": options.fixed_points, "moving": options.moving_points}
    if all(path is None for path in files.values()):
        return None
    for image, path in files.items():
        if path is None:
            raise InputError(f"There are points of one image only: --{image}-points is missing.", "Give both or none.")
    fixed, moving = (read_points(path, f"{image} points") for image, path in files.items())
    return paired(fixed, moving, dimension)


@dataclass(frozen=True)
class _Channel:
    """One ``--channel`` as it was typed."""

    fixed: Path
    moving: Path
    options: dict[str, str] = field(default_factory=dict)

    def files(self) -> list[Path]:
        masks = [Path(self.options[name]) for name in _MASKS if name in self.options]
        return [self.fixed, self.moving, *masks]

    def read(self, number: int) -> ChannelImages:
        """The images of the channel of that number."""
        of = f"of channel {number}"
        masks = {
            name: read_image(self.options[name], f"{name.replace('_', ' ')} {of}")
            for name in _MASKS
            if name in self.options
        }
        return ChannelImages(
            read_image(self.fixed, f"fixed image {of}"),
            read_image(self.moving, f"moving image {of}"),
            similarity=self.options.get("similarity", ""),
            weight=weight_of(self.options.get("weight", "1"), "a channel"),
            name=self.options.get("name", ""),
            **masks,
        )


def _channels(options: argparse.Namespace) -> list[_Channel]:
    return [_channel(words) for words in options.channel]


def _channel(words: list[str]) -> _Channel:
    files, assignments = words[:2], words[2:]
    if len(files) < 2:
        raise InputError(f"--channel {' '.join(words)} names one image only.", "Name a fixed and a moving image.")
    options = {}
    for word in assignments:
        name, sign, value = word.partition("=")
        if not sign or name not in _KEYS or not value:
            raise InputError(
                f"--channel has '{word}' after its two images.", f"There may be {', '.join(f'{k}=…' for k in _KEYS)}."
            )
        options[name] = value
    return _Channel(Path(files[0]), Path(files[1]), options)
