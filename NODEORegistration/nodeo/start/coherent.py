"""From the cost of every step in a window to one displacement that hangs together.

Coupled convex optimisation (Steinbrücker et al. 2009; Heinrich et al. 2014, "Non-parametric discrete registration with
convex optimisation"): by turns each point takes the step that costs it least, the distance from its neighbours' wish
included, and the wishes are smoothed; the distance counts more each time. The smoothing is a bilateral one, so that
what slides along its neighbour is not dragged with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

_COUPLING = (0.03, 0.1, 0.3)  # weight of the squared distance from the wish, in steps, round by round
_ALIKE = 1.2  # steps between displacements that count as one motion
_NEAR = 2  # points around each that have a say in its wish


def coherent(costs: Tensor, steps: Tensor, before: Tensor, spacing: Sequence[float], least: float) -> Tensor:
    """A step for each point, smooth but where the images want it otherwise.

    Args:
        costs: [steps, D, H, W], of any unit.
        steps: [steps, k], local mm, x first.
        before: [k, D, H, W], local mm: the displacement that the steps are added to.
        spacing: mm between points where the costs come from, x first; a step of the window is one of them.
        least: cost, in standard deviations of a point's costs, of a whole displacement of one mm: of places that look
            the same, the nearest is taken.

    Returns:
        [k, D, H, W], local mm: ``before`` with the steps added, smoothed.
    """
    shape = costs.shape[1:]
    unit = sum(spacing) / len(spacing)
    costs = costs.flatten(1)
    costs = costs / costs.std(0).mean().clamp(min=1e-6)
    at_rest = before.flatten(1)
    if least:
        costs = costs + least * torch.cdist(steps, -at_rest.T)
    squares = steps.square().sum(1, keepdim=True)
    wish = _chosen(costs, steps, shape) + before
    for coupling in _COUPLING:
        weight = coupling / unit**2
        aim = (_bilateral(wish, _ALIKE * unit) - before).flatten(1)
        apart = torch.addmm(squares, steps, aim, alpha=-2.0)  # |step - aim|² without |aim|², the same for all
        wish = _chosen(costs + weight * apart, steps, shape) + before
    return _bilateral(wish, _ALIKE * unit)


def _chosen(costs: Tensor, steps: Tensor, shape: Sequence[int]) -> Tensor:
    """The cheapest of the steps [steps, k] at each point, [k, D, H, W]."""
    return steps[costs.argmin(0)].T.reshape(-1, *shape)


def _bilateral(displacement: Tensor, alike: float) -> Tensor:
    """The mean of the neighbours that move about as their median does, [k, D, H, W]."""
    near = _neighbours(displacement, _NEAR)
    middle = _neighbours(displacement, 1).median(-1, keepdim=True).values
    weight = torch.exp(-0.5 * (near - middle).square().sum(0) / alike**2)
    return (near * weight).sum(-1) / weight.sum(-1).clamp(min=1e-6)


def _neighbours(values: Tensor, reach: int) -> Tensor:
    """[k, D, H, W] -> [k, D, H, W, neighbours], those of a point itself included; the edge goes on outside."""
    k = values.dim() - 1
    padded = F.pad(values[None], [reach] * (2 * k), mode="replicate")[0]
    for axis in range(1, k + 1):
        padded = padded.unfold(axis, 2 * reach + 1, 1)
    return padded.flatten(k + 1)
