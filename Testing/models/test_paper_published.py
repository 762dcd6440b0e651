"""The published arithmetic is the published one: against plain formulas on tiny images, and against a run of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import InputError, Settings, register
from nodeo.engine.result import Result
from nodeo.models.paper.network import CloudNetwork
from nodeo.models.paper.published import PublishedSegment
from nodeo.models.paper.published_model import PublishedModel
from published_formulas import Published, initial_weights
from torch import Tensor

LAYERS = (
    "enc_conv2",
    "enc_conv3",
    "enc_conv4",
    "enc_conv5",
    "enc_conv6",
    "lin1",
    "lin2",
)  # as the reference calls them


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch):
    """A function that makes the next network begin with given weights."""

    def starting(weights: list[tuple[Tensor, Tensor]]) -> None:
        made = PublishedModel.segment

        def segment(*arguments) -> PublishedSegment:
            begun = made(*arguments)
            network = begun.field.network
            layers = [*network.encoder, network.narrow, network.widen]
            with torch.no_grad():
                for layer, (weight, bias) in zip(layers, weights, strict=True):
                    assert layer.weight.shape == weight.shape and layer.bias.shape == bias.shape
                    layer.weight.copy_(weight)
                    layer.bias.copy_(bias)
            return begun

        monkeypatch.setattr(PublishedModel, "segment", segment)

    return starting


def textures(shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Two smooth random images, the second the first one shifted by a voxel and a half, about."""
    random = torch.Generator().manual_seed(3)
    noise = torch.rand(*(n + 8 for n in shape), generator=random)[None, None]
    pool = torch.nn.functional.avg_pool2d if len(shape) == 2 else torch.nn.functional.avg_pool3d
    smooth = pool(pool(noise, 3, stride=1), 3, stride=1)[0, 0]
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    images = []
    for offset in (0, 1):
        images.append(smooth[tuple(slice(offset, offset + n) for n in shape)].contiguous())
    return images[0], 0.5 * (images[1] + smooth[tuple(slice(2, 2 + n) for n in shape)])


def image(values: Tensor | np.ndarray) -> sitk.Image:
    return sitk.GetImageFromArray(np.asarray(values))


def voxel_displacement(result: Result) -> np.ndarray:
    """[k, ...] voxels, component i along axis i of the array; spacing 1 mm and no rotation."""
    field = sitk.TransformToDisplacementField(result.transform, sitk.sitkVectorFloat64, result.jacobian.GetSize())
    return np.moveaxis(sitk.GetArrayFromImage(field)[..., ::-1], -1, 0)


CASES = {
    "3-D, as published": ((20, 16, 24), {}, {}),
    "3-D, a size that four does not divide": ((17, 22, 19), {}, {}),
    "3-D, Gaussian kernel, two passes": (
        (16, 20, 16),
        {"kernel": "gaussian", "kernel_passes": 2, "kernel_window": 5},
        {"kernel": "gaussian", "kernel_passes": 2, "kernel_window": "5vox"},
    ),
    "3-D, four time steps, other weights": (
        (16, 16, 20),
        {"time_steps": 4, "step_size": 0.02, "lambda_v": 0.5, "lambda_J": 10.0, "lambda_df": 0.2},
        {"steps": 3, "velocity_gain": 0.02, "lambda_v": 0.5, "lambda_J": 10.0, "lambda_df": 0.2},
    ),
    "3-D, no kernel, other sizes": (
        (16, 20, 18),
        {"kernel": "none", "downsampling": 1, "ncc_window": 7, "learning_rate": 0.002},
        {"kernel": "none", "decoder_downsampling": 1, "lncc_window": 7, "learning_rate": 0.002},
    ),
    "2-D": ((36, 28), {}, {}),
    "2-D, Gaussian kernel": (
        (30, 33),
        {"kernel": "gaussian", "kernel_window": 9, "step_size": 0.05},
        {"kernel": "gaussian", "kernel_window": "9vox", "velocity_gain": 0.05},
    ),
}


@pytest.mark.exact
@pytest.mark.parametrize(("shape", "theirs", "ours"), CASES.values(), ids=CASES.keys())
def test_a_run_follows_the_plain_formulas(start, shape: tuple[int, ...], theirs: dict, ours: dict) -> None:
    fixed, moving = textures(shape)
    weights = initial_weights(len(shape), shape, bottleneck=8, downsampling=theirs.get("downsampling", 2))
    start(weights)
    settings = Settings.preset("paper").replace(published_arithmetic=True, iterations=6, bottleneck=8, threads=1)
    result = register(image(fixed), image(moving), settings.replace(**ours))
    expected = Published(fixed, moving, weights, **theirs)
    expected.run(6)
    for found, right in zip(result.history, expected.losses, strict=True):
        assert found["loss"] == pytest.approx(right["total"], rel=1e-5)  # float32
        assert found["similarity"] == pytest.approx(right["similarity"], rel=1e-5)
        for name in ("J", "df", "v"):
            assert found[f"penalty_{name}"] == pytest.approx(right[name], rel=1e-2, abs=1e-9)
    assert expected.displacement is not None
    assert expected.displacement.abs().max() > 1e-3  # voxels: something moved
    assert np.allclose(voxel_displacement(result), expected.displacement, atol=2e-4)
    assert result.metrics["stop"] == ["all iterations done"]


