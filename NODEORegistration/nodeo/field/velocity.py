"""The neural velocity field: a small network of time drives a dense head on a velocity grid."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .smoothing import SeparableKernel

_KNOWN = 64  # times that are kept


def legendre(x: Tensor, modes: int) -> list[Tensor]:
    """The first ``modes`` Legendre polynomials at x in [-1, 1], each like x."""
    values = [torch.ones_like(x), x]
    for n in range(1, modes - 1):
        values.append(((2 * n + 1) * x * values[n] - n * values[n - 1]) / (n + 1))
    return values[:modes]


class TimeNetwork(nn.Module):
    """g(t): [0, 1] -> ``modes`` coefficients.

    The first shifted Legendre polynomials, orthogonal on [0, 1], plus what a hidden layer learns to add. The last layer
    starts at zero, so that before training the modes are well conditioned and mode 0 is constant in time.
    """

    def __init__(self, modes: int, hidden: int = 16, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.modes = modes
        with torch.random.fork_rng(devices=[]):  # the default start, which is not kept, would draw from everybody's
            self.inner = nn.Linear(1, hidden)
            self.outer = nn.Linear(hidden, modes)
        with torch.no_grad():
            self.inner.weight.copy_(torch.randn(hidden, 1, generator=generator))
            self.inner.bias.copy_(torch.randn(hidden, generator=generator))
            self.outer.weight.zero_()
            self.outer.bias.zero_()
        self._known: dict[tuple[float, ...], tuple[Tensor, Tensor]] = {}

    def forward(self, t: Tensor) -> Tensor:
        """The coefficients [modes] at a time, a scalar on any device."""
        if t.device.type != "cpu":
            x = 2.0 * t.to(self.inner.weight.device) - 1.0
            return self._learnt(x.reshape(1), torch.stack(legendre(x, self.modes)))
        x, modes = self._constants((t.item(),))
        return self._learnt(x[0], modes[0])

    def at_all(self, times: Sequence[float]) -> Tensor:
        """The coefficients [T, modes] at several times."""
        return self._learnt(*self._constants(tuple(times)))

    def _learnt(self, x: Tensor, modes: Tensor) -> Tensor:
        """The modes [..., modes] and what was learnt to add to them, at times [..., 1] in [-1, 1]."""
        return modes + self.outer(torch.tanh(self.inner(x)))

    def _constants(self, times: tuple[float, ...]) -> tuple[Tensor, Tensor]:
        """The times in [-1, 1], [T, 1], and Legendre's polynomials there, [T, modes], on the network's device.

        A solver asks for the same few times again and again: they are sent to the device once.
        """
        weight = self.inner.weight
        if len(self._known) > _KNOWN:  # a solver that chooses its steps
            self._known.clear()
        if times not in self._known or self._known[times][0].device != weight.device:
            x = 2.0 * torch.tensor(times, dtype=weight.dtype) - 1.0
            polynomials = torch.stack(legendre(x, self.modes), -1)
            self._known[times] = x[:, None].to(weight.device), polynomials.to(weight.device)
        return self._known[times]


class FlowField(nn.Module):
    """v_θ(·, t) = window · K[Σ_r g_r(t) B_r], sampled on the nodes of a velocity grid.

    The dense head B starts at zero: the first flow is the identity.

    Args:
        shape: [D, H, W] of the velocity grid.
        kernel: the smoothing K.
        window: [D, H, W], 0 on the faces of the grid, so that the flow keeps to its box.
        modes: number of time coefficients r.
        generator: for the initial weights of the time network.
    """

    window: Tensor

    def __init__(
        self,
        shape: tuple[int, ...],
        kernel: SeparableKernel,
        window: Tensor,
        modes: int,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.register_buffer("window", window)
        self.time = TimeNetwork(modes, generator=generator).to(window.device)
        self.head = nn.Parameter(torch.zeros(modes, len(shape), *shape, device=window.device))

    def forward(self, t: Tensor) -> Tensor:
        """Velocity [k, D, H, W] at time ``t``, local mm per unit of time."""
        return self._smoothed(self.time(t))

    def at_all(self, times: Sequence[float]) -> Tensor:
        """Velocities [T, k, D, H, W] at several times: all in as few operations as one, forwards and back."""
        return self._smoothed(self.time.at_all(times))

    def _smoothed(self, coefficients: Tensor) -> Tensor:
        """The field [..., k, D, H, W] of coefficients [..., modes]."""
        return self.kernel(torch.tensordot(coefficients, self.head, dims=1)) * self.window

    def moved(self, device: torch.device) -> FlowField:
        """The field, its kernel included, on another device."""
        self.kernel = self.kernel.moved(device)
        return self.to(device)


class Foreseen(nn.Module):
    """A flow field in place of itself, at times that are known beforehand: it is evaluated at all of them together.

    Args:
        times: those that a solver asks for.
    """

    def __init__(self, field: FlowField, times: Sequence[float]) -> None:
        super().__init__()
        self._velocities = dict(zip(times, field.at_all(times).unbind(), strict=True))

    def forward(self, t: Tensor) -> Tensor:
        """Velocity [k, D, H, W] at one of the times."""
        return self._velocities[t.item()]
