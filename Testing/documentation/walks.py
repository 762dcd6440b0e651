"""The how-to pages, walked: the files that a page speaks of are made, then all that it says is done, in its order."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from nodeo.app import cli
from phantoms import Bumps, drawn, grid, world_points

from . import anatomy
from .typed import typed

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "Resources" / "SampleData"
_SHAPE = Bumps(  # one person's head beside another's, or a brain after an operation
    ((-30.0, 35.0, 15.0), (35.0, -30.0, -5.0), (0.0, -40.0, 35.0)),
    ((5.0, -4.0, 2.0), (-5.0, 3.0, 3.0), (2.0, 4.0, -5.0)),
    24.0,
)


def walk(page: str, folder: Path) -> list[str]:
    """Do everything on a page in a folder that holds its files; the command lines.

    Raises:
        RuntimeError: a command is not one of nodeo's, or did not end well.
    """
    names: dict[str, object] = {}
    done = []
    with _inside(folder):
        for kind, text in typed(page):
            if kind == "python":
                exec(compile(text, "page", "exec"), names)
            elif not text.startswith("nodeo "):
                raise RuntimeError(f"{text} cannot be walked: a how-to page holds commands of nodeo only.")
            elif cli.main([*shlex.split(text)[1:], *_quiet(text)]) != cli.OK:
                raise RuntimeError(f"{text} did not end well.")
            else:
                done.append(text)
    return done


def _quiet(command: str) -> list[str]:
    return ["--progress", "none"] if command.split()[1] in ("register", "evaluate", "cohort") else []


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


# --- the files that each page speaks of -------------------------------------------------------------------------------


def brains(folder: Path, spacing: float) -> None:
    """The sample pair; at other spacings than its own, 1 mm, reduced, with the label maps as they are."""
    for name in ("fixed_labels", "moving_labels"):
        shutil.copy(SAMPLE / f"{name}.nrrd", folder)
    for name in ("fixed", "moving"):
        image = sitk.ReadImage(str(SAMPLE / f"{name}.nrrd"))
        factor = [round(spacing / step) for step in image.GetSpacing()]
        sitk.WriteImage(sitk.BinShrink(image, factor), str(folder / f"{name}.nrrd"))


def lungs(folder: Path, spacing: float) -> None:
    """One breath in CT, places in both lungs that correspond, and the mask of the lungs."""
    on = centred((300.0, 210.0, 230.0), spacing)
    _write(folder / "inhale.nii.gz", drawn(lambda x: anatomy.chest(anatomy.breath(x)), on))
    _write(folder / "exhale.nii.gz", drawn(anatomy.chest, on))
    random = np.random.default_rng(3)
    places = random.uniform((-90.0, -35.0, -60.0), (90.0, 35.0, 70.0), (300, 3))
    places = places[abs(anatomy.chest(anatomy.breath(places)) + 840.0) < 50.0][:30]
    for name, points in (("inhale", places), ("exhale", anatomy.breath(places))):
        np.savetxt(folder / f"{name}_points.csv", points, "%.2f", ",", header="x,y,z", comments="")


def head_in_two_ways(folder: Path, spacing: float) -> None:
    """MR and CT of one head in two poses, the second a little deformed, as if it were another day's."""
    on = centred((170.0, 205.0, 185.0), spacing)
    turn = sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.12, -0.08, 0.16, (9.0, -7.0, 5.0))
    matrix, shift = np.reshape(turn.GetMatrix(), (3, 3)), np.array(turn.GetTranslation())
    _write(folder / "mr.nii.gz", drawn(lambda x: anatomy.head(_SHAPE(x), "MR"), on))
    _write(folder / "ct.nii.gz", drawn(lambda y: anatomy.head((y - shift) @ matrix, "CT"), on))


def operation(folder: Path, spacing: float) -> None:
    """A brain before an operation and after it, with the cavity as a segmentation."""
    on = centred((160.0, 195.0, 175.0), spacing)

    def after(points: np.ndarray) -> np.ndarray:
        return np.where(anatomy.lesion(points) > 0.0, 150.0, anatomy.head(_SHAPE(points)))

    _write(folder / "after.nii.gz", drawn(after, on))
    _write(folder / "before.nii.gz", drawn(anatomy.head, on))
    cavity = drawn(lambda x: anatomy.lesion(x) > 0.0, on)
    sitk.WriteImage(sitk.Cast(cavity, sitk.sitkUInt8), str(folder / "cavity.nii.gz"))


def sections(folder: Path, spacing: float) -> None:
    """Two neighbouring sections under two stains, in colour: the second turned and torn about a little."""
    on = grid([round(32.0 / spacing), round(26.0 / spacing)], [spacing] * 2, [-16.0 + spacing / 2, -13.0 + spacing / 2])
    tear = Bumps(((-5.0, 2.0), (5.0, -3.0)), ((0.9, -0.6), (-0.8, 0.7)), 4.0)
    angle = np.radians(14.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = world_points(on)
    colours = {"blue": anatomy.section(tear(points)), "brown": anatomy.section((points - 0.6) @ turn, "brown")}
    for stain, values in colours.items():
        image = sitk.GetImageFromArray(values.astype(np.uint8), isVector=True)
        sitk.WriteImage(image, str(folder / f"{stain}.png"))


def centred(extent: tuple[float, ...], spacing: float) -> sitk.Image:
    """A grid of about that extent around 0, mm."""
    size = [round(length / spacing) for length in extent]
    return grid(size, [spacing] * len(size), [-(n - 1) * spacing / 2 for n in size])


def _write(path: Path, image: sitk.Image) -> None:
    """As a scanner's whole numbers, with its noise."""
    values = sitk.GetArrayFromImage(image)
    noise = np.random.default_rng(len(path.name)).normal(0.0, 8.0, values.shape)
    noisy = sitk.GetImageFromArray(np.rint(values + noise).astype(np.int16))
    noisy.CopyInformation(image)
    sitk.WriteImage(noisy, str(path))


# page: (who makes its files; spacing in mm for its picture, None where it draws none; and for its test)
WALKS: dict[str, tuple[Callable[[Path, float], None], float | None, float]] = {
    "get_started.md": (brains, None, 7.0),
    "howto_brains.md": (brains, 1.0, 5.0),
    "howto_lung.md": (lungs, 3.0, 9.0),
    "howto_mr_ct.md": (head_in_two_ways, 2.0, 8.0),
    "howto_lesion.md": (operation, 2.0, 8.0),
    "howto_histology.md": (sections, 0.08, 0.25),
}
