"""Paper mode in the published code's own arithmetic, so that results can be compared with it.

Every place where this differs from the sound version (:mod:`.cloud` in :mod:`nodeo.engine.level`) is listed in
``Resources/Documentation/method.md``. The cloud is that of the fixed image's voxels; what is handed out is carried on
beyond the image, where it fades to zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchdiffeq import odeint_adjoint

from ...engine.alignment import linear_part
from ...engine.level import Loss, Pair
from ...engine.pyramid import Level
from ...field import regularity, smoothing
from ...field.smoothing import SeparableKernel
from ...geometry.grid import Grid, Lattice, sample
from ...geometry.moving_map import MovingMap
from ...settings import Settings
from ...similarity.lncc import LocalNCC
from .network import LINEAR, CloudNetwork

_NCC_FLOOR = 1e-5  # added to the product of the two sums of squares
_HALF_WIDTH = 0.1  # standard deviations of the normal distribution that the Gaussian kernel spans to each side


class PublishedNCC(LocalNCC):
    """1 - mean local squared correlation over all voxels.

    The image is surrounded by 0 and sums are divided by the size of the whole window; in float64.
    """

    def __init__(self, fixed: Tensor, window: int) -> None:
        voxels = window ** fixed.dim()
        self.weight = self.share = None
        self.box = smoothing.zero_padded(fixed.shape, [1.0 / window] * window, device=fixed.device)
        self.epsilon, self.credit = _NCC_FLOOR / voxels**2, 0.0
        self._look_at(fixed.double())
        self.count = self.total = torch.tensor(float(fixed.numel()), dtype=torch.float64, device=fixed.device)

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a float32 scalar."""
        return super().__call__(warped.double()).float()


