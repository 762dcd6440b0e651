"""Paper mode's velocity field: dq/dt = K · network(q), q the whole cloud of points (Wu et al. 2022, equations 4 and 5).

The velocity of a point depends on where all the points are, and it stays with the point: nothing is sampled at the
moving position. That is what sets it apart from a flow, and why the map it leads to may fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from ...field.certificate import Certificate, unfold
from ...field.flow import Motion, Solver, solve
from ...field.smoothing import SeparableKernel
from ...geometry.domain import Level, shrink_factors
from ...geometry.grid import Grid
from ...geometry.lattice import Lattice
from ...geometry.sampling import refine
from ...settings import Settings
from ..adam import Adam
from ..base import Descent, FoldedNodes, Model, Segment, Task, Whole
from ..kernel import kernel_of
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

    def forward(self, t: Tensor | float, displacement: Tensor) -> Tensor:
        """Velocity [k, D, H, W], local mm per unit of time, of points displaced by [k, D, H, W] local mm, at any t."""
        output = self.network((self.rest + displacement) / self.unit) * (self.gain * self.unit)
        velocity = refine(output, self.factors, [0] * len(self.factors), self.window.shape)
        return self.kernel(velocity) * self.window

    def moved(self, device: torch.device) -> CloudField:
        """The field, its kernel included, on another device."""
        self.kernel = self.kernel.moved(device)
        return self.to(device)


class _CloudMotion(Motion):
    """dw/dt = v(w) for the displacement w [k, D, H, W] of a cloud whose velocity depends on all of its points."""

    def __init__(self, field: CloudField) -> None:
        super().__init__()
        self.field = field

    def forward(self, t: Tensor, displacement: Tensor) -> Tensor:
        velocity = self.field(t, displacement)
        self.velocities.append(velocity)
        return velocity


class CloudModel(Model):
    """One segment, moved by the network from its random start."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def segment(self, task: Task, level: Level, lattice: Lattice, generator: torch.Generator) -> CloudSegment:
        s, voxel = self.settings, min(task.fixed.grid.step)
        window = task.domain.fade(lattice, level.node_factors)
        smoothing = kernel_of(lattice, s, voxel)
        intervals = [d // n for d, n in zip(level.decoder_factors, level.node_factors, strict=True)]
        unit = UNIT * voxel
        field = CloudField(lattice, intervals[::-1], unit, s.velocity_gain, smoothing, window, s.bottleneck, generator)
        return CloudSegment(field, lattice, Solver.of(s, level.steps), s)

    def decoder_factors(self, grid: Grid, sizes: np.ndarray, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """Near 2^``decoder_downsampling`` voxels, never finer than the velocity grid."""
        factors = shrink_factors(grid, 2**self.settings.decoder_downsampling * min(grid.step), sizes)
        return tuple(map(max, factors, nodes))


@dataclass(eq=False)
class CloudSegment(Segment):
    """The way of the whole cloud over one unit of time."""

    field: CloudField
    lattice: Lattice
    solver: Solver
    settings: Settings

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.field.parameters()

    def descent(self, iterations: int) -> Descent:
        """The published optimiser; its rate falls, and the best iterate is kept."""
        return Descent(published_adam(self.parameters(), self.settings))

    def motion(self) -> tuple[Tensor, list[Tensor]]:
        motion, start = _CloudMotion(self.field), self.lattice.zeros()
        displacement = solve(motion, start, self.solver)
        if self.solver.hides_velocities and (self.settings.lambda_v or self.settings.lambda_s):
            # a cloud has its velocities where it is: those at the start and at the end
            return displacement, [self.field(0.0, start), self.field(1.0, displacement)]
        return displacement, motion.velocities

    def certified(self, whole: Whole, folded_nodes: FoldedNodes) -> tuple[Tensor, Certificate]:
        """Turned down where the cloud folds."""
        return unfold(self.field, whole, folded_nodes)

    def moved(self, device: torch.device) -> CloudSegment:
        return replace(self, field=self.field.moved(device), lattice=Lattice(self.lattice.grid, device))


def published_adam(parameters: Iterable[nn.Parameter], settings: Settings) -> Adam:
    """The optimiser of the published code."""
    return Adam(parameters, settings.learning_rate, (0.9, 0.999), amsgrad=True)
