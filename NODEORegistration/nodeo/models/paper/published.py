"""Paper mode's network and its cloud in the published code's own arithmetic, so that results can be compared with it.

Every place where this differs from the sound version (:mod:`.cloud`) is listed in
``Resources/Documentation/method.md``. The cloud is that of the fixed image's voxels; what is handed out is carried on
beyond the image, where it fades to zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...field import smoothing
from ...field.certificate import Certificate
from ...field.integrators import odeint_adjoint
from ...field.smoothing import SeparableKernel
from ...geometry.lattice import Lattice
from ...settings import Settings
from ..base import Descent, FoldedNodes, Segment, Whole
from .cloud import published_adam
from .network import LINEAR, CloudNetwork

_HALF_WIDTH = 0.1  # standard deviations of the normal distribution that the Gaussian kernel spans to each side


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


class PublishedSegment(Segment):
    """The published way of the cloud.

    Args:
        voxels: the fixed image's, where the cloud rests.
        before: nodes in front of the first voxel along each axis, z first.
        fade: [D, H, W] on the nodes, 1 and down to 0 at the faces.
        steps: of the solver.
    """

    def __init__(
        self,
        field: PublishedField,
        voxels: Lattice,
        before: Sequence[int],
        fade: Tensor,
        steps: int,
        settings: Settings,
    ) -> None:
        self.field = field
        self.voxels = voxels
        self.before = before
        self.fade = fade
        self.steps = steps
        self.settings = settings
        self._rest = voxels.sampling(voxels.zeros())

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.field.parameters()

    def descent(self, iterations: int) -> Descent:
        """At one rate to the end, and what stands there is taken."""
        return Descent(published_adam(self.parameters(), self.settings), last_rate=1.0, keeps_best=False)

    def motion(self) -> tuple[Tensor, list[Tensor]]:
        """The published displacement, fading to zero beyond the image; its objective sees the path itself."""
        inside = self.in_voxels(self.path()[-1]).flip(0) * column(self.voxels.spacing, self.voxels)
        padding = []
        for before, n, m in reversed(list(zip(self.before, inside.shape[1:], self.fade.shape, strict=True))):
            padding += [before, m - n - before]
        return F.pad(inside[None], padding, mode="replicate")[0] * self.fade, []

    def path(self) -> Tensor:
        """The cloud at every time step, [steps + 1, k, D, H, W] in half-widths. The adjoint starts at the end point."""
        times = self.settings.velocity_gain * torch.arange(self.steps + 1, device=self.voxels.device)
        return odeint_adjoint(self.field, self._rest, times, method=self.settings.solver)

    def in_voxels(self, cloud: Tensor) -> Tensor:
        """Displacement [k, D, H, W] in voxels, component i along axis i of the tensor: z, y, x.

        At rest the cloud holds x, y, z: that is the published permutation. Positions are scaled before they are
        subtracted, as published: where points hardly move, that rounding decides between which voxels they lie.
        """
        widths = column(self.voxels.shape, self.voxels)
        return (cloud + 1.0) / 2.0 * widths - (self._rest + 1.0) / 2.0 * widths

    def certified(self, whole: Whole, folded_nodes: FoldedNodes) -> tuple[Tensor, Certificate]:
        """As it is: the published code's folds stay, and are reported."""
        return whole(), Certificate()

    def moved(self, device: torch.device) -> PublishedSegment:
        voxels = Lattice(self.voxels.grid, device)
        field, fade = self.field.moved(device), self.fade.to(device)
        return PublishedSegment(field, voxels, self.before, fade, self.steps, self.settings)


def column(values: tuple[float, ...], of: Lattice) -> Tensor:
    """One value for each component of a field [k, D, H, W] on a lattice."""
    return torch.tensor(values, dtype=torch.float32, device=of.device).view(-1, *[1] * len(values))
