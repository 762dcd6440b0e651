"""The same inputs for every method: one pair, made ready once.

What is done is a convention of this benchmark, so that no method starts from anything that another does not get:

* pixels become float32, labels uint16, files uncompressed NRRD;
* a pair that needs a start for all alike gets it from this engine's own search, and the moving image is resampled to
  the fixed grid with it, once (the engine alone would never do that). Labels and landmarks stay where they are: they
  are reached through start and map together. Otherwise the moving image stays on its grid;
* an axis of one voxel goes: slices are 2-D images, in the axes of the fixed slice;
* of a slice cut out of a volume those structures count that both slices show at 25 voxels or more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from nodeo.engine import inputs, preparation
from nodeo.errors import InputError
from nodeo.files import reading
from nodeo.files.reading import read_transform
from nodeo.geometry.grid import Grid
from nodeo.geometry.resampling import resampled
from nodeo.settings import Settings
from nodeo.start import alignment
from pairs import Cut, Pair

LEAST_VOXELS = 25
ROLES = ("fixed", "moving", "fixed_labels", "moving_labels")
START = "start.h5"


@dataclass(frozen=True)
class Prepared:
    """A pair on the disk, as every method gets it.

    Attributes:
        pair: what it was made from.
        folder: where ``fixed.nrrd``, ``moving.nrrd`` and their labels lie.
        size, spacing: of the fixed image, x first, mm.
        points: title of a set of landmarks to the fixed and the moving ones [n, k], world mm.
    """

    pair: Pair
    folder: Path
    size: tuple[int, ...]
    spacing: tuple[float, ...]
    points: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def file(self, role: str) -> Path:
        """Where the image of a role lies."""
        return self.folder / f"{role}.nrrd"

    def image(self, role: str) -> sitk.Image:
        """The image of a role."""
        return sitk.ReadImage(str(self.file(role)))

    def whole(self, transform: sitk.Transform) -> sitk.Transform:
        """A map from the fixed image to the moving one as it was prepared, as one to where labels and landmarks lie."""
        start = self.folder / START
        # the last of a list is applied first
        return sitk.CompositeTransform([read_transform(start), transform]) if start.is_file() else transform

    @property
    def labelled(self) -> bool:
        """Whether there are label maps."""
        return self.pair.fixed_labels is not None

    @property
    def megavoxels(self) -> float:
        """Size of the fixed image."""
        return float(np.prod(self.size)) / 1e6


def read_both(fixed: Path, moving: Path) -> list[sitk.Image]:
    """The two images of a pair, as their files have them."""
    return [reading.read_image(path, role) for path, role in ((fixed, "fixed image"), (moving, "moving image"))]


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
        about.write_text(json.dumps(_make(pair, folder)) + "\n", encoding="utf-8")
    made = json.loads(about.read_text(encoding="utf-8"))
    points = {title: (np.array(fixed), np.array(moving)) for title, (fixed, moving) in made.get("points", {}).items()}
    return Prepared(pair, folder, tuple(made["size"]), tuple(made["spacing"]), points)


def _make(pair: Pair, folder: Path) -> dict[str, Any]:
    """Write all images of a pair, by role, and the start; return what else there is to know."""
    images = {}
    for role in ROLES:
        path = getattr(pair, role)
        if path is not None:
            pixel = sitk.sitkUInt16 if role.endswith("labels") else sitk.sitkFloat32
            images[role] = sitk.Cast(inputs.without_time(reading.read_image(path, role.replace("_", " "))), pixel)
    points = {title: [_landmarks(path) for path in files] for title, files in pair.points.items()}
    if pair.cut is not None:
        images = {role: _slice(image, pair.cut) for role, image in images.items()}
    if 1 in images["fixed"].GetSize():
        frame = Grid.of(images["fixed"])
        images = {role: _flat(image, frame) for role, image in images.items()}
        points = {title: [_flat_points(some, frame) for some in both] for title, both in points.items()}
    if pair.cut is not None and "fixed_labels" in images:
        _keep_large_structures(images)
    _start(pair.initial, images, folder / START)
    for role, image in images.items():
        sitk.WriteImage(image, str(folder / f"{role}.nrrd"))
    k = images["fixed"].GetDimension()
    return {
        "size": images["fixed"].GetSize(),
        "spacing": images["fixed"].GetSpacing(),
        "points": {title: [some[:, :k].tolist() for some in both] for title, both in points.items()},
    }


def _landmarks(path: Path) -> np.ndarray:
    """World points [n, 3] of a CSV file.

    Raises:
        InputError: it is none.
    """
    try:
        return np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    except (OSError, ValueError) as error:
        remedy = "Give a CSV file: the header x,y,z, then numbers."
        raise InputError(f"The landmarks {path} cannot be read: {error}.", remedy) from error


def _start(how: str, images: dict[str, sitk.Image], file: Path) -> None:
    """Bring the moving image to the fixed grid by the engine's own start, if all methods are to begin there."""
    file.unlink(missing_ok=True)
    if how in ("identity", "own"):
        return
    scans = preparation.prepare(images["fixed"], images["moving"], None, None, Settings())
    start = alignment.initial_transform(*scans, how, lambda: None).transform
    images["moving"] = resampled(images["moving"], images["fixed"], start)
    sitk.WriteTransform(start, str(file))


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


def _flat_points(points: np.ndarray, frame: Grid) -> np.ndarray:
    """World points [n, 3] in the plane of such an image, [n, 2]."""
    return (points - np.asarray(frame.origin)) @ frame.rotation[:, frame.axes]


def _keep_large_structures(images: dict[str, sitk.Image]) -> None:
    roles = ("fixed_labels", "moving_labels")
    counts = [np.bincount(sitk.GetArrayViewFromImage(images[role]).ravel(), minlength=2**16) for role in roles]
    kept = np.minimum(*counts) >= LEAST_VOXELS
    for role in roles:
        labels = sitk.GetArrayFromImage(images[role])
        image = sitk.GetImageFromArray(np.where(kept[labels], labels, 0).astype(np.uint16))
        image.CopyInformation(images[role])
        images[role] = image
