"""The certificate: a field that is handed out has been measured, and does not fold.

Where the newest segment of the flow makes the field fold, its velocity is turned down, there and around, and the field
is measured again: a line search that spares what does not fold. Where that no longer helps, since the fold is between
segments and not in the newest, the displacement is smoothed at the fold. Only where no smoothing ends it is the whole
scaled down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from ..geometry.sampling import dense
from . import regularity
from .fold_search import nodes_at_folds
from .smoothed_folds import smoothed_at
from .smoothing import SeparableKernel, averaging

Seen = TypeVar("Seen")

ROUNDS = 16
SMOOTHINGS = 40
NEXT_TO_NONE = 1e-4  # of a displacement
_REACH = 2  # nodes around a fold that are turned down with it; grows by one every other round


@dataclass(frozen=True)
class Certificate:
    """What it took.

    Attributes:
        rounds: times that the newest segment was turned down.
        damped_percent: share of the velocity nodes that were turned down by more than a tenth.
        smoothings: times that the displacement was smoothed at its folds; 0 unless turning down was not enough.
        scale: factor on the whole displacement; 1 unless smoothing was not enough either.
    """

    rounds: int = 0
    damped_percent: float = 0.0
    smoothings: int = 0
    scale: float = 1.0


class Windowed(Protocol):
    """A velocity field with a window [D, H, W] that it is multiplied with."""

    window: Tensor


@torch.no_grad()
def unfold(
    field: Windowed, displacement: Callable[[], Tensor], folded_nodes: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Certificate]:
    """Turn ``field`` down where the displacement folds, until it does not.

    Args:
        field: the newest segment; its window is changed in place.
        displacement: gives the displacement [k, D, H, W] on the nodes for the field as it is.
        folded_nodes: gives the mask [D, H, W] of nodes at or next to a fold of a displacement.

    Returns:
        the displacement, which does not fold, and the certificate.
    """

    def look() -> tuple[Tensor, Tensor]:
        current = displacement()
        return current, folded_nodes(current)

    current, folded, certificate = turned_down(field, look)
    if not folded.any():
        return current, certificate
    current, smoothings, scale = smoothed_or_scaled(current, folded, folded_nodes)
    return current, replace(certificate, smoothings=smoothings, scale=scale)


@torch.no_grad()
def turned_down(field: Windowed, look: Callable[[], tuple[Seen, Tensor]]) -> tuple[Seen, Tensor, Certificate]:
    """Turn ``field`` down where something folds, until it does not or that no longer helps.

    Args:
        field: its window is changed in place.
        look: gives what is seen of the field as it is, and the mask [D, H, W] of its nodes at or next to a fold.

    Returns:
        what is seen in the end, what still folds, and what it took.
    """
    strength = torch.ones_like(field.window)
    window = field.window.clone()
    current, folded = look()
    for step in range(ROUNDS):
        if not folded.any():
            return current, folded, Certificate(step, _damped(strength))
        weaker = strength * (1.0 - 0.5 * _around(folded, _REACH + step // 2))
        field.window.copy_(window * weaker)
        seen, still_folded = look()
        if still_folded.sum() >= folded.sum():  # it is not this field that folds
            field.window.copy_(window * strength)
            break
        strength, current, folded = weaker, seen, still_folded
    else:
        step = ROUNDS
    return current, folded, Certificate(step, _damped(strength))


@torch.no_grad()
def smoothed_or_scaled(
    displacement: Tensor, folded: Tensor, folded_nodes: Callable[[Tensor], Tensor]
) -> tuple[Tensor, int, float]:
    """The displacement without folds: smoothed where they are, as often as that helps; if they stay, scaled down.

    Args:
        folded: what ``folded_nodes`` says of the displacement as it is.

    Returns:
        the displacement, how often it was smoothed, and its scale; 0 times if it was scaled.

    Raises:
        FloatingPointError: it holds values that are not numbers.
    """
    if not folded.any():
        return displacement, 0, 1.0
    current = displacement
    for before in range(SMOOTHINGS):
        current = smoothed_at(current, _grown(folded, before // 8).nonzero())
        folded = folded_nodes(current)
        if not folded.any():
            return current, before + 1, 1.0
    scaled, scale = scale_down(displacement, folded_nodes)
    return scaled, 0, scale


@torch.no_grad()
def scale_down(displacement: Tensor, folded_nodes: Callable[[Tensor], Tensor]) -> tuple[Tensor, float]:
    """The displacement times the largest of 1, .8, .64 … with which it does not fold, and that factor.

    Where even next to none of it folds, it is not the displacement that does, and next to none of it is left.
    """
    if not displacement.isfinite().all():
        raise FloatingPointError("the displacement holds values that are not numbers")
    scale = 1.0
    while scale > NEXT_TO_NONE and folded_nodes(displacement * scale).any():
        scale *= 0.8
    return displacement * scale, scale


def folded_nodes(
    displacement: Tensor,
    spacing: Sequence[float],
    factors: Sequence[int],
    between: bool,
    whole: Callable[[Tensor, Sequence[int]], Tensor] | None = None,
) -> Tensor:
    """Mask [D, H, W] of the nodes of a displacement that fold, or lie next to a fold between them.

    Args:
        displacement: [k, D, H, W], local mm.
        spacing: mm between the nodes, x first.
        factors: voxels between the nodes, x first.
        between: look at every voxel as well.
        whole: makes of a displacement, at points so many voxels apart (x first), the one that must not fold; None: it
            is the displacement itself, which is linear between its nodes.
    """
    if whole is None:
        return nodes_at_folds(displacement, spacing, factors if between else [1] * len(factors))
    _, folded = regularity.measure_folding(whole(displacement, factors), spacing, middles=True)
    if not between or max(factors) == 1:
        return folded
    steps = [h / f for h, f in zip(spacing, factors, strict=True)]
    everywhere = whole(dense(displacement, factors), [1] * len(factors))
    _, turned = regularity.measure_folding(everywhere, steps, middles=True)
    if turned.any():
        widths = list(reversed(factors))
        pool = F.max_pool3d if turned.dim() == 3 else F.max_pool2d
        near = pool(
            turned[None, None].float(),
            [2 * f - 1 for f in widths],
            stride=widths,
            padding=[f - 1 for f in widths],
        )
        folded |= near[0, 0] > 0
    return folded


def _damped(strength: Tensor) -> float:
    return round(100.0 * (strength < 0.9).float().mean().item(), 4)


def _around(mask: Tensor, reach: int) -> Tensor:
    """1 within ``reach`` nodes of the mask [D, H, W], falling smoothly to 0 over as many."""
    return _box(mask, reach, passes=2)(_grown(mask, 2 * reach).float())


def _grown(mask: Tensor, reach: int) -> Tensor:
    """The mask [D, H, W] and all that lies within ``reach`` nodes of it."""
    return _box(mask, reach, passes=1)(mask.float()) > 0


def _box(mask: Tensor, reach: int, passes: int) -> SeparableKernel:
    return averaging(mask.shape, [min(reach, (n - 1) // 2) for n in mask.shape], passes, mask.device)
