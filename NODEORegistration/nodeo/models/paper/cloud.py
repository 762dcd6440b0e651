"""Paper mode's velocity field: dq/dt = K · network(q), q the whole cloud of points (Wu et al. 2022, equations 4 and 5).

The velocity of a point depends on where all the points are, and it stays with the point: nothing is sampled at the
moving position. That is what sets it apart from a flow, and why the map it leads to may fold.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...field.smoothing import SeparableKernel
from ...geometry.grid import Lattice, refine
from .network import CloudNetwork

UNIT = 80  # voxels: the unit of length inside the network, half the width of the published images


class CloudField(nn.Module):
    """v(q) = window · K[gain · unit · network(q / unit)] on the nodes of a velocity grid.

    Args:
        lattice: the points of the cloud at rest.
        factors: intervals between points for each interval of the decoder's grid, z first.
        unit: mm, in which the network measures positions and velocities: the same for every field of view.
        gain: units of velocity for one unit of the network's output.
        kernel: the smoothing K.
        window: [D, H, W], 0 on the faces of the grid.
        bottleneck: width of the network's bottleneck.
        generator: for the network's initial weights.
    """

    window: Tensor
    rest: Tensor

    def __init__(
        self,
        lattice: Lattice,
        factors: Sequence[int],
        unit: float,
        gain: float,
        kernel: SeparableKernel,
        window: Tensor,
        bottleneck: int,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.factors = list(factors)
        self.unit = unit
        self.gain = gain
        self.register_buffer("window", window)
        self.register_buffer("rest", lattice.positions())
        decoder_shape = [-(-(n - 1) // factor) + 1 for n, factor in zip(lattice.shape, self.factors, strict=True)]
        self.network = CloudNetwork(decoder_shape, bottleneck, generator).to(window.device)

    def forward(self, t: Tensor, displacement: Tensor) -> Tensor:
        """Velocity [k, D, H, W], local mm per unit of time, of points displaced by [k, D, H, W] local mm, at any t."""
        output = self.network((self.rest + displacement) / self.unit) * (self.gain * self.unit)
        velocity = refine(output, self.factors, [0] * len(self.factors), self.window.shape)
        return self.kernel(velocity) * self.window

    def moved(self, device: torch.device) -> CloudField:
        """The field, its kernel included, on another device."""
        self.kernel = self.kernel.moved(device)
        return self.to(device)
