"""The initial transform on real pairs: the sample pair thrown about, and vertebrae that all look alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from capture import Motion, Subject, motions
from nodeo import Settings
from nodeo.engine import devices, inputs, preparation
from nodeo.field.initial_transform import InitialTransform
from nodeo.start.alignment import initial_transform
from nodeo.start.bearings import looks_lost


@pytest.fixture(scope="module")
def brains(sample: Path) -> Subject:
    """The sample pair, thinned to 4 mm."""
    images = [sitk.ReadImage(str(sample / f"{name}.nrrd")) for name in ("fixed", "moving")]
    return Subject(*images, "affine", voxel=4.0, threads=1)


@pytest.mark.parametrize(
    "motion",
    [
        Motion("upside down", "x", 180.0),
        Motion("turned, far away and small", "oblique", 140.0, (120.0, -90.0, 130.0), 0.6),
        Motion("turned, far away and large", "askew", 100.0, (-60.0, 190.0, 0.0), 1.5),
    ],
    ids=lambda motion: motion.name,
)
def test_a_brain_is_found_however_it_lies(brains: Subject, motion: Motion) -> None:
    outcome = brains.tried(motion)
    assert outcome.recovered and not outcome.called_lost


def test_there_are_sixty_cases() -> None:
    assert len({motion.name for motion in motions()}) == len(motions()) == 60


def test_a_brain_that_lies_upside_down_looks_lost(brains: Subject) -> None:
    turned = Motion("upside down", "x", 180.0).moved(brains.moving)
    scans = preparation.prepare(brains.fixed, turned, None, None, Settings())
    with devices.threads(1):
        assert looks_lost(*scans, InitialTransform(sitk.Transform(3, sitk.sitkIdentity), scans[0].grid))


@pytest.mark.data
@pytest.mark.parametrize("how", ["affine", "auto"])
def test_the_right_vertebra_is_found_and_its_neighbours_are_named(shared: Path, how: str) -> None:
    folder = shared / "hard" / "spine_t2_atlas"
    images = (inputs.check_image(sitk.ReadImage(str(folder / f"{name}.nii.gz")), name) for name in ("fixed", "moving"))
    scans = preparation.prepare(*images, None, None, Settings())
    with devices.threads(1):
        start = initial_transform(*scans, how, lambda: None)
    ends = [np.loadtxt(folder / f"{name}_points.csv", delimiter=",", skiprows=1) for name in ("fixed", "moving")]
    found = np.array([start.transform.TransformPoint(x) for x in ends[0].tolist()])
    assert np.linalg.norm(found - ends[1], axis=1).mean() < 5.0, "a vertebra is 16 mm high"
    assert any("ambiguous" in note for note in start.notes)
