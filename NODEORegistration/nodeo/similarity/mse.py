"""The mean squared difference, for images whose grey levels mean the same."""

from __future__ import annotations

from torch import Tensor

_FLAT = 1e-4  # variance of an image scaled to 0..1 below which it counts as flat


class MeanSquares:
    """Mean of (F - W)² divided by the variance of F, so that the scale of the grey levels does not matter.

    Args:
        fixed: [D, H, W], scaled to 0..1.
        window: not used, every voxel is compared with its own counterpart.
        weight: [D, H, W] in 0..1 or None: how much each voxel counts.
    """

    def __init__(self, fixed: Tensor, *, window: int = 0, weight: Tensor | None = None) -> None:
        self.fixed = fixed
        share = 1.0 / fixed.numel() if weight is None else weight / weight.sum().clamp(min=1.0)
        mean = (share * fixed).sum()
        variance = (share * (fixed - mean) ** 2).sum()
        self.factor = share / variance.clamp(min=_FLAT)

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a scalar: 0 for equal images, about 2 for unrelated ones."""
        return (self.factor * (warped - self.fixed) ** 2).sum()
