"""How the subjects of a cohort differ from the fixed image that all were registered to: log det J, and volumes.

det J is of φ: the fixed image, or template -> the subject. Its logarithm is above 0 where the subject is larger than
the template, below 0 where it is smaller; log 2 = .69 is twice the volume.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
import torch

from ..cohort.finished import Finished
from ..errors import InputError
from ..evaluation.volume import log_of, voxel_volume
from ..files.reading import read_image, read_transform
from ..geometry.grid import Grid
from ..geometry.resampling import resampled
from ..report.content import find_content

LARGEST_SMOOTHING = 1000.0  # mm
_TO_SIGMA = 1.0 / math.sqrt(8.0 * math.log(2.0))  # from the full width at half maximum of a Gaussian
_ERROR, _WIDEST = 0.01, 4096  # of the discrete Gaussian: what its kernel may lack, and points it may have


@dataclass(frozen=True)
class Wish:
    """How log det J is wanted.

    Attributes:
        smooth: full width at half maximum of a Gaussian, mm; 0: not smoothed.
        with_affine: whether the affine part's volume stays in.
    """

    smooth: float = 0.0
    with_affine: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.smooth <= LARGEST_SMOOTHING:
            raise InputError(f"--smooth is {self.smooth:g}.", f"It must be 0 to {LARGEST_SMOOTHING:g} mm.")


def affine_factor(subject: Finished) -> float:
    """|det A| of a subject's affine part: how much larger the subject is as a whole."""
    change = subject.read("metrics.json").get("volume_change") or {}
    if not isinstance(change.get("affine_factor"), float | int):
        raise InputError(f"{subject.path('metrics.json')} has no affine part's volume.", "Run the cohort again.")
    return float(change["affine_factor"])


def log_jacobians(subjects: Sequence[Finished], wish: Wish) -> Iterator[sitk.Image]:
    """log det J of one subject after the other, on the grid of the fixed image, float32.

    Raises:
        InputError: a file cannot be read, or they were not registered to one grid.
    """
    first: Grid | None = None
    for subject in subjects:
        jacobian = read_image(subject.path("jacobian.nrrd"), "Jacobian determinant")
        first = first or Grid.of(jacobian)
        if not first.agrees(Grid.of(jacobian)):
            raise InputError(
                f"{subject.name} was registered to another grid than {subjects[0].name}.",
                "Name a cohort onto one fixed image.",
            )
        determinant = sitk.GetArrayFromImage(jacobian)
        log = log_of(torch.from_numpy(determinant), float(np.sign(np.median(determinant))) or 1.0).numpy()
        if not wish.with_affine:
            log = log - math.log(affine_factor(subject))
        image = Grid.of(jacobian).stamp(sitk.GetImageFromArray(log.astype(np.float32)))
        yield smoothed(image, wish.smooth)


def smoothed(image: sitk.Image, width: float) -> sitk.Image:
    """An image under a Gaussian of a full width at half maximum in mm; beyond its edge the edge value goes on."""
    if width == 0:
        return image
    variance = (width * _TO_SIGMA) ** 2
    k = image.GetDimension()
    return sitk.DiscreteGaussian(image, [variance] * k, _WIDEST, _ERROR)


def content_mask(template: sitk.Image) -> sitk.Image:
    """Where an image has content, its holes filled: 1, else 0."""
    grid = Grid.of(template)
    inside = sitk.GetArrayViewFromImage(template) > find_content(template, template).threshold
    flat = sitk.GetImageFromArray(
        inside.reshape(grid.shape).astype(np.uint8)
    )  # in a slice one voxel thick no hole is one
    filled = sitk.GetArrayFromImage(sitk.BinaryFillhole(flat)).reshape(inside.shape)
    return grid.stamp(sitk.GetImageFromArray(filled))


def carried_volumes(subject: Finished, labels: sitk.Image) -> dict[int, float]:
    """The volume of each structure in a subject's own image, ml; of a slice, cm².

    Args:
        labels: of the fixed image; carried back through φ⁻¹ to the subject's voxels, by nearest neighbour.
    """
    own = read_image(subject.input("moving"), "moving image")
    back = read_transform(subject.path("inverse.h5"))
    return own_volumes(resampled(labels, own, back, labels=True))


def own_volumes(labels: sitk.Image) -> dict[int, float]:
    """The volume of each structure of a label map, ml; of a slice, cm²."""
    codes, counts = np.unique(sitk.GetArrayViewFromImage(labels), return_counts=True)
    return {int(code): float(count) * voxel_volume(labels) for code, count in zip(codes, counts, strict=True) if code}