def test_the_field_handed_out_is_the_last_one_not_the_best(start) -> None:
    fixed, moving = textures((32, 32))
    start(initial_weights(2, (32, 32), 8, 2))
    settings = Settings.preset("paper").replace(published_arithmetic=True, bottleneck=8, velocity_gain=0.3, threads=1)
    worse = register(image(fixed), image(moving), settings.replace(iterations=8, learning_rate=0.1))
    assert worse.metrics["similarity"]["after"] == pytest.approx(worse.history[-1]["similarity"], abs=1e-5)
    assert worse.history[-1]["loss"] > min(record["loss"] for record in worse.history)


def test_the_published_sizes_need_no_pooling() -> None:
    for size in (132, 160, 192):
        cloud = torch.zeros(2, size, size)
        network = CloudNetwork([size // 4] * 2, bottleneck=16)
        seen = []
        network.encoder[-1].register_forward_hook(lambda _, __, out, seen=seen: seen.append(out.shape[2:]))
        network(cloud)
        assert seen == [(3, 3)]
        assert network.narrow.in_features == 288
    assert CloudNetwork([4] * 3, 16).narrow.in_features == 864


def test_masks_are_refused() -> None:
    fixed, moving = (image(values) for values in textures((24, 24)))
    settings = Settings.preset("paper").replace(published_arithmetic=True, iterations=1)
    with pytest.raises(InputError, match="knows no masks"):
        register(fixed, moving, settings, fixed_mask=fixed > 0.5)


def test_any_geometry_is_brought_to_the_voxels_of_the_fixed_image(start) -> None:
    """Other spacing, origin and grid, and an initial transform: the published code has none of these."""
    fixed, other = (image(values) for values in textures((24, 28)))
    for one in (fixed, other):
        one.SetSpacing((0.5, 2.0))
    moving = sitk.ConstantPad(other, [4, 6], [3, 0])
    moving.SetOrigin([moving.GetOrigin()[0] + 3.0, moving.GetOrigin()[1]])
    start(initial_weights(2, (24, 28), 16, 2))
    settings = Settings.preset("paper").replace(published_arithmetic=True, iterations=1, threads=1)
    same = register(fixed, other, settings)
    shift = sitk.TranslationTransform(2, (3.0, 0.0))
    elsewhere = register(fixed, moving, settings, initial_transform=shift)
    assert elsewhere.history[0]["loss"] == pytest.approx(same.history[0]["loss"], rel=1e-4)
    around = sitk.ConstantPad(fixed, [20, 20], [20, 20])
    field = sitk.TransformToDisplacementField(
        shift, sitk.sitkVectorFloat64, around.GetSize(), around.GetOrigin(), around.GetSpacing()
    )
    bent = sitk.DisplacementFieldTransform(field)
    assert not bent.IsLinear()
    nonlinear = register(fixed, moving, settings, initial_transform=sitk.CompositeTransform([bent]))
    assert nonlinear.history[0]["loss"] == pytest.approx(same.history[0]["loss"], rel=1e-4)


@pytest.mark.slow
@pytest.mark.data
def test_a_run_of_the_published_code_is_repeated(start, shared: Path) -> None:
    """20 iterations on 132³ voxels; where float32 rounds decides which voxels a point lies between, see method.md."""
    path = shared.parent / "reference" / "published_132.npz"
    if not path.is_file():
        pytest.skip("the published run's numbers are not beside this checkout")
    reference = np.load(path)
    start(
        [
            (torch.from_numpy(reference[f"init.{n}.weight"]), torch.from_numpy(reference[f"init.{n}.bias"]))
            for n in LAYERS
        ]
    )
    settings = Settings.preset("paper").replace(published_arithmetic=True, iterations=20)
    result = register(image(reference["fixed"]), image(reference["moving"]), settings)
    total = np.array([record["loss"] for record in result.history])
    right = reference["history"][:, 0]
    assert np.abs(total - right)[:3].max() < 1e-4
    assert (np.abs(total - right) / right).max() < 0.02
    displacement = voxel_displacement(result)[:, ::4, ::4, ::4]
    assert np.corrcoef(displacement.ravel(), reference["displacement"].ravel())[0, 1] >= 0.99
    assert np.abs(displacement - reference["displacement"]).max() < 0.05  # voxels
