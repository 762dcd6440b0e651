"""The benchmark's one metric code, on maps whose numbers are known."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from comparison import about
from measure import foreground, measure
from nodeo.geometry.grid import Grid
from pairs import Pair
from phantoms import OBLIQUE, bumps, grid, local_displacement, middle
from prepared import START, Prepared, prepare

SIZE, SHIFT = (20, 18, 16), 3


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Two boxes in an oblique grid of 1.5 mm; the moving one lies three voxels further along x."""
    folder = tmp_path_factory.mktemp("pair")
    on = grid(SIZE, spacing=(1.5, 1.5, 1.5), origin=(5.0, -7.0, 11.0), direction=OBLIQUE)
    for name, first in (("fixed", 6), ("moving", 6 + SHIFT)):
        labels = np.zeros(SIZE[::-1], np.uint8)
        labels[5:11, 6:12, first : first + 6] = 1
        for role, values in ((name, labels.astype(np.float32)), (f"{name}_labels", labels)):
            image = sitk.GetImageFromArray(values)
            image.CopyInformation(on)
            sitk.WriteImage(image, str(folder / f"{role}.nrrd"))
    files = [folder / f"{role}.nrrd" for role in ("fixed", "moving", "fixed_labels", "moving_labels")]
    return prepare(Pair("boxes", *files), folder / "ready")


def constant(pair: Prepared, voxels: float) -> sitk.Transform:
    """A displacement of so many voxels along the grid's x, everywhere."""
    on = Grid.of(pair.image("fixed"))
    world = on.matrix[:, 0] * voxels
    field = np.broadcast_to(world, (*reversed(on.size), 3)).copy()
    return sitk.DisplacementFieldTransform(on.stamp(sitk.GetImageFromArray(field, isVector=True)))


def test_the_true_map_finds_every_label(pair: Prepared) -> None:
    scores = measure(pair, constant(pair, SHIFT), None)
    assert scores["dice"] == {"1": 1.0} and scores["hd95"] == {"1": 0.0}
    assert scores["inverse_consistency_mm"] is None


def test_no_map_leaves_the_overlap_as_it_was(pair: Prepared) -> None:
    scores = measure(pair, constant(pair, 0), None)
    assert scores["dice"]["1"] == pytest.approx((6 - SHIFT) / 6)
    assert scores["hd95"]["1"] == pytest.approx(1.5 * SHIFT)
    assert scores["folding"]["voxels"] == 0
    assert (scores["jacobian"]["min"], scores["jacobian"]["max"]) == pytest.approx((1.0, 1.0))
    assert scores["jacobian"]["sd_log"] == pytest.approx(0.0, abs=1e-6)


def test_an_exact_inverse_returns_every_point(pair: Prepared) -> None:
    back = measure(pair, constant(pair, SHIFT), constant(pair, -SHIFT))["inverse_consistency_mm"]
    assert back["max"] == pytest.approx(0.0, abs=1e-9)


def test_landmarks_are_measured_through_the_start(pair: Prepared) -> None:
    on = Grid.of(pair.image("fixed"))
    fixed = on.world(np.array([[4.0, 5.0, 6.0], [9.0, 8.0, 7.0], [3.0, 3.0, 3.0]]))
    step = on.matrix[:, 0]
    moving = fixed + SHIFT * step
    moving[2] += 2 * step
    landmarks = replace(pair, points={"set": (fixed, moving)}, folder=pair.folder.parent / "started")
    shutil.copytree(pair.folder, landmarks.folder)
    found = measure(landmarks, constant(pair, SHIFT), None)["landmarks"]["set"]
    assert list(found.values()) == pytest.approx([1.0, 0.0, 3.0, 3], abs=1e-6)  # 1.5 mm a voxel
    before = about(landmarks)["start"]["landmarks"]["set"]
    assert before["mean"] == pytest.approx(1.5 * (SHIFT + 2 / 3))
    start = sitk.TranslationTransform(3, (2 * step).tolist())
    sitk.WriteTransform(start, str(landmarks.folder / START))
    scores = measure(landmarks, constant(pair, SHIFT - 2), None)
    assert list(scores["landmarks"]["set"].values()) == pytest.approx([1.0, 0.0, 3.0, 3], abs=1e-6)
    assert scores["dice"] == {"1": 1.0}


def test_without_a_way_back_the_error_is_the_displacement(pair: Prepared) -> None:
    back = measure(pair, constant(pair, SHIFT), constant(pair, 0))["inverse_consistency_mm"]
    assert list(back.values()) == pytest.approx([1.5 * SHIFT] * 3)


def test_points_that_leave_the_known_inverse_do_not_count(pair: Prepared) -> None:
    assert measure(pair, constant(pair, 50), constant(pair, 0))["inverse_consistency_mm"] is None


def test_the_direction_of_the_grid_changes_nothing(pair: Prepared) -> None:
    image = pair.image("fixed")
    warp = bumps(middle(image), size=2.0, width=5.0).transform(image)
    local = local_displacement(warp, image)
    columns = [np.gradient(local, 1.5, axis=2 - axis) + np.eye(3)[axis] for axis in range(3)]
    expected = np.linalg.det(np.stack(columns, -1))
    found = measure(pair, warp, None)["jacobian"]
    assert (found["min"], found["max"]) == pytest.approx((expected.min(), expected.max()), abs=1e-4)
    assert found["sd_log"] == pytest.approx(np.log(expected[foreground(image)]).std(), abs=1e-4)


def test_a_fold_is_seen(pair: Prepared) -> None:
    on = Grid.of(pair.image("fixed"))
    local = np.zeros((*reversed(on.size), 3))
    local[8, 8, 8, 0] = 1.7  # a point pushed past its neighbour, mm
    field = on.stamp(sitk.GetImageFromArray(local @ on.rotation.T, isVector=True))
    folding = measure(pair, sitk.DisplacementFieldTransform(field), None)["folding"]
    assert folding["voxels"] >= 1 and folding["smallest"] < 0 < folding["volume_mm3"]


def test_statistics_are_taken_where_the_image_is_bright(pair: Prepared) -> None:
    assert foreground(pair.image("fixed")).sum() == 6**3


def test_a_pair_without_labels_has_no_overlap(pair: Prepared) -> None:
    unlabelled = Prepared(Pair("boxes", Path(), Path()), pair.folder, pair.size, pair.spacing)
    scores = measure(unlabelled, constant(pair, 0), None)
    assert "dice" not in scores and "landmarks" not in scores and scores["folding"]["voxels"] == 0