class PublishedField(nn.Module):
    """v(q) = K[network(q)] on the voxels; q and v in half-widths of the image, which differ from axis to axis.

    The decoder's grid is doubled ``decoder_downsampling`` times; what is then too much at the far end is cut off.
    """

    def __init__(self, shape: Sequence[int], settings: Settings, generator: torch.Generator, device) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.doublings = settings.decoder_downsampling
        self.kernel = published_kernel(shape, settings, device)
        decoder_shape = [-(-n // 2**self.doublings) for n in shape]
        self.network = CloudNetwork(decoder_shape, settings.bottleneck, generator).to(device)

    def forward(self, t: Tensor, cloud: Tensor) -> Tensor:
        """Velocity [k, D, H, W] of the cloud [k, D, H, W]; ``t`` plays no part."""
        velocity = self.network(cloud)[None]
        for _ in range(self.doublings):
            velocity = F.interpolate(velocity, scale_factor=2, mode=LINEAR[len(self.shape)], align_corners=False)
        return self.kernel(velocity[(0, slice(None), *(slice(n) for n in self.shape))])

    def moved(self, device: torch.device) -> PublishedField:
        """The field, its kernel included, on another device."""
        self.kernel = self.kernel.moved(device)
        return self.to(device)


def published_kernel(shape: Sequence[int], settings: Settings, device="cpu") -> SeparableKernel:
    """AK or GK as published: 0 outside the image, no renormalisation, GK nearly a box."""
    width = int(settings.window()[0])
    if settings.kernel == "none":
        return smoothing.identity(shape)
    if settings.kernel == "averaging":
        weights = [1.0 / width] * width
    else:
        edges = [_HALF_WIDTH * (2 * i / width - 1) for i in range(width + 1)]
        areas = np.diff([math.erf(edge / math.sqrt(2.0)) for edge in edges])
        weights = (areas / areas.sum()).tolist()
    kernel = smoothing.zero_padded(shape, weights, settings.kernel_passes, device)
    return SeparableKernel([smoothing.Band(band.matrix.float(), band.radius) for band in kernel.bands])


class PublishedProblem:
    """What the published code minimises. The counterpart of :class:`nodeo.engine.level.LevelProblem`.

    Attributes:
        level: whose image grid is the whole fixed image, and whose node grid has its voxels and a margin around.
        lattice: the points of the node grid.
    """

    def __init__(self, pair: Pair, level: Level, settings: Settings, device: torch.device) -> None:
        self.level = level
        self.settings = settings
        self.lattice = Lattice(level.node_grid, device)
        self._voxels = Lattice(level.image_grid, device)
        self._spacing = self._column(self._voxels.spacing)
        self._rest = self._voxels.sampling(self._voxels.zeros())
        self._fade = self.lattice.taper(pair.domain.margin)
        self._before = [i - d for i, d in zip(level.image_start[::-1], pair.domain.start[::-1], strict=True)]
        self._to_moving = _moving_map(self._voxels, pair.moving.grid, pair.initial)
        self.moving_image = pair.moving.grid.tensor(pair.moving.image).to(device)
        self.similarity = PublishedNCC(pair.fixed.grid.tensor(pair.fixed.image).to(device), settings.lncc_window)

    def velocity_field(self, generator: torch.Generator) -> PublishedField:
        """The network with its random start."""
        return PublishedField(self._voxels.shape, self.settings, generator, self.lattice.device)

    def loss(self, velocity: nn.Module, iteration: int = 0) -> Loss:
        """The published loss."""
        s, shape = self.settings, self._voxels.shape
        path = self._path(velocity)
        displacement = self._in_voxels(path[-1])
        alike = self.similarity(self._seen(displacement))
        ones = [1.0] * len(shape)
        stretch = math.prod(n / (n - 1) for n in shape)  # det J counts N voxels where there are N - 1 intervals
        hinge = regularity.jacobian_hinge(displacement.flip(0), ones, [(0,) * len(shape)], s.jacobian_floor / stretch)
        roughness = regularity.gradient_energy(displacement, ones) / len(shape)
        penalties = {
            "J": s.lambda_J * stretch**2 * hinge,
            "df": s.lambda_df * roughness,
            "v": s.lambda_v * path.diff(dim=0).square().sum(1).mean(),
        }
        return Loss(alike + sum(penalties.values()), alike, penalties, displacement)

    def displacement(self, velocity: nn.Module) -> Tensor:
        """The displacement [k, D, H, W] on the nodes, local mm: the published one, fading to zero beyond the image."""
        inside = self._in_voxels(self._path(velocity)[-1]).flip(0) * self._spacing
        padding = []
        for before, n, m in reversed(list(zip(self._before, inside.shape[1:], self.lattice.shape, strict=True))):
            padding += [before, m - n - before]
        return F.pad(inside[None], padding, mode="replicate")[0] * self._fade

    def warped(self, displacement: Tensor) -> Tensor:
        """The moving image [D, H, W] on the fixed voxels, for a displacement on the nodes, local mm."""
        box = [slice(b, b + n) for b, n in zip(self._before, self._voxels.shape, strict=True)]
        return self._seen((displacement[(slice(None), *box)] / self._spacing).flip(0))

    def _path(self, velocity: nn.Module) -> Tensor:
        """The cloud at every time step, [steps + 1, k, D, H, W] in half-widths. The adjoint starts at the end point."""
        times = self.settings.velocity_gain * torch.arange(self.level.steps + 1, device=self.lattice.device)
        return odeint_adjoint(velocity, self._rest, times, method=self.settings.solver)

    def _in_voxels(self, cloud: Tensor) -> Tensor:
        """Displacement [k, D, H, W] in voxels, component i along axis i of the tensor: z, y, x.

        At rest the cloud holds x, y, z: that is the published permutation. Positions are scaled before they are
        subtracted, as published: where points hardly move, that rounding decides between which voxels they lie.
        """
        widths = self._column(self._voxels.shape)
        return (cloud + 1.0) / 2.0 * widths - (self._rest + 1.0) / 2.0 * widths

    def _seen(self, displacement: Tensor) -> Tensor:
        """The moving image [D, H, W] at the voxels displaced by [k, D, H, W] voxels (z, y, x), 0 outside it."""
        return sample(self.moving_image[None], self._to_moving(displacement.flip(0)), outside="zeros")[0]

    def _column(self, values: Sequence[float]) -> Tensor:
        """One value for each component of a field."""
        column = torch.tensor(values, dtype=torch.float32, device=self.lattice.device)
        return column.view(-1, *[1] * len(values))


class _VoxelMap:
    """Fixed voxels displaced by [k, D, H, W] voxels (x first) -> sampling coordinates in the moving image.

    A position is rounded as a number of voxels first, as published. The initial transform has to be linear.
    """

    def __init__(self, voxels: Lattice, moving: Grid, initial: sitk.Transform) -> None:
        grid, device = voxels.grid, voxels.device
        matrix, offset = linear_part(initial, grid)
        to_index = np.linalg.inv(moving.matrix)[list(moving.axes)]
        start = to_index @ (matrix @ np.asarray(grid.origin) + offset - np.asarray(moving.origin))
        linear = to_index @ matrix @ grid.matrix[:, grid.axes]
        self._linear = torch.tensor(linear, dtype=torch.float32, device=device)
        self._start = torch.tensor(start, dtype=torch.float32, device=device)[:, None]
        self._last = torch.tensor(moving.shape[::-1], dtype=torch.float32, device=device)[:, None] - 1.0
        numbers = [torch.arange(n, dtype=torch.float32, device=device) for n in voxels.shape]
        self._index = torch.stack(torch.meshgrid(*numbers, indexing="ij")[::-1])

    def __call__(self, displacement: Tensor) -> Tensor:
        index = self._linear @ (self._index + displacement).flatten(1) + self._start
        return (2.0 * (index / self._last - 0.5)).view_as(displacement)


def _moving_map(voxels: Lattice, moving: Grid, initial: sitk.Transform) -> Callable[[Tensor], Tensor]:
    """As :class:`_VoxelMap`, for any initial transform."""
    if initial.IsLinear():
        return _VoxelMap(voxels, moving, initial)
    in_mm = MovingMap(voxels, moving, initial)
    spacing = torch.tensor(voxels.spacing, dtype=torch.float32, device=voxels.device).view(-1, *[1] * len(voxels.shape))
    return lambda displacement: in_mm(displacement * spacing)
