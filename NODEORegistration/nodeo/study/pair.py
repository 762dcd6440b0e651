"""The pair of images that a study registers again and again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import SimpleITK as sitk

from ..engine import inputs
from ..errors import InputError
from ..geometry.grid import Grid

SAMPLE = Path(__file__).resolve().parents[3] / "Resources" / "SampleData"


@dataclass(frozen=True)
class StudyPair:
    """Images by their role, one of :data:`~nodeo.study.ROLES`; ``title`` names the pair for people."""

    images: dict[str, sitk.Image]
    title: str

    def __post_init__(self) -> None:
        """Refuse what could not be registered, before any run begins."""
        inputs.check_image(self.fixed, "fixed image")
        inputs.check_image(self.moving, "moving image")
        inputs.check_pair(self.fixed, self.moving)

    @property
    def fixed(self) -> sitk.Image:
        return self.images["fixed"]

    @property
    def moving(self) -> sitk.Image:
        return self.images["moving"]

    @property
    def labelled(self) -> bool:
        """Whether Dice can be measured."""
        return "fixed_labels" in self.images and "moving_labels" in self.images

    @cached_property
    def digest(self) -> str:
        """A name for exactly these pixels at exactly these places."""
        digest = hashlib.sha256()
        for role in sorted(self.images):
            image = self.images[role]
            digest.update(f"{role} {Grid.of(image)} {image.GetPixelIDTypeAsString()}".encode())
            digest.update(sitk.GetArrayViewFromImage(image).tobytes())
        return digest.hexdigest()[:16]


def sample_files() -> dict[str, Path]:
    """The files of the pair that ships with the project, by role.

    Raises:
        InputError: nodeo was installed without them.
    """
    files = {role: SAMPLE / f"{role}.nrrd" for role in ("fixed", "moving", "fixed_labels", "moving_labels")}
    if not all(path.is_file() for path in files.values()):
        raise InputError("The sample pair is not beside this installation of nodeo.", "Name FIXED and MOVING.")
    return files
