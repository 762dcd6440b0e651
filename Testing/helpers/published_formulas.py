"""The published method, said once more: plain formulas, one after the other, as slow as they come.

Written from the formulas of the published code, not from the engine: it shares no function with it. Everything is done
on tensors whose axes are called 0, 1[, 2]; positions and velocities are in half-widths of the image.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

CONV = {2: F.conv2d, 3: F.conv3d}
BOX_MEAN = {2: F.avg_pool2d, 3: F.avg_pool3d}
LINEAR = {2: "bilinear", 3: "trilinear"}


@dataclass
class Published:
    """A run of the published method on two images of the same shape.

    Attributes:
        weights: (weight, bias) of the five convolutions, then of the two dense layers.
        losses: total, similarity, J, df and v, an iteration each.
        displacement: the last one, [k, ...] voxels, component i along axis i.
    """

    fixed: Tensor
    moving: Tensor
    weights: list[tuple[Tensor, Tensor]]
    kernel: str = "averaging"
    kernel_window: int = 15
    kernel_passes: int = 1
    downsampling: int = 2
    ncc_window: int = 21
    lambda_J: float = 2.5  # noqa: N815 as the field writes it
    lambda_df: float = 0.05
    lambda_v: float = 0.00005
    step_size: float = 0.001
    time_steps: int = 2
    learning_rate: float = 0.005
    losses: list[dict[str, float]] = field(default_factory=list)
    displacement: Tensor | None = None

    def run(self, iterations: int) -> None:
        """Adam with AMSGrad on the gradient that Euler's method gives the adjoint equation."""
        parameters = [p.requires_grad_() for pair in self.weights for p in pair]
        optimiser = torch.optim.Adam(parameters, lr=self.learning_rate, amsgrad=True)
        rest = self.rest()
        for _ in range(iterations):
            with torch.no_grad():
                path = [rest]
                for _ in range(self.time_steps - 1):
                    path.append(path[-1] + self.step_size * self.velocity(path[-1]))
            path = [state.requires_grad_() if i else state for i, state in enumerate(path)]
            loss = self.loss(path)
            by_state = torch.autograd.grad(loss["total"], path[1:])
            gradients = [torch.zeros_like(p) for p in parameters]
            adjoint = torch.zeros_like(rest)
            for state, direct in zip(reversed(path[1:]), reversed(by_state), strict=True):
                adjoint = adjoint + direct
                state = state.detach().requires_grad_()  # the end of the step: where the published adjoint looks
                by_z, *by_p = torch.autograd.grad(self.velocity(state), [state, *parameters], adjoint)
                gradients = [g + self.step_size * part for g, part in zip(gradients, by_p, strict=True)]
                adjoint = adjoint + self.step_size * by_z
            self.losses.append({name: value.item() for name, value in loss.items()})
            self.displacement = self.in_voxels(path[-1]).detach()
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            optimiser.step()

    def rest(self) -> Tensor:
        """Positions [k, ...]; component i runs along the i-th axis from the last."""
        axes = [torch.linspace(-1.0, 1.0, n) for n in self.fixed.shape]
        return torch.stack(list(reversed(torch.meshgrid(*axes, indexing="ij"))))

    def velocity(self, cloud: Tensor) -> Tensor:
        k, shape = len(cloud), cloud.shape[1:]
        x = F.interpolate(cloud[None], scale_factor=0.5, mode=LINEAR[k])
        for layer, (weight, bias) in enumerate(self.weights[:5]):
            x = CONV[k](F.pad(x, [1] * (2 * k), mode="replicate"), weight, bias, stride=2)
            x = x.clamp(min=0.0) if layer < 4 else x
        if x.shape[2:] != (3,) * k:  # sizes that the published code refuses
            x = {2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}[k](x, 3)
        (inner, inner_bias), (outer, outer_bias) = self.weights[5:]
        hidden = (inner @ x.flatten() + inner_bias).clamp(min=0.0)
        coarse = [math.ceil(n / 2**self.downsampling) for n in shape]
        x = (outer @ hidden + outer_bias).view(1, k, *coarse)
        for _ in range(self.downsampling):
            x = F.interpolate(x, scale_factor=2, mode=LINEAR[k])
        x = x[(slice(None), slice(None), *(slice(n) for n in shape))]
        for _ in range(self.kernel_passes):
            x = self.smoothed(x[0])[None]
        return x[0]

    def smoothed(self, v: Tensor) -> Tensor:
        k, window = len(v), self.kernel_window
        if self.kernel == "averaging":
            return self.box_mean(v, window)
        if self.kernel == "none":
            return v
        areas = torch.special.ndtr(torch.linspace(-0.1, 0.1, window + 1, dtype=torch.float64)).diff()
        one = (areas / areas.sum()).float()
        whole = one[:, None] * one if k == 2 else one[:, None, None] * one[:, None] * one
        return CONV[k](v[:, None], whole[None, None], padding=window // 2)[:, 0]

    def box_mean(self, values: Tensor, window: int) -> Tensor:
        k = values.dim() - 1
        return BOX_MEAN[k](F.pad(values[None], [window // 2] * (2 * k)), window, stride=1)[0]

    def in_voxels(self, cloud: Tensor) -> Tensor:
        size = torch.tensor(self.fixed.shape).view(-1, *[1] * self.fixed.dim())
        return (cloud + 1.0) / 2.0 * size - (self.rest() + 1.0) / 2.0 * size

    def loss(self, path: list[Tensor]) -> dict[str, Tensor]:
        u = self.in_voxels(path[-1])
        k, shape = len(u), u.shape[1:]
        place = torch.stack(torch.meshgrid(*[torch.arange(float(n)) for n in shape], indexing="ij")) + u
        place = torch.stack([2.0 * (x / (n - 1) - 0.5) for x, n in zip(place, shape, strict=True)])
        points = place.flip(0).movedim(0, -1)[None]
        warped = F.grid_sample(self.moving[None, None], points, align_corners=True, padding_mode="zeros")[0, 0]
        similarity = 1.0 - self.correlation(warped.double(), self.fixed.double()).mean().float()

        scaled = torch.stack([(x + 1.0) / 2.0 * n for x, n in zip(place, shape, strict=True)])
        low = (slice(None), *[slice(-1)] * k)
        columns = [scaled.diff(dim=axis + 1)[(slice(None), *[slice(None, None if a == axis else -1) for a in range(k)])]
                   for axis in range(k)]  # fmt: skip
        assert all(column.shape == scaled[low].shape for column in columns)
        determinant = torch.linalg.det(torch.stack(columns, -1).movedim(0, -2))
        magnitude = torch.stack([(b - a).square().sum(0) for a, b in itertools.pairwise(path)]).mean()
        terms = {
            "similarity": similarity,
            "J": self.lambda_J * (0.5 - determinant).clamp(min=0.0).square().mean(),
            "df": self.lambda_df * sum(u.diff(dim=axis + 1).square().mean() for axis in range(k)),
            "v": self.lambda_v * magnitude,
        }
        return {"total": sum(terms.values()), **terms}

    def correlation(self, a: Tensor, b: Tensor) -> Tensor:
        """Squared local correlation; sums over a window that is zero outside the image, divided by its whole size."""
        n = self.ncc_window ** a.dim()

        def summed(values: Tensor) -> Tensor:
            return n * self.box_mean(values[None], self.ncc_window)[0]

        cross = summed(a * b) - summed(a) * summed(b) / n
        spread_a = summed(a * a) - summed(a) ** 2 / n
        spread_b = summed(b * b) - summed(b) ** 2 / n
        return cross**2 / (spread_a * spread_b + 1e-5)


def initial_weights(k: int, shape: tuple[int, ...], bottleneck: int, downsampling: int, seed: int = 0) -> list:
    """(weight, bias) of all layers, drawn from the distribution that PyTorch starts such layers with."""
    random = torch.Generator().manual_seed(seed)
    outputs = k * math.prod(math.ceil(n / 2**downsampling) for n in shape)
    shapes = [(32, k if layer == 0 else 32, *[3] * k) for layer in range(5)]
    shapes += [(bottleneck, 32 * 3**k), (outputs, bottleneck)]
    weights = []
    for size in shapes:
        bound = 1.0 / math.sqrt(math.prod(size[1:]))
        drawn = [(2.0 * torch.rand(s, generator=random) - 1.0) * bound for s in (size, size[:1])]
        weights.append(tuple(drawn))
    return weights
