"""A velocity that carries points along straight lines to where a displacement wants them: where a fit begins.

To follow a long way by descent alone does not work: a velocity that does not yet lead there has no gradient that leads
there. Read along the lines instead, the velocity is a mean of what passes, at each place and time.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..geometry.lattice import Lattice
from ..geometry.sampling import spread
from .smoothing import gaussian
from .velocity import legendre

_MOMENTS = 8  # of time at which the lines are read
_WIDTH = 0.8  # nodes, standard deviation over which what passes is averaged
_NOTHING = 1e-3  # of the mean weight: a place that less passes has no velocity of its own


@torch.no_grad()
def legendre_moments(displacement: Tensor, weight: Tensor, lattice: Lattice, modes: int) -> Tensor:
    """The velocity along x + t u(x), t in [0, 1], in shifted Legendre polynomials of t: [modes, k, D, H, W], local mm.

    Args:
        displacement: u at the points of ``lattice``, [k, D, H, W], local mm; it may fold.
        weight: [D, H, W], how much each point counts.
    """
    kernel = gaussian(lattice.shape, [_WIDTH] * len(lattice.shape), device=lattice.device)
    carried = torch.cat([displacement * weight, weight[None]])
    moments = displacement.new_zeros(modes, *displacement.shape)
    for moment in range(_MOMENTS):
        time = (moment + 0.5) / _MOMENTS
        passing = kernel(_dropped(carried, time * displacement, lattice))
        velocity = passing[:-1] / (passing[-1] + _NOTHING * weight.mean())
        for mode, value in enumerate(legendre(torch.tensor(2.0 * time - 1.0, dtype=torch.float64), modes)):
            moments[mode] += (2 * mode + 1) / _MOMENTS * value.item() * velocity
    return moments


def _dropped(values: Tensor, displacement: Tensor, lattice: Lattice) -> Tensor:
    """Values [c, D, H, W] dropped where a displacement takes their points, shared among the nodes around: [c, D, H, W].

    It is the transpose of sampling.
    """
    return spread(values.flatten(1), lattice.sampling(displacement).flatten(1), values.shape[1:])
