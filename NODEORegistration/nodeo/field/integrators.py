"""torchdiffeq, without waiting for what it loads and nobody here asks for: all of SciPy's integrators, for one solver.

They take a quarter as long to load as PyTorch itself, which a small registration feels.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_SLOW = "scipy.integrate"


def _solve_ivp(*args: Any, **options: Any) -> Any:
    from scipy.integrate import solve_ivp

    return solve_ivp(*args, **options)


@contextmanager
def _put_off() -> Iterator[None]:
    """Let what is imported in here have a ``solve_ivp`` that loads SciPy's when it is called."""
    if _SLOW in sys.modules:
        yield
        return
    stand_in = ModuleType(_SLOW)
    stand_in.__dict__["solve_ivp"] = _solve_ivp
    sys.modules[_SLOW] = stand_in
    try:
        yield
    finally:
        del sys.modules[_SLOW]


with _put_off():
    from torchdiffeq import odeint, odeint_adjoint
    from torchdiffeq._impl.odeint import SOLVERS

__all__ = ["SOLVERS", "odeint", "odeint_adjoint"]
