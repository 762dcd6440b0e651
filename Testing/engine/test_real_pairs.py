"""Real labelled pairs: the overlap improves, and nothing folds. They lie beside a checkout; without them these skip."""

from __future__ import annotations

from pathlib import Path

import pytest
import SimpleITK as sitk
from labelled_pairs import OASIS27, run
from nodeo import Settings, register
from nodeo.engine.result import Result
from nodeo.evaluation.labels import evaluate

SMALL = {
    "hippocampus 1 3": ("hippocampus", "001", "003"),
    "hippocampus 1 4": ("hippocampus", "001", "004"),
    "hippocampus 3 4": ("hippocampus", "003", "004"),
    "OASIS slices": ("slices2d", "oasis_fixed", "oasis_moving"),
    "TRT slices": ("slices2d", "trt_1", "trt_2"),
    "cardiac": ("cardiac_p1", "fixed", "moving"),
}


def assert_clean(result: Result) -> None:
    assert result.metrics["folding"]["voxels"] == 0
    assert result.metrics["folding"]["non_diffeomorphic_volume_mm3"] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("name", SMALL)
def test_a_small_pair_improves_without_a_fold(shared: Path, name: str) -> None:
    folder, fixed, moving = SMALL[name]
    result, before, after = run(shared / folder, fixed, moving, Settings.preset("balanced"))
    assert after > before
    assert_clean(result)


@pytest.mark.slow
def test_two_brains_as_they_came_improve_after_an_affine_start(shared: Path) -> None:
    settings = Settings.preset("balanced").replace(initial="affine")
    result, start, after = run(shared / "malf_native", "1000", "1001", settings)
    assert start > 0.3 and after > start + 0.1
    assert_clean(result)


@pytest.mark.slow
def test_the_main_pair_reaches_what_is_promised(shared: Path) -> None:
    result, before, after = run(shared / "oasis_pair", "fixed", "moving", Settings.preset("balanced"), OASIS27)
    assert before == pytest.approx(0.537, abs=1e-3)
    assert after >= 0.84
    assert_clean(result)
    assert result.metrics["inverse_consistency_mm"]["mean"] <= 0.1
    assert result.metrics["peak_memory_mb"].get("process", 0.0) <= 3000.0


@pytest.mark.slow
def test_the_sample_pair_reaches_what_the_readme_says(sample: Path) -> None:
    images = [sitk.ReadImage(str(sample / name)) for name in ("fixed.nrrd", "moving.nrrd")]
    labels = [sitk.ReadImage(str(sample / name)) for name in ("fixed_labels.nrrd", "moving_labels.nrrd")]
    result = register(*images)
    assert evaluate(*labels, "all", result.initial).mean_dice == pytest.approx(0.554, abs=1e-3)
    assert evaluate(*labels, "all", result.transform).mean_dice > 0.65
    assert_clean(result)
