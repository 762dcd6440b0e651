"""Every similarity against a slow oracle in double precision, and against what a similarity is for."""

from __future__ import annotations

from itertools import combinations, product

import pytest
import torch
import torch.nn.functional as F
from nodeo.errors import InputError
from nodeo.similarity import SIMILARITIES, build, lncc
from torch import Tensor

WINDOW = 5
SHAPES = [(17, 14, 15), (40, 33)]
BLIND_TO_CONTRAST = ("lncc", "mi", "mind")


def noise(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """White noise in 0..1."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def phantom(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """Smooth structure, a few voxels wide, in 0..1."""
    pool = {2: F.avg_pool2d, 3: F.avg_pool3d}[len(shape)]
    image = noise(tuple(n + 8 for n in shape), seed)[None]
    for _ in range(2):
        image = pool(image, 5, stride=1)
    return (image[0] - image.min()) / (image.max() - image.min())


def patchy_weight(shape: tuple[int, ...]) -> Tensor:
    """Soft weights, with a part of the image that does not count at all."""
    return noise(shape, seed=5) * (phantom(shape, seed=6) > 0.4)


def shifted(image: Tensor, shift: Tensor | float) -> Tensor:
    """``image`` read ``shift`` voxels further along its last axis, linearly."""
    axes = [torch.linspace(-1.0, 1.0, n) for n in image.shape]
    points = torch.stack(torch.meshgrid(*axes, indexing="ij")[::-1], -1)
    along = torch.zeros(image.dim())
    along[0] = 2.0 / (image.shape[-1] - 1)
    return F.grid_sample(image[None, None], (points + along * shift)[None], padding_mode="border", align_corners=True)[
        0, 0
    ]


def loss_and_gradient(metric, warped: Tensor) -> tuple[Tensor, Tensor]:
    warped = warped.clone().requires_grad_()
    loss = metric(warped)
    (gradient,) = torch.autograd.grad(loss, warped)
    return loss.detach(), gradient


def relative_error(value: Tensor, truth: Tensor) -> float:
    return float((value.double() - truth).norm() / truth.norm())


# --- oracles: the formulas written down as they stand, in double precision, for autograd to differentiate -------------


def lncc_oracle(fixed: Tensor, warped: Tensor, weight: Tensor | None, every: int = 1) -> Tensor:
    pool = {2: F.avg_pool2d, 3: F.avg_pool3d}[fixed.dim()]
    count = torch.ones_like(fixed) if weight is None else weight

    def total(values: Tensor) -> Tensor:
        return pool(values[None], WINDOW, stride=1, padding=WINDOW // 2, divisor_override=1)[0]

    def mean(values: Tensor) -> Tensor:
        return total(values * count) / total(count).clamp(min=1e-5)

    fixed_variance = mean(fixed**2) - mean(fixed) ** 2
    warped_variance = mean(warped**2) - mean(warped) ** 2
    covariance = mean(fixed * warped) - mean(fixed) * mean(warped)
    correlation = (covariance**2 + 1e-8) / (fixed_variance * warped_variance + 1e-8)
    textured = fixed_variance**2 / (fixed_variance**2 + 1e-8)
    windows = (slice(None, None, every),) * fixed.dim()
    return (count * (1.0 - correlation))[windows].sum() / (count * textured)[windows].sum()


def mutual_information_oracle(fixed: Tensor, warped: Tensor, weight: Tensor | None) -> Tensor:
    weight = torch.ones_like(fixed) if weight is None else weight
    rows = F.one_hot((fixed.clamp(0, 1) * 32).long().clamp(max=31).flatten(), 32).double() * weight.reshape(-1, 1)

    def spline(x: Tensor) -> Tensor:
        x = x.abs()
        return torch.where(x < 1, 2 / 3 - x**2 + x**3 / 2, (2 - x).clamp(min=0) ** 3 / 6)

    def entropy(shares: Tensor) -> Tensor:
        return -torch.xlogy(shares[shares > 0], shares[shares > 0]).sum()

    def shared(values: Tensor) -> Tensor:
        bins = torch.arange(32, dtype=torch.float64)
        taps = spline(1 + 29 * values.clamp(0, 1).reshape(-1, 1) - bins)
        joint = rows.T @ taps / weight.sum()
        entropies = entropy(joint.sum(0)) + entropy(joint.sum(1))
        return 2 * (entropies - entropy(joint)) / entropies

    return 1.0 - shared(warped) / shared(fixed)


def mind_oracle(fixed: Tensor, warped: Tensor, weight: Tensor) -> Tensor:
    """Pair by pair and voxel of the patch by voxel of the patch; for a weight that is 0 near the border."""
    axes = tuple(range(fixed.dim()))
    neighbours = [tuple(2 * sign * (k == axis) for k in axes) for axis in axes for sign in (-1, 1)]
    pairs = [
        (a, b) for a, b in combinations(neighbours, 2) if sum((i - j) ** 2 for i, j in zip(a, b, strict=True)) == 8
    ]

    def at(values: Tensor, offset: tuple[int, ...], patch: tuple[int, ...]) -> Tensor:
        return values.roll([-i - j for i, j in zip(offset, patch, strict=True)], axes)

    def distance(image: Tensor, a: tuple[int, ...], b: tuple[int, ...]) -> Tensor:
        patches = list(product((-1, 0, 1), repeat=len(axes)))
        seen = [at(weight, a, patch) * at(weight, b, patch) for patch in patches]
        squares = [s * (at(image, a, patch) - at(image, b, patch)) ** 2 for s, patch in zip(seen, patches, strict=True)]
        return sum(squares) / sum(seen).clamp(min=1e-30)

    def descriptors(image: Tensor) -> Tensor:
        distances = torch.stack([distance(image, a, b) for a, b in pairs])
        distances = distances - distances.amin(0)
        return torch.exp(-distances / (distances.mean(0) + 1e-5))

    share = weight / weight.sum()
    own = descriptors(fixed)
    average = (own * share).flatten(1).sum(1).view(-1, *[1] * len(axes))
    variance = (share * (own - average) ** 2).sum()
    return (share * (descriptors(warped) - own) ** 2).sum() / (2 * variance)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "oracle"), [("lncc", lncc_oracle), ("mi", mutual_information_oracle)])
def test_value_and_gradient_are_those_of_the_oracle(name, oracle, shape, weighted):
    fixed, weight = noise(shape), patchy_weight(shape) if weighted else None
    warped = 1.1 * (0.5 * noise(shape, seed=1) + 0.5 * fixed) - 0.05  # some of it outside 0..1
    loss, gradient = loss_and_gradient(build(name, fixed, window=WINDOW, weight=weight), warped)
    double = weight.double() if weighted else None
    truth, true_gradient = loss_and_gradient(lambda values: oracle(fixed.double(), values, double), warped.double())
    assert loss == pytest.approx(float(truth), rel=1e-5)
    assert relative_error(gradient, true_gradient) < 1e-5  # single precision: measured below 1e-6


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_of_a_large_image_every_second_window_is_compared(shape, weighted, monkeypatch):
    monkeypatch.setattr(lncc, "_MANY", 0)
    monkeypatch.setattr(lncc, "_WIDE", WINDOW // 2)
    fixed, weight = noise(shape), patchy_weight(shape) if weighted else None
    warped = 0.5 * noise(shape, seed=1) + 0.5 * fixed
    loss, gradient = loss_and_gradient(build("lncc", fixed, window=WINDOW, weight=weight), warped)
    double = weight.double() if weighted else None
    truth, true_gradient = loss_and_gradient(
        lambda values: lncc_oracle(fixed.double(), values, double, every=2), warped.double()
    )
    assert loss == pytest.approx(float(truth), rel=1e-5)
    assert relative_error(gradient, true_gradient) < 1e-5


@pytest.mark.parametrize("shape", SHAPES)
def test_mind_is_that_of_the_oracle(shape):
    fixed = noise(shape)
    warped = 0.5 * fixed + 0.5 * noise(shape, seed=1)
    weight = F.pad(patchy_weight(tuple(n - 8 for n in shape)), [4] * 2 * len(shape))
    loss, gradient = loss_and_gradient(build("mind", fixed, window=WINDOW, weight=weight), warped)
    truth, true_gradient = loss_and_gradient(
        lambda values: mind_oracle(fixed.double(), values, weight.double()), warped.double()
    )
    assert loss == pytest.approx(float(truth), rel=1e-5)
    assert relative_error(gradient, true_gradient) < 1e-5


@pytest.mark.parametrize("weighted", [False, True])
def test_mean_squares_is_in_units_of_the_variance(weighted):
    fixed, weight = noise((9, 8, 7)), patchy_weight((9, 8, 7)) if weighted else None
    count = torch.ones_like(fixed) if weight is None else weight
    variance = (count * (fixed - (count * fixed).sum() / count.sum()) ** 2).sum() / count.sum()
    loss = build("mse", fixed, window=WINDOW, weight=weight)(fixed + 0.1)
    torch.testing.assert_close(loss, 0.01 / variance)


# --- what holds for all of them ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SIMILARITIES)
def test_an_image_is_like_itself_and_less_like_itself_shifted(name, shape, weighted):
    fixed = phantom(shape)
    metric = build(name, fixed, window=WINDOW, weight=patchy_weight(shape) if weighted else None)
    losses = [float(metric(shifted(fixed, shift))) for shift in (0.0, 0.5, 1.0, 2.0)]
    assert losses[0] == pytest.approx(0.0, abs=5e-3)  # LNCC's ε beside two variances: up to 0.0024
    assert losses == sorted(losses)
    assert losses[-1] > 0.2


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("name", "least", "most"), [("lncc", 0.8, 1.0), ("mse", 1.7, 2.3), ("mi", 0.6, 1.0), ("mind", 0.7, 1.3)]
)
def test_unrelated_images_are_about_one(name, least, most, shape):
    assert least < float(build(name, noise(shape), window=9)(noise(shape, seed=1))) < most


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", BLIND_TO_CONTRAST)
def test_inverted_contrast_makes_no_difference(name, shape):
    fixed = phantom(shape)
    metric = build(name, fixed, window=WINDOW)
    inverted = 1.0 - fixed
    assert float(metric(inverted)) == pytest.approx(float(metric(fixed)), abs=1e-3)
    assert float(metric(inverted)) < float(metric(shifted(inverted, 1.0))) - 0.1


@pytest.mark.parametrize("name", ["mi", "mind"])
def test_another_modality_is_most_alike_where_it_is_aligned(name):
    fixed = phantom((40, 33))
    other = torch.sin(2.5 * fixed) ** 2  # rises, and falls again
    metric = build(name, fixed, window=WINDOW)
    losses = [float(metric(shifted(other, shift))) for shift in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    assert min(losses) == losses[2]


@pytest.mark.parametrize(
    ("name", "inverted"), [*((name, False) for name in SIMILARITIES), ("mi", True), ("mind", True)]
)
def test_descent_finds_a_shift(name, inverted):
    moving = phantom((64, 60), seed=2)
    fixed = shifted(moving, 1.7)
    metric = build(name, 1.0 - fixed if inverted else fixed, window=9)
    shift = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([shift], lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        metric(shifted(moving, shift)).backward()
        optimizer.step()
    assert shift.item() == pytest.approx(1.7, abs=0.1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SIMILARITIES)
def test_what_has_no_weight_has_no_influence(name, shape):
    fixed, warped, weight = noise(shape), noise(shape, seed=1), patchy_weight(shape)
    hidden = weight == 0.0
    assert 0.2 < hidden.float().mean() < 0.8
    loss, gradient = loss_and_gradient(build(name, fixed, window=WINDOW, weight=weight), warped)
    assert gradient[hidden].abs().max() == 0.0
    other_fixed = torch.where(hidden, noise(shape, seed=2), fixed)
    other_warped = torch.where(hidden, noise(shape, seed=3), warped)
    again = loss_and_gradient(build(name, other_fixed, window=WINDOW, weight=weight), other_warped)
    torch.testing.assert_close(again, (loss, gradient))


@pytest.mark.parametrize("name", SIMILARITIES)
def test_a_weight_of_one_everywhere_changes_nothing(name):
    fixed, warped = noise((17, 14, 15)), noise((17, 14, 15), seed=1)
    without = loss_and_gradient(build(name, fixed, window=WINDOW), warped)
    weight = torch.ones_like(fixed)
    torch.testing.assert_close(loss_and_gradient(build(name, fixed, window=WINDOW, weight=weight), warped), without)


@pytest.mark.parametrize("name", SIMILARITIES)
def test_flat_images_and_empty_weights_give_finite_numbers(name):
    flat, image = torch.full((12, 13), 0.5), noise((12, 13))
    for fixed, warped, weight in [
        (flat, image, None),
        (image, flat, None),
        (flat, flat, None),
        (image, image, flat * 0),
    ]:
        loss, gradient = loss_and_gradient(build(name, fixed, window=WINDOW, weight=weight), warped)
        assert loss.isfinite()
        assert gradient.isfinite().all()


@pytest.mark.parametrize("name", SIMILARITIES)
def test_the_same_call_gives_the_same_bits(name):
    fixed, warped = phantom((30, 31, 29)), phantom((30, 31, 29), seed=1)
    metric = build(name, fixed, window=WINDOW)
    loss, gradient = loss_and_gradient(metric, warped)
    metric(fixed)  # nothing of one call stays for the next
    again = loss_and_gradient(metric, warped)
    assert torch.equal(loss, again[0])
    assert torch.equal(gradient, again[1])


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="lncc, mse, mi, mind"):
        build("ncc", noise((4, 4)), window=3)
