"""Adam (Kingma and Ba 2015), with AMSGrad (Reddi et al. 2018) on request: the steps of PyTorch's own.

Written out because PyTorch loads its compiler, a second or more, before the first step of any of its optimisers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

EPSILON = 1e-8
_AT_ONCE = 262144  # values


class Adam:
    """Steps along the gradient's running mean, divided by the root of its running square.

    Args:
        parameters: what is moved; their ``grad`` is read at each step.
        rate: length of a step where the gradient keeps its sign; may be changed between steps.
        betas: how much of the running mean and square each step keeps.
        amsgrad: divide by the root of the largest square so far.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], rate: float, betas: tuple[float, float], amsgrad: bool = False
    ) -> None:
        self.parameters = list(parameters)
        self.rate = rate
        self.betas = betas
        self._steps = 0
        self._means = [torch.zeros_like(p) for p in self.parameters]
        self._squares = [torch.zeros_like(p) for p in self.parameters]
        self._largest = [torch.zeros_like(p) for p in self.parameters] if amsgrad else self._squares

    def forget_gradients(self) -> None:
        """Before the next backward pass."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move the parameters; one without a gradient stays. The running means are corrected for their start at 0."""
        self._steps += 1
        states = zip(self.parameters, self._means, self._squares, self._largest, strict=True)
        moving = [(p, p.grad, *state) for p, *state in states if p.grad is not None]
        if not moving:
            return
        # all at once: a GPU is given one kernel for all parameters; a CPU some of one, which stays in its cache
        if moving[0][0].device.type != "cpu":
            self._move(*map(list, zip(*moving, strict=True)))
            return
        for each in moving:
            for some in zip(*(tensor.view(-1).split(_AT_ONCE) for tensor in each), strict=True):
                self._move(*([tensor] for tensor in some))

    def _move(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        means: list[Tensor],
        squares: list[Tensor],
        largest: list[Tensor],
    ) -> None:
        keep, keep_square = self.betas
        torch._foreach_lerp_(means, gradients, 1.0 - keep)
        torch._foreach_mul_(squares, keep_square)
        torch._foreach_addcmul_(squares, gradients, gradients, 1.0 - keep_square)
        if self._largest is not self._squares:
            torch._foreach_maximum_(largest, squares)
        correction = math.sqrt(1.0 - keep_square**self._steps)
        scales = torch._foreach_sqrt(largest)
        torch._foreach_add_(scales, EPSILON * correction)
        torch._foreach_addcdiv_(parameters, means, scales, -self.rate * correction / (1.0 - keep**self._steps))
