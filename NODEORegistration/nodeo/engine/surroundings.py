"""What the caller has set in PyTorch, put aside while a registration runs, and back afterwards."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import torch

Value = TypeVar("Value")


class Shared(Generic[Value]):
    """A setting of the whole process, held by several runs at once.

    The first run remembers what it was, the youngest decides, and who leaves puts back what counts without it.

    Args:
        get, put: read and change it.
        of_each_thread: every thread has its own, which only new threads take from the process.
    """

    def __init__(
        self, get: Callable[[], Value], put: Callable[[Value], object], *, of_each_thread: bool = False
    ) -> None:
        self._get, self._put, self._of_each_thread = get, put, of_each_thread
        self._lock = threading.Lock()
        self._before: list[Value] = []  # one at most
        self._held: list[tuple[int, object, Value]] = []  # thread, run, value; youngest last

    @contextlib.contextmanager
    def held(self, wanted: Value) -> Iterator[None]:
        """Have what is ``wanted`` inside the block."""
        thread, run = threading.get_ident(), object()
        with self._lock:
            before = self._get()  # in any case: a thread of PyTorch takes the process's value when it first asks
            if not self._held:
                self._before = [before]
            self._held.append((thread, run, wanted))
            self._put(wanted)
        try:
            yield
        finally:
            with self._lock:
                self._held = [held for held in self._held if held[1] is not run]
                left = [value for at, _, value in self._held if at == thread or not self._of_each_thread]
                self._put(left[-1] if left else self._before[0])


_DTYPE = Shared(torch.get_default_dtype, torch.set_default_dtype)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """What PyTorch starts with: single precision, on the CPU unless told otherwise, gradients, no autocast.

    Decorates a function, too: ``@undisturbed()``.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda"):
            if torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":  # the context costs a little at every call of PyTorch
            stack.enter_context(torch.device("cpu"))
        stack.enter_context(_DTYPE.held(torch.float32))
        yield
