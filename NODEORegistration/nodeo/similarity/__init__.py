"""How alike two images are, as a loss: 0 for a perfect match, of the order of 1 for unrelated images.

Every measure is built once for a fixed image and then called with what the moving image has been warped to.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from ..errors import InputError
from .lncc import LocalNCC
from .mind import MindSSC
from .mse import MeanSquares
from .mutual_information import MutualInformation


class Similarity(Protocol):
    """A loss that is smaller the more alike the warped and the fixed image are."""

    def __call__(self, warped: Tensor) -> Tensor:
        """The loss for ``warped`` [D, H, W], a scalar, differentiable with respect to it."""


SIMILARITIES = {"lncc": LocalNCC, "mse": MeanSquares, "mi": MutualInformation, "mind": MindSSC}

# What a similarity counts in the loss, if not 1: the weights of the penalties were found for local correlation. Twelve
# descriptors a voxel find something to please in every small motion, in noise too: as much in all, at more bending.
WEIGHTS = {"mind": 0.5}


def build(name: str, fixed: Tensor, *, window: int, weight: Tensor | None = None) -> Similarity:
    """The measure called ``name`` for a fixed image.

    Args:
        name: a key of ``SIMILARITIES``.
        fixed: [D, H, W] or [H, W], scaled to 0..1.
        window: width in voxels, odd, of the measures that look through one.
        weight: like ``fixed``, in 0..1, or None: where the similarity counts; voxels of weight 0 have no influence.

    Raises:
        InputError: there is no measure of that name.
    """
    if name not in SIMILARITIES:
        raise InputError(
            f"There is no similarity called '{name}'.", f"Choose one of {', '.join(SIMILARITIES)}.", "settings"
        )
    return SIMILARITIES[name](fixed, window=window, weight=weight)
