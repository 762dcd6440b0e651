"""Two templates are compared by their shapes: how one is turned, and where it lies, does not count; its size does."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import templates
from nodeo.field.initial_transform import affine
from phantoms import Phantom, bumps, drawn, grid, middle


@pytest.mark.parametrize(("stretch", "apart"), [(1.0, 0.0), (1.1, 0.1)])
def test_shapes_are_compared_without_their_pose(stretch: float, apart: float) -> None:
    on = grid((40, 36), (2.0, 2.0))
    template = drawn(Phantom(middle(on), 26.0, blobs=10), on)
    turn = sitk.Euler2DTransform((1.0, 2.0), 0.7, (12.0, -30.0))
    other = sitk.CompositeTransform([turn, affine(stretch * np.eye(2), np.zeros(2))])  # template -> the other template
    maps = [(bumps(middle(on), push).transform(on), sitk.Transform(2, sitk.sitkIdentity)) for push in (0.0, 0.0)]
    # φB⁻¹ φA has to be ``other``: φA is the identity, so φB⁻¹ is it
    found = templates._apart_without_pose(template, maps, [(other.GetInverse(), other)] * 2)
    radius = 2 / 3 * 26.0 / 2.0  # voxels, the mean over a disk
    assert found == pytest.approx(apart * radius, abs=0.15 * radius * apart + 1e-3)


def test_the_mean_length_counts_voxels() -> None:
    on = grid((30, 30), (2.0, 3.0))
    template = drawn(Phantom(middle(on), 25.0, blobs=10), on)
    one = sitk.TranslationTransform(2, (0.0, 0.0)), None
    other = sitk.TranslationTransform(2, (3.0, 4.0)), None
    assert templates._apart(template, [one], [other]) == pytest.approx(2.5)
