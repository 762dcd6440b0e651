"""Paper mode, sound arithmetic: right on phantoms of any size, honest about folds, a registration like any other."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from labelled_pairs import OASIS27, run
from nodeo import Cancelled, InputError, Settings, register
from nodeo.app.cli import main
from nodeo.engine.result import Result
from nodeo.field.inversion import refine_inverse, search_inverse
from nodeo.field.smoothing import identity, zero_padded
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from nodeo.models.paper.cloud import CloudField
from nodeo.models.paper.network import CloudNetwork
from nodeo.progress import Progress
from phantoms import Bumps, Phantom, apart, drawn, grid, mapped, middle, world_points
from unchecked import unchecked

PAPER = Settings.preset("paper").replace(iterations=40, lncc_window=7, kernel_window="5vox", threads=1)
FLAT, DEEP = (48, 44), (32, 30, 28)


@cache
def pair(
    size: tuple[int, ...], spacing: tuple[float, ...] | None = None
) -> tuple[sitk.Image, sitk.Image, phantoms.Map, np.ndarray]:
    """Fixed, moving, the true map, and where in the fixed image the object is."""
    on = grid(size, spacing)
    extent = [n * h for n, h in zip(on.GetSize(), on.GetSpacing(), strict=True)]
    phantom = Phantom(middle(on), 0.4 * min(extent), grain=0.12)
    centre, along = np.asarray(middle(on)), 0.1 * min(extent) * np.asarray((1.0, 0.8, -0.6)[: len(size)])
    truth = Bumps(
        (tuple(centre + along), tuple(centre - along)),
        (tuple(0.5 * along), tuple(-0.3 * along[::-1])),
        0.18 * min(extent),
    )
    inside = np.linalg.norm(world_points(on) - np.asarray(middle(on)), axis=-1) < 0.36 * min(extent)
    return drawn(lambda x: phantom(truth(x)), on), drawn(phantom, on), truth, inside


@cache
def found(size: tuple[int, ...], spacing: tuple[float, ...] | None = None) -> Result:
    fixed, moving, _, _ = pair(size, spacing)
    return register(fixed, moving, PAPER)


def gain(result: Result, size: tuple[int, ...], spacing: tuple[float, ...] | None = None) -> float:
    """Error after, as a share of the error before."""
    fixed, _, truth, inside = pair(size, spacing)
    points = world_points(fixed)
    return apart(mapped(result.transform, fixed), truth(points), inside) / apart(points, truth(points), inside)


every_size = pytest.mark.parametrize("size", [FLAT, DEEP], ids=["2-D", "3-D"])


# --- the answer -------------------------------------------------------------------------------------------------------


@every_size
def test_a_known_smooth_warp_is_found(size: tuple[int, ...]) -> None:
    result = found(size)
    assert gain(result, size) < 0.6
    assert result.metrics["similarity"]["after"] < 0.5 * result.metrics["similarity"]["before"]
    assert len(result.history) == 40 and result.history[0]["similarity"] > result.history[-1]["similarity"]


@pytest.mark.parametrize(
    ("size", "spacing"),
    [
        ((37, 61), None),
        ((16, 40), None),
        ((17, 23, 33), None),
        ((44, 40), (0.1, 0.1)),
        ((40, 20), (1.0, 2.0)),
        ((30, 28, 13), (1.5, 1.5, 3.2)),
    ],
)
def test_any_size_and_any_spacing_will_do(size: tuple[int, ...], spacing: tuple[float, ...] | None) -> None:
    assert gain(found(size, spacing), size, spacing) < 0.9


@pytest.mark.parametrize("size", [(8, 40), (8, 9, 33)])
@pytest.mark.parametrize("published", [False, True])
def test_the_smallest_images_run(size: tuple[int, ...], published: bool) -> None:
    fixed, moving, _, _ = pair(size)
    result = register(fixed, moving, PAPER.replace(iterations=10, published_arithmetic=published))
    assert np.isfinite(mapped(result.transform, fixed)).all() and np.isfinite(result.metrics["similarity"]["after"])


def test_a_larger_world_holds_the_same_answer() -> None:
    """Lengths are counted in voxels of one size: with no penalty in mm², a scale changes nothing."""
    fixed, moving, _, inside = pair(FLAT)
    far = [sitk.Image(image) for image in (fixed, moving)]
    for image in far:
        image.SetSpacing((4.0, 4.0))
    there = register(*far, PAPER.replace(lambda_v=0.0, iterations=10))
    here = register(fixed, moving, PAPER.replace(lambda_v=0.0, iterations=10))
    assert apart(mapped(there.transform, far[0]) / 4.0, mapped(here.transform, fixed), inside) < 0.01


@every_size
def test_more_background_changes_little(size: tuple[int, ...]) -> None:
    """From a random start the first iterations multiply what rounding does; where they lead to is as good."""
    fixed, moving, _, inside = pair(size)
    less, more = [5, 12, 8][: len(size)], [9, 3, 16][: len(size)]
    result = register(sitk.ConstantPad(fixed, less, more), sitk.ConstantPad(moving, less, more), PAPER)
    assert gain(result, size) < 0.6
    assert apart(mapped(result.transform, fixed), mapped(found(size).transform, fixed), inside) < 0.3  # voxels


@pytest.mark.exact
def test_a_slice_is_registered_as_the_plane_that_it_is() -> None:
    fixed, moving, _, _ = pair(FLAT)
    result = register(phantoms.as_slice(fixed), phantoms.as_slice(moving), PAPER)
    there = mapped(result.transform, phantoms.as_slice(fixed))[0]
    assert np.array_equal(there[..., :2], mapped(found(FLAT).transform, fixed))
    assert np.all(there[..., 2] == 0)


@pytest.mark.exact
def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    fixed, moving, _, _ = pair(FLAT)
    again, other = (register(fixed, moving, PAPER.replace(seed=seed)) for seed in (0, 1))
    assert np.array_equal(mapped(again.transform, fixed), mapped(found(FLAT).transform, fixed))
    assert not np.array_equal(mapped(other.transform, fixed), mapped(found(FLAT).transform, fixed))


OPTIONS = {
    "gaussian": {"kernel": "gaussian"},
    "no kernel": {"kernel": "none"},
    "kernel in mm, twice": {"kernel_window": "3mm", "kernel_passes": 2},
    "finer decoder": {"decoder_downsampling": 1},
    "coarser decoder": {"decoder_downsampling": 3},
    "decoder of the voxels": {"decoder_downsampling": 0},
    "narrow": {"bottleneck": 4},
    "wide": {"bottleneck": 32},
    "four Euler steps": {"steps": 4},
    "rk4": {"solver": "rk4"},
    "dopri5": {"solver": "dopri5"},
    "adjoint": {"adjoint": True},
    "adjoint, no penalty on v": {"adjoint": True, "lambda_v": 0},
    "half resolution": {"levels": 2},
    "coarse nodes": {"node_spacing": 4},
    "mse": {"similarity": "mse"},
    "not cropped": {"crop": False},
    "other weights": {"lambda_J": 10, "lambda_df": 0.2, "lambda_v": 0.001, "lambda_s": 0.1},
    "no penalties": {"lambda_J": 0, "lambda_df": 0, "lambda_v": 0},
    "larger gain": {"velocity_gain": 0.004, "learning_rate": 0.002},
    "dense field": {"dense_field": True, "node_spacing": 2},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_every_option_runs_and_improves(options: dict) -> None:
    fixed, moving, _, _ = pair(FLAT)
    result = register(fixed, moving, PAPER.replace(**options))
    assert gain(result, FLAT) < 0.95
    assert result.metrics["similarity"]["after"] < result.metrics["similarity"]["before"]


@pytest.mark.parametrize("options", [{"solver": "rk4"}, {"adjoint": True}, {"kernel": "gaussian"}, {"levels": 2}])
def test_options_in_3d(options: dict) -> None:
    fixed, moving, _, _ = pair(DEEP)
    assert gain(register(fixed, moving, PAPER.replace(**options)), DEEP) < 0.95


def test_masks_and_an_initial_transform_count() -> None:
    fixed, moving, truth, inside = pair(FLAT)
    shifted = sitk.Image(moving)
    shifted.SetOrigin((7.0, -5.0))
    shift = sitk.TranslationTransform(2, (7.0, -5.0))
    result = register(fixed, shifted, PAPER, initial_transform=shift, fixed_mask=fixed > 0, moving_mask=shifted > 0)
    there = mapped(result.transform, fixed) - np.asarray([7.0, -5.0])
    points = world_points(fixed)
    assert apart(there, truth(points), inside) < 0.7 * apart(points, truth(points), inside)


# --- folds ------------------------------------------------------------------------------------------------------------

WILD = {"kernel": "none", "lambda_J": 0, "lambda_df": 0, "decoder_downsampling": 0, "learning_rate": 0.02}


def test_folds_are_reported_as_they_are() -> None:
    fixed, moving, _, _ = pair(FLAT)
    result = register(fixed, moving, PAPER.replace(**WILD))
    counted = phantoms.folds(phantoms.local_displacement(result.transform, fixed), (1.0, 1.0))
    assert counted > 0
    assert result.metrics["folding"]["voxels"] == counted
    assert result.metrics["jacobian"]["min"] < 0.1
    assert result.metrics["certificate"] == {
        "rounds": [0],
        "damped_percent": [0.0],
        "smoothings": [0],
        "scale": 1.0,
    }
    assert np.isfinite(result.metrics["inverse_consistency_mm"]["p99"])


def test_unfolded_on_request() -> None:
    fixed, moving, _, _ = pair(FLAT)
    result = register(fixed, moving, PAPER.replace(unfold=True, **WILD))
    assert phantoms.folds(phantoms.local_displacement(result.transform, fixed), (1.0, 1.0)) == 0
    assert result.metrics["folding"]["voxels"] == 0
    assert result.metrics["certificate"]["rounds"][0] > 0


def test_a_flow_too_can_be_left_as_it_is() -> None:
    fixed, moving, _, _ = pair(FLAT)
    wild = Settings(levels=1, iterations=30, steps=1, solver="euler", kernel="none", learning_rate=0.3)
    wild = wild.replace(lambda_J=0, lambda_df=0, lambda_s=0)
    left, unfolded = (register(fixed, moving, wild.replace(unfold=unfold, threads=1)) for unfold in (False, True))
    assert left.metrics["folding"]["voxels"] > unfolded.metrics["folding"]["voxels"] == 0


@every_size
def test_the_inverse_undoes_the_transform(size: tuple[int, ...]) -> None:
    fixed, moving, _, inside = pair(size)
    result = register(fixed, moving, PAPER.replace(unfold=True))
    points = world_points(fixed)[inside][::7]
    there = np.array([result.transform.TransformPoint(point) for point in points.tolist()])
    back = np.array([result.inverse.TransformPoint(point) for point in there.tolist()])
    assert apart(back, points) < 0.1  # mm, of voxels of 1 mm
    assert result.metrics["inverse_consistency_mm"]["mean"] < 0.1


def test_a_search_finds_the_inverse_of_a_known_map() -> None:
    on = Lattice(Grid((33, 29), (1.0, 1.5), (0.0, 0.0), (1.0, 0.0, 0.0, 1.0)))
    x, y = on.positions()
    bump = 5.0 * torch.exp(-(x**2 + y**2) / 50.0) * on.taper([3, 3])
    forward = torch.stack([bump, -0.7 * bump])
    inverse = refine_inverse(search_inverse(forward, on), forward, on)
    assert (inverse + on.sample(forward, inverse)).abs().max() < 1e-3  # mm


# --- the parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 3])
def test_a_plain_convolution_is_what_pooling_with_zeros_gives(k: int) -> None:
    shape = (9, 7, 12)[-k:]
    values = torch.rand(2, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    pool = F.avg_pool2d if k == 2 else F.avg_pool3d
    once = zero_padded(shape, [0.2] * 5)(values)
    assert torch.allclose(once, pool(values, 5, stride=1, padding=2))
    assert torch.allclose(zero_padded(shape, [0.2] * 5, passes=2)(values), zero_padded(shape, [0.2] * 5)(once))


@pytest.mark.parametrize("shape", [(5, 4), (40, 36), (3, 9, 5), (20, 33, 26)])
def test_the_network_takes_a_cloud_of_any_size(shape: tuple[int, ...]) -> None:
    network = CloudNetwork([4] * len(shape), bottleneck=6, generator=torch.Generator().manual_seed(0))
    output = network(torch.rand(len(shape), *shape))
    assert output.shape == (len(shape), *[4] * len(shape))
    output.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert network.encoder[0].in_channels == len(shape)


def test_the_networks_start_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    one, two = (CloudNetwork([4, 4], 6, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_the_velocity_depends_on_the_whole_cloud_and_vanishes_on_the_faces() -> None:
    lattice = Lattice(Grid((17, 21), (1.0, 2.0), (0.0, 0.0), (1.0, 0.0, 0.0, 1.0)))
    window = lattice.taper([2, 2])
    seed = torch.Generator().manual_seed(0)
    field = CloudField(lattice, [4, 2], 80.0, 0.5, identity(lattice.shape), window, 8, seed)
    rest = field(torch.tensor(0.0), lattice.zeros())
    moved = lattice.zeros()
    moved[:, :5] = 30.0
    assert (field(torch.tensor(0.0), moved) - rest)[:, 12:].abs().max() > 0  # far from where points have moved
    for axis, end in itertools.product((1, 2), (0, -1)):
        assert rest.select(axis, end).abs().max() == 0


# --- a registration like any other ------------------------------------------------------------------------------------


def test_progress_comes_after_every_iteration_and_stops_the_run() -> None:
    fixed, moving, _, _ = pair(FLAT)
    seen: list[Progress] = []

    def progress(news: Progress) -> None:
        seen.append(news)
        if news.iteration == 5:
            raise Cancelled

    for published in (False, True):
        seen.clear()
        with pytest.raises(Cancelled):
            register(fixed, moving, PAPER.replace(published_arithmetic=published), progress=progress)
        assert [news.iteration for news in seen if news.iteration] == [1, 2, 3, 4, 5]
        assert seen[-1].iterations == 40 and seen[-1].loss is not None


def test_the_command_line_runs_it_and_writes_everything(tmp_path: Path) -> None:
    fixed, moving, _, _ = pair(FLAT)
    names = [str(tmp_path / f"{name}.nrrd") for name in ("fixed", "moving")]
    for image, name in zip((fixed, moving), names, strict=True):
        sitk.WriteImage(image, name)
    options = ["--preset", "paper", "--set", "iterations=3", "--set", "decoder_downsampling=1", "--set", "bottleneck=8"]
    out = tmp_path / "out"
    assert main(["register", *names, "--output", str(out), *options, "--progress", "none", "--threads", "1"]) == 0
    for name in ("transform.h5", "inverse.h5", "displacement.nrrd", "warped.nrrd", "jacobian.nrrd"):
        assert (out / name).is_file()
    written = json.loads((out / "settings.json").read_text(encoding="utf-8"))
    assert written["model"] == "paper" and written["bottleneck"] == 8 and written["published_arithmetic"] is False
    assert len(json.loads((out / "metrics.json").read_text(encoding="utf-8"))["history"]) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "papr"}, "model is 'papr'. Did you mean 'paper'?"),
        ({"bottleneck": 0}, "bottleneck is 0. It must be at least 1."),
        ({"decoder_downsampling": -1}, "decoder_downsampling is -1. It must be at least 0."),
        ({"velocity_gain": 0}, "velocity_gain is 0. It must be larger than 0."),
        ({"levels": (2, 1)}, "levels is (2, 1). The model paper has one level: set levels=1 or levels=2."),
        (
            {"model": "flow", "published_arithmetic": True},
            "published_arithmetic is on with model=flow. Set model=paper, or --preset paper.",
        ),
        (
            {"published_arithmetic": True, "similarity": "mse"},
            "similarity is mse with published_arithmetic on. "
            "The published code has similarity=lncc or similarity=auto.",
        ),
        (
            {"published_arithmetic": True, "solver": "dopri5"},
            "solver is dopri5 with published_arithmetic on. The published code has solver=euler or solver=rk4.",
        ),
        (
            {"published_arithmetic": True, "levels": 2},
            "levels is (2,) with published_arithmetic on. The published code has levels=1.",
        ),
        (
            {"published_arithmetic": True, "lambda_s": 1},
            "lambda_s is 1.0 with published_arithmetic on. The published code has lambda_s=0.0.",
        ),
        (
            {"published_arithmetic": True, "kernel_window": "15mm"},
            "kernel_window is 15mm with published_arithmetic on. It needs an odd number of voxels, such as 15vox.",
        ),
        (
            {"published_arithmetic": True, "kernel_window": "4vox"},
            "kernel_window is 4vox with published_arithmetic on. It needs an odd number of voxels, such as 15vox.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(changes: dict, message: str) -> None:
    with pytest.raises(InputError) as error:
        Settings.preset("paper").replace(**changes)
    assert str(error.value) == message


# --- real pairs -------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_two_brain_slices_improve(shared: Path) -> None:
    settings = Settings.preset("paper").replace(iterations=150)
    result, before, after = run(shared / "slices2d", "oasis_fixed", "oasis_moving", settings)
    assert before == pytest.approx(0.458, abs=1e-3) and after > 0.7
    assert result.metrics["folding"]["percent"] < 2.0


@pytest.mark.slow
@pytest.mark.data
def test_the_main_pair_reaches_what_the_paper_reached(shared: Path) -> None:
    result, before, after = run(shared / "oasis_pair", "fixed", "moving", Settings.preset("paper"), OASIS27)
    assert before == pytest.approx(0.537, abs=1e-3) and after >= 0.79
    assert result.metrics["folding"]["percent"] < 1.0


# --- what is said when it goes wrong, and what the numbers are of ----------------------------------------------------


def test_a_field_that_is_no_number_is_not_handed_out() -> None:
    fixed, moving, *_ = pair(FLAT)
    wild = unchecked(PAPER.replace(published_arithmetic=True, iterations=2), velocity_gain=1e38)
    with pytest.raises(InputError, match="diverged"):
        register(fixed, moving, wild)


def test_a_loss_that_is_no_number_is_among_the_notes() -> None:
    fixed, moving, *_ = pair(FLAT)
    result = register(fixed, moving, unchecked(PAPER.replace(iterations=5), learning_rate=1e30))
    assert any("no longer a number" in note for note in result.metrics["fallbacks"])


def test_folds_are_a_share_of_the_whole_fixed_image() -> None:
    fixed, moving, *_ = pair(FLAT)
    folds = register(
        fixed, moving, PAPER.replace(kernel="none", lambda_J=0.0, lambda_df=0.0, learning_rate=0.02)
    ).metrics["folding"]
    assert folds["voxels"] > 0
    assert folds["percent"] == pytest.approx(100.0 * folds["voxels"] / np.prod(FLAT))


def test_the_extremes_of_det_j_are_of_the_whole_map() -> None:
    """An initial transform that doubles areas doubles them."""
    fixed, moving, *_ = pair(FLAT)
    double = sitk.AffineTransform(np.diag([2.0, 1.0]).ravel().tolist(), [0.0, 0.0], list(middle(fixed)))
    metrics = register(fixed, moving, PAPER.replace(iterations=1), initial_transform=double).metrics
    assert metrics["folding"]["smallest"] == pytest.approx(metrics["jacobian"]["min"], rel=0.1)
    assert metrics["folding"]["largest"] == pytest.approx(metrics["jacobian"]["max"], rel=0.1)


def test_the_published_decoder_costs_no_margin() -> None:
    """How coarse the decoder is plays no part in how far the field reaches beyond the image."""
    fixed, moving, *_ = pair(FLAT)
    quick = PAPER.replace(published_arithmetic=True, iterations=1)
    sizes = {register(fixed, moving, quick.replace(decoder_downsampling=ds)).displacement.GetSize() for ds in (2, 5)}
    assert len(sizes) == 1
