"""How a segment of the flow is optimised: its optimiser remembers as long as suits the iterations there are."""

from __future__ import annotations

import pytest
import SimpleITK as sitk
import torch
from nodeo.field.flow import Solver
from nodeo.field.smoothing import identity
from nodeo.field.velocity import FlowField
from nodeo.geometry.grid import Grid
from nodeo.geometry.lattice import Lattice
from nodeo.models.flow import FlowSegment
from nodeo.settings import Settings


@pytest.mark.parametrize(
    ("iterations", "mean", "square"), [(50, 0.9, 0.99), (20, 0.75, 0.975), (12, 7 / 12, 23 / 24), (3, 0.5, 5 / 6)]
)
def test_a_gradient_is_remembered_for_a_share_of_the_iterations(iterations: int, mean: float, square: float) -> None:
    image = sitk.Image((6, 5, 4), sitk.sitkFloat32)
    image.SetSpacing((2.0, 3.0, 4.0))
    lattice = Lattice(Grid.of(image))
    shape = lattice.shape
    field = FlowField(shape, identity(shape), torch.ones(shape), 2, torch.Generator().manual_seed(0))
    optimiser = FlowSegment(field, lattice, Solver(), Settings(), rate=0.08).descent(iterations).optimiser
    assert optimiser.betas == pytest.approx((mean, square))
    assert optimiser.rate == pytest.approx(0.16)  # a share of the smallest spacing
