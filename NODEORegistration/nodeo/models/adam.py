"""Adam (Kingma and Ba 2015), with AMSGrad (Reddi et al. 2018) on request: the steps of PyTorch's own.

Written out because PyTorch loads its compiler, a second or more, before the first step of any of its optimisers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

EPSILON = 1e-8


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
        """Move the parameters; one without a gradient stays."""
        self._steps += 1
        states = zip(self.parameters, self._means, self._squares, self._largest, strict=True)
        for parameter, mean, square, largest in states:
            if parameter.grad is not None:
                self._move(parameter, parameter.grad, mean, square, largest)

    def _move(self, parameter: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, largest: Tensor) -> None:
        """One step of one parameter, the running means corrected for their start at 0."""
        keep, keep_square = self.betas
        mean.lerp_(gradient, 1.0 - keep)
        square.mul_(keep_square).addcmul_(gradient, gradient, value=1.0 - keep_square)
        if largest is not square:
            torch.maximum(largest, square, out=largest)
        correction = math.sqrt(1.0 - keep_square**self._steps)
        scale = largest.sqrt().add_(EPSILON * correction)
        parameter.addcdiv_(mean, scale, value=-self.rate * correction / (1.0 - keep**self._steps))
