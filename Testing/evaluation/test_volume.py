"""Volume before and after: what log det J says must be what a structure's size says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo import Settings, register
from nodeo.evaluation.volume import structure_volumes, volume_change
from nodeo.report.key_figures import key_figures
from nodeo.report.page import page
from phantoms import Phantom, drawn, grid, middle

ON = grid((20, 20, 20), (1.0, 2.0, 0.5))


def test_an_affine_part_is_told_apart() -> None:
    twice = np.full(10, 2.0 * 1.5)
    found = volume_change(twice, 2.0)
    assert found["affine_factor"] == 2.0
    assert found["log_det_j"] == pytest.approx({"mean": math.log(3.0), "sd": 0.0})
    assert found["log_det_j_without_affine"] == pytest.approx({"mean": math.log(1.5), "sd": 0.0})
    mirrored = volume_change(-twice, -2.0)
    assert mirrored["log_det_j"] == pytest.approx(found["log_det_j"])


def test_structures_have_the_volume_that_they_are_mapped_to() -> None:
    labels = sitk.Cast(drawn(lambda x: np.where(x[..., 0] < 9.5, 17, np.where(x[..., 1] < 19.0, 53, 0)), ON), 1)
    jacobian = drawn(lambda x: np.where(x[..., 0] < 9.5, 1.3, 0.8), ON)
    table = structure_volumes(jacobian, labels, 1.1)
    assert set(table) == {"17", "53"} and table["17"]["name"] == "Left-Hippocampus"
    assert table["17"]["fixed_ml"] == pytest.approx(4.0)  # 10 × 20 × 20 voxels of 1 mm³
    assert table["17"]["mapped_ml"] == pytest.approx(1.3 * 4.0)
    assert table["53"]["mapped_ml"] == pytest.approx(0.8 * table["53"]["fixed_ml"])
    assert table["53"]["log_det_j"] == pytest.approx(math.log(0.8))
    assert table["53"]["log_det_j_without_affine"] == pytest.approx(math.log(0.8 / 1.1))


def test_a_ball_that_grows_is_found_larger_and_the_report_says_so() -> None:
    on = grid((48, 44))
    centre = np.asarray(middle(on))
    ball = Phantom(middle(on), 13.0, blobs=60)
    scale = 0.9  # the fixed ball is so much smaller in each direction
    fixed, moving = drawn(lambda x: ball(centre + (x - centre) / scale), on), drawn(ball, on)
    settings = Settings(levels=(2, 1), iterations=(30, 20), threads=1, device="cpu", start="none")
    result = register(fixed, moving, settings)
    labels = sitk.Cast(drawn(lambda x: np.linalg.norm(x - centre, axis=-1) < 13.0 * scale, on), sitk.sitkUInt8)
    table = structure_volumes(result.jacobian, labels, 1.0)
    grown = table["1"]["mapped_cm2"] / table["1"]["fixed_cm2"]
    assert grown == pytest.approx(1.0 / scale**2, rel=0.05)  # the edge of the ball is a voxel wide
    whole = result.metrics["volume_change"]
    assert whole["log_det_j"] == whole["log_det_j_without_affine"] and whole["affine_factor"] == 1.0
    result.metrics["volume_change"]["structures"] = table
    html = page("title", result.metrics, {}, b"")
    assert "Volume by structure" in html and f"<td>{table['1']['mapped_cm2']:.3f}</td>" in html
    assert "Mean log det J" in [figure.label for figure in key_figures(result.metrics)]
