"""The optimiser against PyTorch's own, step by step."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from nodeo.models.adam import Adam


@pytest.mark.parametrize("amsgrad", [False, True])
def test_every_step_is_that_of_torch(amsgrad: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(3, 4, generator=generator), torch.randn(5, generator=generator)]
    ours, theirs = ([torch.nn.Parameter(p.clone()) for p in start] for _ in range(2))
    adam = Adam(ours, 0.1, (0.9, 0.99), amsgrad)
    reference = torch.optim.Adam(theirs, lr=0.1, betas=(0.9, 0.99), amsgrad=amsgrad)
    for step in range(30):
        adam.rate = reference.param_groups[0]["lr"] = 0.1 / (1 + step)
        gradients = [torch.randn(p.shape, generator=generator) * (3.0 if step == 4 else 0.5) for p in start]
        for mine, other, gradient in zip(ours, theirs, gradients, strict=True):
            mine.grad, other.grad = gradient.clone(), gradient.clone()
        adam.step()
        reference.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-6)  # another order of the same operations


def test_a_large_parameter_is_moved_some_values_at_a_time(monkeypatch) -> None:
    start, gradient = torch.randn(2, 3, 50, generator=torch.Generator().manual_seed(0)).unbind()
    moved = []
    for at_once in (1000, 7):
        monkeypatch.setattr("nodeo.models.adam._AT_ONCE", at_once)
        parameter = torch.nn.Parameter(start.clone())
        adam = Adam([parameter], 0.1, (0.9, 0.99), amsgrad=True)
        for _ in range(3):
            parameter.grad = gradient.clone()
            adam.step()
        moved.append(parameter.detach())
    assert torch.equal(*moved) and not torch.equal(moved[0], start)


def test_a_parameter_without_a_gradient_stays() -> None:
    still, moved = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    adam = Adam([still, moved], 0.1, (0.9, 0.999))
    moved.grad = torch.ones(2)
    adam.step()
    assert torch.equal(still, torch.ones(2))
    torch.testing.assert_close(moved.detach(), torch.full((2,), 0.9))
    adam.forget_gradients()
    assert moved.grad is None


def test_no_compiler_is_loaded_for_it() -> None:
    code = (
        "import sys, torch; from nodeo.models.adam import Adam; p = torch.nn.Parameter(torch.ones(2));"
        "a = Adam([p], 0.1, (0.9, 0.99)); (p * p).sum().backward(); a.step();"
        "import nodeo.engine.registration; sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
