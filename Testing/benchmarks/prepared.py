"""The same inputs for every method: one pair, made ready once.

What is done is a convention of this benchmark, so that no method starts from anything that another does not get:

* pixels become float32, labels uint16, files uncompressed NRRD;
* a pair that needs an affine start gets it from this engine's own search, and moving image and labels are resampled to
  the fixed grid with it, once (the engine alone would never do that). Otherwise the moving image stays on its grid;
* an axis of one voxel goes: slices are 2-D images, in the axes of the fixed slice;
* of a slice cut out of a volume those structures count that both slices show at 25 voxels or more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo.engine import inputs, preparation
from nodeo.files import reading
from nodeo.geometry.grid import Grid
from nodeo.geometry.resampling import resampled
from nodeo.settings import Settings
from nodeo.start import alignment
from pairs import Cut, Pair

LEAST_VOXELS = 25
ROLES = ("fixed", "moving", "fixed_labels", "moving_labels")


@dataclass(frozen=True)
class Prepared:
    """A pair on the disk, as every method gets it.

    Attributes:
        pair: what it was made from.
        folder: where ``fixed.nrrd``, ``moving.nrrd`` and their labels lie.
        size, spacing: of the fixed image, x first, mm.
    """

    pair: Pair
    folder: Path
    size: tuple[int, ...]
    spacing: tuple[float, ...]

    def file(self, role: str) -> Path:
        """Where the image of a role lies."""
        return self.folder / f"{role}.nrrd"

    def image(self, role: str) -> sitk.Image:
        """The image of a role."""
        return sitk.ReadImage(str(self.file(role)))

    @property
    def labelled(self) -> bool:
        """Whether there are label maps."""
        return self.pair.fixed_labels is not None

    @property
    def megavoxels(self) -> float:
        """Size of the fixed image."""
        return float(np.prod(self.size)) / 1e6


def prepare(pair: Pair, folder: Path, anew: bool = True) -> Prepared:
    """Make a pair ready in ``folder``.

    Args:
        anew: do it even if it was done before.

    Raises:
        InputError: a file cannot be read, or the images cannot be registered.
    """
    about = folder / "pair.json"
    if anew or not about.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        images = _made(pair)
        for role, image in images.items():
            sitk.WriteImage(image, str(folder / f"{role}.nrrd"))
        geometry = {"size": images["fixed"].GetSize(), "spacing": images["fixed"].GetSpacing()}
        about.write_text(json.dumps(geometry) + "\n", encoding="utf-8")
    geometry = json.loads(about.read_text(encoding="utf-8"))
    return Prepared(pair, folder, tuple(geometry["size"]), tuple(geometry["spacing"]))


def _made(pair: Pair) -> dict[str, sitk.Image]:
    """All images of a pair, by role."""
    images = {}
    for role in ROLES:
        path = getattr(pair, role)
        if path is not None:
            pixel = sitk.sitkUInt16 if role.endswith("labels") else sitk.sitkFloat32
            images[role] = sitk.Cast(inputs.without_time(reading.read_image(path, role.replace("_", " "))), pixel)
    if pair.initial == "affine":
        _align(images)
    if pair.cut is not None:
        images = {role: _slice(image, pair.cut) for role, image in images.items()}
    if 1 in images["fixed"].GetSize():
        frame = Grid.of(images["fixed"])
        images = {role: _flat(image, frame) for role, image in images.items()}
    if pair.cut is not None and "fixed_labels" in images:
        _keep_large_structures(images)
    return images


def _align(images: dict[str, sitk.Image]) -> None:
    """Bring moving image and labels to the fixed grid by the engine's own affine start."""
    scans = preparation.prepare(images["fixed"], images["moving"], None, None, Settings())
    start = alignment.initial_transform(*scans, "affine", lambda: None).transform
    for role in ("moving", "moving_labels"):
        if role in images:
            images[role] = resampled(images[role], images["fixed"], start, labels=role.endswith("labels"))


def _slice(image: sitk.Image, cut: Cut) -> sitk.Image:
    """One slice, still a volume."""
    axis = int(np.abs(Grid.of(image).rotation[cut.axis]).argmax())
    box: list[slice] = [slice(None)] * 3
    box[axis] = slice(cut.index, cut.index + 1)
    return image[tuple(box)]


def _flat(image: sitk.Image, frame: Grid) -> sitk.Image:
    """A volume of one slice as a 2-D image, in the axes of ``frame`` and from its origin; both are parallel."""
    grid = Grid.of(image)
    plane = frame.rotation[:, frame.axes]
    flat = sitk.GetImageFromArray(sitk.GetArrayFromImage(image).reshape(grid.shape))
    flat.SetSpacing(grid.step)
    flat.SetOrigin((plane.T @ (np.asarray(grid.origin) - np.asarray(frame.origin))).tolist())
    flat.SetDirection((plane.T @ grid.rotation[:, grid.axes]).ravel().tolist())
    return flat


def _keep_large_structures(images: dict[str, sitk.Image]) -> None:
    roles = ("fixed_labels", "moving_labels")
    counts = [np.bincount(sitk.GetArrayViewFromImage(images[role]).ravel(), minlength=2**16) for role in roles]
    kept = np.minimum(*counts) >= LEAST_VOXELS
    for role in roles:
        labels = sitk.GetArrayFromImage(images[role])
        image = sitk.GetImageFromArray(np.where(kept[labels], labels, 0).astype(np.uint16))
        image.CopyInformation(images[role])
        images[role] = image
