"""Local normalised cross correlation, with its own gradient.

cc(x) = (A(x)² + ε) / (B(x) C(x) + ε) with A the covariance of fixed and warped image in a box around x, B and C their
variances (Avants et al. 2008, equation 5, with ε in both places: a perfect match is the best there is in a flat window,
too, and more contrast does not look like a better match). The box means are three linear maps, so the gradient is three
transposed box means; the fixed image's part is computed once. Written out it costs a fifth of what automatic
differentiation needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import torch
from torch import Tensor

from ..field.smoothing import averaging
from .analytic import differentiable

EPSILON = 1e-8  # product of two variances of images scaled to 0..1: a standard deviation of 0.01 in each counts as flat
_MANY = 1_000_000  # voxels: of more, only every second window along each axis is looked at, where
_WIDE = 4  # voxels to either side of it at least are in a window: its neighbours share most of what is in it


class LocalNCC:
    """1 - mean local squared normalised cross correlation, the mean over windows in which the fixed image has texture.

    Of a large image only every second window along each axis is looked at.

    Args:
        fixed: [D, H, W], scaled to 0..1.
        window: width of the box in voxels, odd.
        weight: [D, H, W] in 0..1 or None: where the similarity counts; voxels of weight 0 enter no window.

    Attributes:
        epsilon: added to the product of the variances.
        credit: added to the squared covariance.
    """

    epsilon = credit = EPSILON

    def __init__(self, fixed: Tensor, window: int, weight: Tensor | None = None) -> None:
        radii = [min(window // 2, (n - 1) // 2) for n in fixed.shape]
        every = 2 if fixed.numel() > _MANY and min(radii) >= _WIDE else 1
        box = averaging(fixed.shape, radii, device=fixed.device)
        self.box = box if every == 1 else box.thinned(every)
        self.weight = weight
        self.window_weight = None if weight is None else weight[(slice(None, None, every),) * weight.dim()]
        self.share = None if weight is None else self._mean(weight).clamp_(min=1e-6)
        self._look_at(fixed)
        textured = self.fixed_variance.square() / (self.fixed_variance.square() + EPSILON)
        self.count = _times(textured, self.window_weight).sum().clamp(min=1.0)
        self.total = float(textured.numel()) if self.window_weight is None else self.window_weight.sum()

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a scalar in 0..1; differentiable once."""
        return differentiable(warped, self)

    @cached_property
    def _slope(self) -> Tensor:
        """What the gradient of the sum of correlations is multiplied by."""
        return -2.0 / self.count

    def _look_at(self, fixed: Tensor) -> None:
        """The fixed image's part of every correlation."""
        self.fixed = fixed
        self.fixed_mean = self._masked_mean(fixed)
        self.fixed_variance = self._masked_mean(fixed * fixed).sub_(self.fixed_mean**2).clamp_(min=0.0)

    def _mean(self, values: Tensor) -> Tensor:
        return self.box.product(values, self.box.bands)

    def _spread(self, *values: Tensor) -> Sequence[Tensor]:
        """The transpose of the box mean, of each."""
        return _each(values, lambda some: self.box.product(some, self.box.adjoint))

    def _per_share(self, values: Tensor) -> Tensor:
        """``values``, which it overwrites, divided by the part of each window that counts."""
        return values if self.share is None else values.div_(self.share)

    def _masked_mean(self, values: Tensor) -> Tensor:
        return self._per_share(self._mean(values if self.weight is None else values * self.weight))

    def _masked_means(self, *values: Tensor) -> Sequence[Tensor]:
        """The masked mean of each."""
        return _each(values, self._masked_mean)

    def evaluate(self, warped: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """The loss and, if asked for, its gradient [D, H, W] with respect to ``warped``."""
        mean, square, product = self._masked_means(warped, warped * warped, self.fixed * warped)
        variance = square.addcmul_(mean, mean, value=-1.0).clamp_(min=0.0)
        covariance = product.addcmul_(self.fixed_mean, mean, value=-1.0)
        denominator = variance.mul_(self.fixed_variance).add_(self.epsilon)
        ratio = covariance / denominator
        correlation = covariance.mul_(ratio).add_(denominator.reciprocal(), alpha=self.credit)
        correlation = _times(correlation, self.window_weight)
        loss = (self.total - correlation.sum()) / self.count
        if not with_gradient:
            return loss, None
        # dcc/dA = 2 A / (B C + ε), -dcc/dC = B cc / (B C + ε), dC/dwarped = 2 (...): the scale brings in both 2s
        by_covariance = self._per_share(_times(ratio, self.window_weight))
        by_variance = self._per_share(correlation).mul_(self.fixed_variance).div_(denominator)
        constant = torch.mul(by_covariance, self.fixed_mean).addcmul_(by_variance, mean, value=-1.0)
        of_covariance, of_variance, of_constant = self._spread(by_covariance, by_variance, constant)
        gradient = of_covariance.mul_(self.fixed)
        gradient.addcmul_(of_variance, warped, value=-1.0).sub_(of_constant)
        return loss, _times(gradient, self.weight).mul_(self._slope)


def _times(values: Tensor, weight: Tensor | None) -> Tensor:
    """``values``, which it overwrites, times the weight if there is one."""
    return values if weight is None else values.mul_(weight)


def _each(values: Sequence[Tensor], linear: Callable[[Tensor], Tensor]) -> Sequence[Tensor]:
    """``linear`` of each of ``values`` [D, H, W]; on a GPU all in one, where many operations cost more than a copy."""
    if values[0].device.type == "cpu":
        return [linear(value) for value in values]
    return linear(torch.stack(list(values))).unbind()
