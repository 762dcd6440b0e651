"""Points that a person has placed in both images, as a force on the deformation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..field.initial_transform import InitialTransform
from ..field.point_inverse import moved
from ..geometry.lattice import Lattice
from ..geometry.point_pairs import PointPairs
from ..geometry.sampling import sample

NEAR = 1.0  # voxels, about what a person places a point to: nearer than this a distance hardly counts


class Landmarks:
    """How far the pairs of points are from each other, as a function of the displacement on a level's nodes.

    The mean over the pairs of √(1 + d²) - 1, d the distance of φ(fixed) from moving: quadratic for a point that lies
    about right, linear beyond (Charbonnier et al. 1997), so that a pair that contradicts the others pulls no harder
    than they do, however far away it lies.

    Args:
        pairs: in a world whose unit is the smallest spacing of the fixed image.
        lattice: the level's nodes, on the device that works.
        initial: A, fixed world -> moving world.
    """

    def __init__(self, pairs: PointPairs, lattice: Lattice, initial: InitialTransform) -> None:
        grid = lattice.grid
        axes = list(grid.axes)
        last = np.array([grid.size[axis] - 1 for axis in axes], dtype=float)
        points = 2.0 * grid.index(pairs.fixed)[:, axes] / last - 1.0
        before = moved(initial.inverse, pairs.moving)
        wanted = (before - pairs.fixed) @ grid.rotation[:, axes]
        stretch = initial.linear_part(grid)[0] @ grid.rotation[:, axes]
        self._points, self._wanted, self._stretch = (
            torch.tensor(values, dtype=torch.float32, device=lattice.device) for values in (points.T, wanted.T, stretch)
        )

    def __call__(self, displacement: Tensor) -> Tensor:
        """The loss, a scalar, for a displacement [k, D, H, W] on the nodes, local mm; differentiable."""
        apart = self._stretch @ (sample(displacement, self._points) - self._wanted)
        squares = apart.square().sum(0) / NEAR**2
        return ((1.0 + squares).sqrt() - 1.0).mean()
