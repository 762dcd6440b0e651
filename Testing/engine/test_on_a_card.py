"""The path for GPUs, on one if it is here, else on a simulated card: the CPU's numbers, no mixed devices, few launches,
and what if memory ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Settings, register
from nodeo.field.regularity import jacobian_determinant, measure_folding
from nodeo.geometry import trilinear
from nodeo.geometry.grid import Grid
from nodeo.progress import Progress
from phantoms import Phantom, bumps, drawn, grid, mapped, middle

QUICK = ["levels=2,1", "iterations=4,3", "steps=1", "threads=1", "start=none", "device=cpu"]
MODES = {
    "lncc": [],
    "mi": ["similarity=mi"],
    "mind": ["similarity=mind"],
    "mse": ["similarity=mse"],
    "similarity=auto": ["similarity=auto"],
    "affine": ["initial=affine"],
    "search": ["start=search", "iterations=2,2"],
    "charbonnier": ["penalty=charbonnier"],
    "all penalties": ["lambda_J=10", "lambda_df=0.1", "lambda_v=0.01", "lambda_s=0.1", "jacobian_floor=0.9"],
    "two steps of rk4": ["solver=rk4", "steps=2"],
    "dopri5": ["solver=dopri5"],
    "adjoint": ["adjoint=true"],
    "no certificate": ["unfold=false"],
    "paper": ["model=paper", "levels=1", "iterations=2", "steps=2"],
}
SLOW = ("dopri5", "search")  # a minute each where thousands of small operations are caught


def pair(size: tuple[int, ...] = (24, 22, 20)) -> tuple[sitk.Image, sitk.Image]:
    on = grid(size)
    ball, warp = Phantom(middle(on), 0.4 * min(size), blobs=20), bumps(middle(on), 1.5)
    return drawn(lambda x: ball(warp(x)), on), drawn(ball, on)


def difference(one, other) -> float:
    """The largest between two maps, voxels."""
    return float(np.abs(mapped(one.transform, one.warped) - mapped(other.transform, other.warped)).max())


@pytest.mark.parametrize(
    "mode", [pytest.param(mode, marks=pytest.mark.slow) if mode in SLOW else mode for mode in MODES]
)
def test_every_mode_gives_the_numbers_of_the_cpu(mode: str, plug_in, monkeypatch) -> None:
    """To what rounding does in a few iterations: sums are taken in another order.

    On a real card rounding also decides when a start is good enough. Both read volumes as PyTorch does: where a point
    lies on a voxel, what its gradient is hangs on the last digit.
    """
    monkeypatch.setattr(trilinear, "_FEWEST", np.inf)
    settings = Settings().assign(*QUICK, *MODES[mode])
    images = pair()
    alone = register(*images, settings)
    with plug_in() as card:
        result = register(*images, settings)
    assert result.metrics["device"] == str(card.device)
    assert not card.counts or sum(cost.total for cost in card.costs.values()) > 100
    assert result.metrics["fallbacks"] == alone.metrics["fallbacks"]
    largest = np.abs(sitk.GetArrayFromImage(alone.displacement)).max()
    allowed = 0.01 * largest if card.counts or mode != "affine" else 0.25
    assert largest > 0.005 and difference(result, alone) < allowed


def test_in_two_dimensions_and_with_masks_too(plug_in) -> None:
    images = pair((40, 36))
    mask = sitk.Cast(images[0] > 0.1, sitk.sitkUInt8)
    settings = Settings().assign(*QUICK)
    alone = register(*images, settings, fixed_mask=mask, moving_mask=mask)
    with plug_in():
        result = register(*images, settings, fixed_mask=mask, moving_mask=mask)
    assert difference(result, alone) < 0.01


@pytest.mark.parametrize(
    ("kind", "turned"), [(sitk.sitkInt16, True), (sitk.sitkUInt16, False), (sitk.sitkFloat32, True)]
)
def test_what_the_card_hands_out_is_what_itk_finds_in_it(kind: int, turned: bool, plug_in) -> None:
    """Warped image, folding both ways and det J are the card's; ITK reads the transforms."""
    fixed, moving = (sitk.Cast(sitk.RescaleIntensity(image, 0.0, 1000.0), kind) for image in pair((20, 18, 16)))
    start = sitk.Euler3DTransform([10.0, 9.0, 8.0], *(0.1, -0.05, 0.07) if turned else (0.0, 0.0, 0.0), [0.7, 0.4, 0.0])
    settings = Settings().assign(*QUICK, "iterations=2,2")
    with plug_in() as card:

        def told(news: Progress) -> None:
            card.stage = news.stage

        result = register(fixed, moving, settings, progress=told, initial_transform=start)
    for stage in ("Checking the images", "Transforms", "Warped image", "Measurements"):
        assert not card.counts or card.costs[stage].total > 10, f"{stage}: on the host"

    by_itk = sitk.Resample(moving, fixed, result.transform, sitk.sitkLinear, 0.0, kind)
    assert result.warped.GetPixelID() == kind
    apart = np.abs(np.subtract(*(sitk.GetArrayFromImage(image).astype(float) for image in (result.warped, by_itk))))
    assert apart.max() < 0.01 if kind == sitk.sitkFloat32 else apart.max() <= 1 and apart.mean() < 0.01

    maps = {"folding": (fixed, result.transform), "inverse_folding": (moving, result.inverse)}
    for told_as, (image, transform) in maps.items():
        on = Grid.of(image)
        measured, _ = measure_folding(on.local_displacements(transform), on.step)
        assert result.metrics[told_as]["voxels"] == measured.voxels == 0
        assert result.metrics[told_as]["smallest"] == pytest.approx(measured.smallest, abs=1e-3)
    by_cpu = jacobian_determinant(Grid.of(fixed).local_displacements(result.transform), fixed.GetSpacing())
    inner = (slice(1, -1),) * 3  # at the faces the engine has neighbours beyond the image
    np.testing.assert_allclose(sitk.GetArrayFromImage(result.jacobian)[inner], by_cpu[inner], atol=1e-4)


