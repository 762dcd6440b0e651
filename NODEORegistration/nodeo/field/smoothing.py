"""The smoothing kernel K: separable, normalised at the border, and its own transpose for the gradient.

Each axis is one product with a banded matrix, done block by block along the band: the cost per voxel does not depend on
the size of the image, and the transposed product is the exact adjoint.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

_BLOCK = 16  # rows of a band multiplied at once: measured best on a CPU for half-widths of 1 to 6
_LONG_BLOCK = 256  # for the inner axes, where a block is a batched product and a part of one costs a copy


class Band:
    """A banded matrix that acts along one axis of a tensor.

    Args:
        matrix: [m, n].
        radius: entries further than this from the diagonal are zero.
        every: columns from row to row along the diagonal; 1 for a square matrix.
    """

    def __init__(self, matrix: Tensor, radius: float, every: float = 1) -> None:
        self.matrix = matrix
        self.radius = radius
        self.every = every

    @property
    def changes_nothing(self) -> bool:
        """Whether it is diagonal: a kernel as wide as a point."""
        return self.radius == 0 and self.every == 1

    def transposed(self) -> Band:
        """The adjoint."""
        return Band(self.matrix.T.contiguous(), self.radius / self.every, 1 / self.every)

    def thinned(self, every: int) -> Band:
        """Of its rows every so many, the first one first."""
        return Band(self.matrix[::every].contiguous(), self.radius, self.every * every)

    def moved(self, device: torch.device) -> Band:
        """The same on another device."""
        return Band(self.matrix.to(device), self.radius, self.every)

    def apply(self, values: Tensor, axis: int) -> Tensor:
        """The product along ``axis`` of a contiguous tensor, as a new tensor."""
        values = values.contiguous()
        m, n = self.matrix.shape
        result = values.new_empty(*values.shape[:axis], m, *values.shape[axis + 1 :])
        before, after = math.prod(values.shape[:axis]), math.prod(values.shape[axis + 1 :])
        source, target = values.view(before, n, after), result.view(before, m, after)
        block = _BLOCK if before == 1 or after == 1 else _LONG_BLOCK
        block = m if values.device.type != "cpu" else block
        for first in range(0, m, block):
            rows = slice(first, min(first + block, m))
            start, stop = rows.start * self.every - self.radius, (rows.stop - 1) * self.every + self.radius + 1
            columns = slice(max(0, math.ceil(start)), min(n, math.floor(stop)))
            part = self.matrix[rows, columns]
            if after == 1:
                torch.mm(source[:, columns, 0], part.T, out=target[:, rows, 0])
            elif before == 1:
                torch.mm(part, source[0, columns], out=target[0, rows])
            else:
                torch.bmm(part.expand(before, -1, -1), source[:, columns], out=target[:, rows])
        return result


class _Separable(torch.autograd.Function):
    """values [c, D, H, W] -> the product with one band along each spatial axis."""

    @staticmethod
    def forward(ctx, values: Tensor, kernel: SeparableKernel) -> Tensor:
        ctx.kernel = kernel
        return kernel.product(values, kernel.bands)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return ctx.kernel.product(gradient, ctx.kernel.adjoint), None


class SeparableKernel:
    """One band per spatial axis (z first); differentiable."""

    def __init__(self, bands: Sequence[Band]) -> None:
        self.bands = list(bands)
        self.adjoint = [band.transposed() for band in bands]

    def moved(self, device: torch.device) -> SeparableKernel:
        """The same kernel on another device."""
        return SeparableKernel([band.moved(device) for band in self.bands])

    def thinned(self, every: int) -> SeparableKernel:
        """The same at every so many points along each axis, the first one first."""
        return SeparableKernel([band.thinned(every) for band in self.bands])

    @staticmethod
    def product(values: Tensor, bands: Sequence[Band]) -> Tensor:
        """The plain product along the last ``len(bands)`` axes, outside autograd."""
        first = values.dim() - len(bands)
        for axis in reversed(range(len(bands))):
            if not bands[axis].changes_nothing:
                values = bands[axis].apply(values, first + axis)
        return values

    def __call__(self, values: Tensor) -> Tensor:
        """K applied to [..., D, H, W]."""
        if all(band.changes_nothing for band in self.bands):
            return values
        return _Separable.apply(values, self)


def averaging(shape: Sequence[int], radii: Sequence[int], passes: int = 1, device="cpu") -> SeparableKernel:
    """The mean over a box of ``2 * radius + 1`` points along each axis (z first), ``passes`` times.

    At the border the mean is over the points that exist. Wu et al. 2022 call this kernel AK.
    """
    return SeparableKernel([_band(n, [1.0] * (2 * r + 1), passes, device) for n, r in zip(shape, radii, strict=True)])


def gaussian(shape: Sequence[int], sigmas: Sequence[float], passes: int = 1, device="cpu") -> SeparableKernel:
    """A Gaussian of standard deviation ``sigmas`` points along each axis (z first), cut at three of them."""
    bands = []
    for n, sigma in zip(shape, sigmas, strict=True):
        radius = min(math.ceil(3 * sigma), n - 1) if sigma > 0 else 0
        weights = [math.exp(-0.5 * (k / sigma) ** 2) if sigma > 0 else 1.0 for k in range(-radius, radius + 1)]
        bands.append(_band(n, weights, passes, device))
    return SeparableKernel(bands)


def zero_padded(shape: Sequence[int], weights: Sequence[float], passes: int = 1, device="cpu") -> SeparableKernel:
    """A plain convolution with the same ``weights`` (odd length) along each axis, in float64.

    Outside the grid there is 0, and nothing makes up for it: as the published code of Wu et al. 2022 smooths.
    """
    bands = []
    for n in shape:
        matrix = _toeplitz(n, weights).matrix_power(passes)
        bands.append(Band(matrix.to(device), min(len(weights) // 2 * passes, n - 1)))
    return SeparableKernel(bands)


def identity(shape: Sequence[int]) -> SeparableKernel:
    """No smoothing."""
    return SeparableKernel([Band(torch.eye(n), 0) for n in shape])


def _band(n: int, weights: Sequence[float], passes: int, device) -> Band:
    """The [n, n] matrix of a convolution with ``weights`` (odd length), each row normalised to 1, to a power."""
    matrix = _toeplitz(n, weights)
    matrix = matrix / matrix.sum(1, keepdim=True)
    matrix = torch.linalg.matrix_power(matrix, passes)
    return Band(matrix.float().to(device), min(len(weights) // 2 * passes, n - 1))


def _toeplitz(n: int, weights: Sequence[float]) -> Tensor:
    """The [n, n] matrix, float64, of a convolution with ``weights`` (odd length), 0 outside."""
    radius = len(weights) // 2
    offset = torch.arange(n)[None, :] - torch.arange(n)[:, None]
    inside = offset.abs() <= radius
    return torch.tensor(weights, dtype=torch.float64)[(offset + radius).clamp(0, 2 * radius)] * inside
