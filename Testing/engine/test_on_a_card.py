"""The path for GPUs on a simulated card: the CPU's numbers, no mixed devices, few launches, and what if memory ends."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo import Settings, register
from nodeo.geometry import trilinear
from phantoms import Phantom, bumps, drawn, grid, middle

QUICK = ["levels=2,1", "iterations=4,3", "steps=1", "threads=1", "start=none"]
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
    """The largest between two displacements, voxels."""
    fields = [sitk.GetArrayFromImage(result.displacement) for result in (one, other)]
    return float(np.abs(fields[0] - fields[1]).max())


@pytest.mark.parametrize(
    "mode", [pytest.param(mode, marks=pytest.mark.slow) if mode in SLOW else mode for mode in MODES]
)
def test_every_mode_gives_the_numbers_of_the_cpu(mode: str, plug_in, monkeypatch) -> None:
    """To what rounding does in a few iterations: sums are taken in another order.

    Both read volumes as PyTorch does: where a point lies on a voxel, what its gradient is hangs on the last digit.
    """
    monkeypatch.setattr(trilinear, "_FEWEST", np.inf)
    settings = Settings().assign(*QUICK, *MODES[mode])
    images = pair()
    alone = register(*images, settings)
    with plug_in() as card:
        result = register(*images, settings)
    assert result.metrics["device"].startswith("card") and sum(cost.total for cost in card.costs.values()) > 100
    assert result.metrics["fallbacks"] == alone.metrics["fallbacks"]
    largest = np.abs(sitk.GetArrayFromImage(alone.displacement)).max()
    assert largest > 0.005 and difference(result, alone) < 0.01 * largest


def test_in_two_dimensions_and_with_masks_too(plug_in) -> None:
    images = pair((40, 36))
    mask = sitk.Cast(images[0] > 0.1, sitk.sitkUInt8)
    settings = Settings().assign(*QUICK)
    alone = register(*images, settings, fixed_mask=mask, moving_mask=mask)
    with plug_in():
        result = register(*images, settings, fixed_mask=mask, moving_mask=mask)
    assert difference(result, alone) < 0.01


def test_an_iteration_waits_once_and_launches_no_more_than_it_did(plug_in) -> None:
    """Of three levels of the default settings, less what a level sends to the device once."""
    settings = Settings().assign("levels=4,2,1", "iterations=10,10,10", "tolerance=0", "threads=1", "start=none")
    with plug_in() as card:
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


def test_the_card_counts_what_costs_time(plug_in) -> None:
    with plug_in() as card:
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
def test_where_the_card_is_full_the_ladder_is_gone_down(share: float, remedies: list[str], plug_in) -> None:
    """By a real shortage: the card holds so much of what the registration takes."""
    settings = Settings().assign(*QUICK, "iterations=2,2", "steps=4")
    images = pair()
    with plug_in() as card:
        register(*images, settings)
    with plug_in(capacity=int(share * card.peak)) as full:
        result = register(*images, settings)
    told = " ".join(result.metrics["fallbacks"])
    assert [remedy for remedy in remedies if remedy not in told] == [], told
    assert full.peak <= share * card.peak
    assert result.metrics["folding"]["voxels"] == 0