def test_where_the_card_is_full_at_the_end_the_result_is_put_together_by_the_cpu(simulate) -> None:
    """By a real shortage: somebody else has taken what was free."""
    images, settings = pair((20, 18, 16)), Settings().assign(*QUICK, "iterations=2,2")
    with simulate() as card:

        def taken(news: Progress) -> None:
            if news.stage == "Transforms":
                card.capacity = card.held

        result = register(*images, settings, progress=taken)
    assert result.metrics["fallbacks"] == ["Result: memory ran out; the CPU took over."]
    assert result.metrics["device"].startswith("card")
    assert result.metrics["folding"]["voxels"] == 0
    by_itk = sitk.Resample(images[1], images[0], result.transform)
    np.testing.assert_allclose(sitk.GetArrayFromImage(result.warped), sitk.GetArrayFromImage(by_itk))


def test_an_iteration_waits_once_and_launches_no_more_than_it_did(simulate) -> None:
    """Of three levels of the default settings, less what a level sends to the device once."""
    settings = Settings().assign("levels=4,2,1", "iterations=10,10,10", "tolerance=0", "threads=1", "start=none")
    with simulate() as card:
        register(*pair((36, 34, 32)), settings)
    levels = [cost for stage, cost in card.costs.items() if stage.startswith("iterations")]
    assert len(levels) == 3
    for cost in levels:
        assert cost.waits <= 10 + 6
        assert cost.total / 10 <= 160


def test_tensors_of_two_devices_do_not_mix(plug_in) -> None:
    """The card is as strict as CUDA, or it would prove nothing."""
    with plug_in() as card:
        here, there = torch.ones(3), torch.ones(3, device=card.device)
        with pytest.raises(RuntimeError, match="same device"):
            here + there
        assert (there + torch.tensor(1.0)).cpu().tolist() == [2.0, 2.0, 2.0]
        assert here.to(card.device).sum().item() == 3.0


def test_the_card_counts_what_costs_time(simulate) -> None:
    with simulate() as card:
        values = torch.arange(6.0, device=card.device)
        card.stage = "counted"
        view = values.reshape(2, 3)[1:]
        view.add_(1.0)
        view.sum().item()
        view.nonzero()
        view.cpu()
    cost = card.costs["counted"]
    assert dict(cost.launches) == {"add_": 1, "sum": 1, "nonzero": 1}
    assert cost.waits == 3 and cost.copied == 12
    assert card.peak >= 24


@pytest.mark.parametrize(
    ("share", "remedies"),
    [
        (0.8, ["steps are computed twice"]),
        (0.3, ["steps are computed twice", "the finest level was left out"]),
        (0.02, ["steps are computed twice", "the CPU took over"]),
    ],
)
def test_where_the_card_is_full_the_ladder_is_gone_down(share: float, remedies: list[str], simulate) -> None:
    """By a real shortage: the card holds so much of what the registration takes."""
    settings = Settings().assign(*QUICK, "iterations=2,2", "steps=4")
    images = pair()
    with simulate() as card:
        register(*images, settings)
    with simulate(capacity=int(share * card.peak)) as full:
        result = register(*images, settings)
    told = " ".join(result.metrics["fallbacks"])
    assert [remedy for remedy in remedies if remedy not in told] == [], told
    assert full.peak <= share * card.peak
    assert result.metrics["folding"]["voxels"] == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("share", [0.8, 0.3, 0.1])
def test_where_a_gpu_is_full_the_result_is_much_the_same(share: float, sample: Path) -> None:
    """By a real shortage on a real one: of what the registration takes, this process may have a share."""
    images = [sitk.ReadImage(str(sample / f"{name}.nrrd")) for name in ("fixed", "moving")]
    settings = Settings().assign("levels=4,2", "iterations=4,2", "start=none", "steps=4", "device=cuda")
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    ample = register(*images, settings)
    allowed = share * torch.cuda.max_memory_allocated()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    torch.cuda.set_per_process_memory_fraction(allowed / torch.cuda.get_device_properties(0).total_memory)
    try:
        result = register(*images, settings)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert any("memory ran out" in note for note in result.metrics["fallbacks"])
    assert torch.cuda.max_memory_allocated() <= allowed
    assert result.metrics["folding"]["voxels"] == result.metrics["inverse_folding"]["voxels"] == 0
    assert np.abs(mapped(ample.transform, images[0]) - mapped(result.transform, images[0])).mean() < 0.05
