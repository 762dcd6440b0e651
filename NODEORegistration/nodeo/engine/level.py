"""One level of the pyramid on the device: from the velocity to the loss."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import SimpleITK as sitk
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .. import similarity
from ..field import regularity, smoothing
from ..field.flow import ADAPTIVE, Solver, compose, integrate
from ..field.velocity import FlowField
from ..geometry.grid import Lattice, refine, sample
from ..geometry.moving_map import MovingMap
from ..models.paper.cloud import UNIT, CloudField
from ..settings import Settings
from .preparation import Scan
from .pyramid import Domain, Level, shrink_factors

_SIGMA = 0.4  # standard deviation of the smoothing before shrinking, as a share of the shrink factor
_FULL_WIDTH = 2.3548  # full width at half maximum of a Gaussian, in standard deviations


@dataclass(frozen=True)
class Pair:
    """What every level starts from; see :func:`nodeo.engine.registration.register`.

    Attributes:
        initial: A, fixed world -> moving world.
        overlap: [D, H, W] on the fixed grid, 1 where A leads into the moving image; None: everywhere.
    """

    fixed: Scan
    moving: Scan
    initial: sitk.Transform
    domain: Domain
    overlap: Tensor | None


@dataclass(frozen=True)
class Loss:
    """The loss and what it is made of, scalars; ``displacement`` [k, D, H, W] is the whole one on the nodes."""

    total: Tensor
    similarity: Tensor
    penalties: dict[str, Tensor]
    displacement: Tensor


class LevelProblem:
    """What is minimised at one level.

    Args:
        previous: displacement [k, D, H, W] of the levels before, on a coarser or equal node grid; None at the first.
        checkpointed: integrate again in the backward pass instead of keeping the steps: less memory, more time.
    """

    def __init__(
        self,
        pair: Pair,
        level: Level,
        previous: Tensor | None,
        settings: Settings,
        device: torch.device,
        checkpointed: bool = False,
    ) -> None:
        self.level = level
        self.settings = settings
        self.checkpointed = checkpointed
        self.lattice = Lattice(level.node_grid, device)
        self.solver = Solver(settings.solver, level.steps, settings.rtol, settings.atol, settings.adjoint)
        self.previous = None if previous is None else on_nodes(previous.to(device), self.lattice.shape)
        node_factors, starts = level.node_factors[::-1], pair.domain.start[::-1]
        self._shape = level.image_grid.shape
        self._between = [n // s for n, s in zip(node_factors, level.shrink[::-1], strict=True)]
        self._first = [(i - d) // n for i, d, n in zip(level.image_start[::-1], starts, node_factors, strict=True)]
        self._taper = [m // n for m, n in zip(pair.domain.margin, level.node_factors, strict=True)]
        # smoothed like the fixed image but not thinned out: between its points nothing may be lost to interpolation
        factors = shrink_factors(pair.moving.grid, min(level.image_grid.step))
        self.moving_image = _smoothed(pair.moving.values.to(device), factors)
        self.to_moving = MovingMap(self.lattice, pair.moving.grid, pair.initial)
        self.similarity = similarity.build(
            settings.similarity,
            self._crop(_smoothed(pair.fixed.values.to(device), level.shrink)),
            window=settings.lncc_window,
            weight=self._weight(pair),
        )
        self._corners = _opposite_corners(len(self._shape))
        self._voxel = min(pair.fixed.grid.step)

    def velocity_field(self, generator: torch.Generator) -> FlowField | CloudField:
        """A velocity field for this level: at rest, or in paper mode with the network's random start."""
        s, window = self.settings, self.lattice.taper(self._taper)
        if s.model == "flow":
            return FlowField(self.lattice.shape, _kernel(self.lattice, s), window, s.time_modes, generator)
        kernel = _kernel(self.lattice, s, self._voxel)
        intervals = [d // n for d, n in zip(self.level.decoder_factors, self.level.node_factors, strict=True)]
        unit = UNIT * self._voxel
        return CloudField(self.lattice, intervals[::-1], unit, s.velocity_gain, kernel, window, s.bottleneck, generator)

    def loss(self, velocity: nn.Module, iteration: int) -> Loss:
        """The loss of the flow of ``velocity``; the difference schemes that det J is held by take turns."""
        s = self.settings
        if self.checkpointed and torch.is_grad_enabled():
            displacement, velocities = checkpoint(self.flow, velocity, use_reentrant=False)
        else:
            displacement, velocities = self.flow(velocity)
        if (s.adjoint or s.solver in ADAPTIVE) and (s.lambda_v or s.lambda_s):
            # the adjoint leaves no graph behind its velocities, an adaptive solver no even times: take our own
            velocities = self._velocities(velocity, displacement)
        alike = self.similarity(self.warped(displacement))
        penalties = self.penalties(displacement, velocities, iteration)
        return Loss(alike + sum(penalties.values()), alike, penalties, displacement)

    def penalties(self, displacement: Tensor, velocities: Sequence[Tensor], iteration: int) -> dict[str, Tensor]:
        """The weighted penalties by name, scalars: J and df on the displacement, v and s on the velocities."""
        s, spacing = self.settings, self.lattice.spacing
        penalties = {}
        if s.lambda_J:
            corners = self._corners[iteration % len(self._corners)]
            hinge = regularity.jacobian_hinge(displacement, spacing, corners, s.jacobian_floor)
            penalties["J"] = s.lambda_J * hinge
        if s.lambda_df:
            penalties["df"] = s.lambda_df * regularity.gradient_energy(displacement, spacing)
        if s.lambda_v:
            penalties["v"] = s.lambda_v * regularity.energy(velocities)
        if s.lambda_s:
            roughness = [regularity.gradient_energy(v, spacing) for v in velocities]
            penalties["s"] = s.lambda_s * torch.stack(roughness).mean()
        return penalties

    def _velocities(self, velocity: nn.Module, displacement: Tensor) -> list[Tensor]:
        """The velocity at even times; of a cloud, which has its velocities where it is, at the start and at the end."""
        times = [torch.tensor(t, device=self.lattice.device) for t in (0.0, 0.5, 1.0)]
        if isinstance(velocity, CloudField):
            return [velocity(times[0], self.lattice.zeros()), velocity(times[-1], displacement)]
        return [velocity(t) for t in times]

    def displacement(self, velocity: nn.Module) -> Tensor:
        """The whole displacement [k, D, H, W] on the nodes, local mm."""
        return self.flow(velocity)[0]

    def flow(self, velocity: nn.Module) -> tuple[Tensor, list[Tensor]]:
        """The whole displacement [k, D, H, W] on the nodes, local mm, and the velocities the solver asked for."""
        newest, velocities = integrate(velocity, self.lattice, self.solver)
        whole = newest if self.previous is None else compose(self.previous, newest, self.lattice)
        return whole, velocities

    def warped(self, displacement: Tensor) -> Tensor:
        """The moving image [D, H, W] as seen from the level's image grid."""
        return sample(self.moving_image[None], self.image_points(displacement))[0]

    def image_points(self, displacement: Tensor) -> Tensor:
        """Sampling coordinates in the moving image of the image grid's points, [k, D, H, W]."""
        return refine(self.to_moving(displacement), self._between, self._first, self._shape)

    def _crop(self, values: Tensor) -> Tensor:
        """A tensor on the fixed grid [D, H, W], read at the points of the image grid."""
        level = self.level
        for axis, (first, step, n) in enumerate(
            zip(level.image_start[::-1], level.shrink[::-1], self._shape, strict=True)
        ):
            index = [slice(None)] * values.dim()
            index[axis] = slice(first, first + (n - 1) * step + 1, step)
            values = values[tuple(index)]
        return values.contiguous()

    def _weight(self, pair: Pair) -> Tensor | None:
        """Where the similarity counts, [D, H, W] on the image grid: both masks, and the moving image's extent."""
        device = self.lattice.device
        parts = [self._crop(part.to(device)) for part in (pair.fixed.mask, pair.overlap) if part is not None]
        if pair.moving.mask is not None:
            mask = pair.moving.mask.to(device)[None]
            here = self.lattice.zeros() if self.previous is None else self.previous
            parts.append((sample(mask, self.image_points(here))[0] >= 0.5).float())
        return torch.stack(parts).prod(0) if parts else None


def on_nodes(displacement: Tensor, shape: Sequence[int]) -> Tensor:
    """A displacement [k, ...] on a node grid of the domain, read on a finer (or the same) one of ``shape``."""
    factors = [(n - 1) // (m - 1) for n, m in zip(shape, displacement.shape[1:], strict=True)]
    return refine(displacement, factors, [0] * len(factors), shape)


def _opposite_corners(k: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All corners of a cell as pairs of opposite ones: each pair holds a forward and its backward scheme."""
    corners = list(itertools.product((0, 1), repeat=k))
    return [(corner, tuple(1 - side for side in corner)) for corner in corners[: len(corners) // 2]]


def _kernel(lattice: Lattice, settings: Settings, voxel: float | None = None) -> smoothing.SeparableKernel:
    """The smoothing K on a velocity grid; ``vox`` stands for ``voxel`` mm, or for a node of the grid."""
    width, unit = settings.window()
    if unit == "vox" and voxel is not None:
        width, unit = width * voxel, "mm"
    widths = [width if unit == "vox" else width / h for h in reversed(lattice.spacing)]
    if settings.kernel == "none" or not any(widths):
        return smoothing.identity(lattice.shape)
    if settings.kernel == "averaging":
        radii = [min(max(0, round((w - 1) / 2)), (n - 1) // 2) for w, n in zip(widths, lattice.shape, strict=True)]
        return smoothing.averaging(lattice.shape, radii, settings.kernel_passes, lattice.device)
    sigmas = [w / _FULL_WIDTH for w in widths]
    return smoothing.gaussian(lattice.shape, sigmas, settings.kernel_passes, lattice.device)


def _smoothed(values: Tensor, factors: Sequence[int]) -> Tensor:
    """``values`` [D, H, W] without the detail that ``factors`` (x first) would alias; axes of factor 1 stay."""
    sigmas = [_SIGMA * factor if factor > 1 else 0.0 for factor in reversed(factors)]
    kernel = smoothing.gaussian(values.shape, sigmas, device=values.device)
    return kernel.product(values, kernel.bands)
