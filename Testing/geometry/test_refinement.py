"""Refinement axis by axis, against PyTorch's upsampling and finite differences."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from nodeo.geometry.refinement import Stretch, refined
from torch import Tensor

NODES = {2: (9, 7), 3: (9, 7, 8)}
MODES = {2: "bilinear", 3: "trilinear"}
CASES = {  # factor, start, skip, points along every axis
    "all": (2, 0, 0, 13),
    "a part": (2, 1, 1, 8),
    "thirds": (3, 1, 2, 9),
    "within one interval": (4, 2, 1, 2),
    "one point": (3, 2, 0, 1),
    "no finer": (1, 1, 1, 4),
}


def nodes(ndim: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(2, *NODES[ndim], generator=torch.Generator().manual_seed(0), dtype=dtype)


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_upsampling_cut_to_what_is_asked_for(case: tuple[int, ...], ndim: int) -> None:
    factor, start, skip, points = case
    field = nodes(ndim)
    full = [factor * (n - 1) + 1 for n in NODES[ndim]]
    whole = F.interpolate(field[None], size=full, mode=MODES[ndim], align_corners=True)[0]
    first = factor * start + skip
    expected = whole[(slice(None), *[slice(first, first + points)] * ndim)]
    torch.testing.assert_close(refined(field, [Stretch(*case)] * ndim), expected)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_its_gradient_is_the_finite_difference(case: tuple[int, ...]) -> None:
    field = nodes(2, torch.float64).requires_grad_()
    other = Stretch(2, 0, 1, 5)
    assert torch.autograd.gradcheck(lambda field: refined(field, [Stretch(*case), other]), field)
