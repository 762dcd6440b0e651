"""A device of PyTorch that is not there: computes on the CPU, and is as strict as CUDA about where tensors lie.

A tensor on the card is a wrapper around one of the CPU. Every operation on it is caught, counted, run on what it
wraps, and wrapped again. Operations that mix the card with the CPU raise, as CUDA's do; those that would make the host
wait for a GPU are counted as waits. It has a capacity, too.
"""

from __future__ import annotations

import contextlib
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "card"
# No kernel is launched for these: they make another view, or tell something, or reserve memory.
_FREE = frozenset(
    [
        "alias",
        "as_strided",
        "detach",
        "diagonal",
        "empty",
        "empty_like",
        "empty_strided",
        "expand",
        "is_same_size",
        "lift_fresh",
        "movedim",
        "narrow",
        "new_empty",
        "new_empty_strided",
        "permute",
        "_reshape_alias",
        "resize_",
        "select",
        "set_",
        "slice",
        "split",
        "split_with_sizes",
        "squeeze",
        "sym_size",
        "t",
        "transpose",
        "unbind",
        "unfold",
        "unsqueeze",
        "_unsafe_view",
        "view",
        "_has_compatible_shallow_copy_type",
        "is_pinned",
    ]
)
# The host waits until the card is done: it needs a number, or the size of what comes out.
_WAITS = frozenset(
    ["_local_scalar_dense", "nonzero", "equal", "is_nonzero", "masked_select", "_unique2", "unique_consecutive"]
)
_INDEXED = frozenset(["index", "index_put", "index_put_", "_index_put_impl_"])
_MIXED = _INDEXED | {"copy_", "_to_copy"}  # take the CPU's tensors, too


@dataclass
class Cost:
    """What one stage asked of the card.

    Attributes:
        launches: operations that run a kernel; by their names.
        waits: times that the host waited for a result.
        copied: bytes from and to the host.
        moved: bytes that the kernels read and wrote.
    """

    launches: Counter = field(default_factory=Counter)
    waits: int = 0
    copied: int = 0
    moved: int = 0

    @property
    def total(self) -> int:
        """Kernels launched."""
        return sum(self.launches.values())


class Card:
    """What happens on the card while it is plugged in.

    Args:
        capacity: bytes that it can hold; None: no limit.

    Attributes:
        counts: whether ``costs`` are told: not by a real one.
        stage: the name that costs are booked under from now on.
        costs: by stage.
        peak: most bytes that were held at once.
    """

    counts = True

    def __init__(self, capacity: int | None = None) -> None:
        self.capacity = capacity
        self.stage = ""
        self.costs: dict[str, Cost] = {}
        self.held = self.peak = 0
        self._storages: Counter[int] = Counter()  # users of each
        self.device = torch.device(NAME, 0)

    def run(self, operation, arguments, options) -> Any:
        """One operation of PyTorch."""
        name = operation.__name__.split(".")[0]
        tensors = [part for part in tree_flatten((arguments, options))[0] if isinstance(part, Tensor)]
        ours = [tensor for tensor in tensors if isinstance(tensor, CardTensor)]
        wanted = options.get("device")
        wanted = None if wanted is None else torch.device(wanted)
        if not ours and (wanted is None or wanted.type != NAME):
            return operation(*arguments, **options)
        self._check(name, tensors, ours)
        here = wanted.type == NAME if wanted is not None else not (name == "copy_" and arguments[0] not in ours)
        if wanted is not None:
            options = {**options, "device": torch.device("cpu")}
        if name == "_to_copy" and wanted is not None:
            options = {**options, "non_blocking": False}
        inner, named = tree_map(_unwrapped, (arguments, options))
        result = operation(*inner, **named)
        self._book(
            name, tensors, result, crossing=name in ("copy_", "_to_copy") and len(ours) < _sides(wanted, tensors)
        )
        if not here:
            return arguments[0] if name == "copy_" else result
        wrapped = tree_map(lambda part: self._wrapped(part) if isinstance(part, Tensor) else part, result)
        return return_and_correct_aliasing(operation, arguments, options, wrapped)

    def _wrapped(self, tensor: Tensor) -> CardTensor:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if not self._storages[key]:
            if self.capacity is not None and self.held + size > self.capacity:
                raise torch.OutOfMemoryError(f"{NAME} out of memory: {self.held} of {self.capacity} bytes are taken")
            self.held += size
            self.peak = max(self.peak, self.held)
        self._storages[key] += 1
        wrapper = CardTensor(tensor)
        weakref.finalize(wrapper, self._freed, key, size)
        return wrapper

    def _freed(self, key: int, size: int) -> None:
        self._storages[key] -= 1
        if not self._storages[key]:
            del self._storages[key]
            self.held -= size

    @staticmethod
    def _check(name: str, tensors: list[Tensor], ours: list[CardTensor]) -> None:
        if ours and name not in _MIXED and any(not isinstance(t, CardTensor) and t.dim() > 0 for t in tensors):
            raise RuntimeError(f"Expected all tensors to be on the same device, but found {NAME}:0 and cpu: {name}")
        if ours and name in _INDEXED and not isinstance(tensors[0], CardTensor):
            raise RuntimeError(f"Tensors of the CPU take no indices from {NAME}:0: {name}")

    def _book(self, name: str, tensors: list[Tensor], result: Any, crossing: bool) -> None:
        cost = self.costs.setdefault(self.stage, Cost())
        results = [part for part in tree_flatten(result)[0] if isinstance(part, Tensor)]
        if crossing:
            cost.copied += sum(part.nbytes for part in results)
            cost.waits += 1
        elif name in _WAITS or (name.startswith("index") and any(t.dtype == torch.bool for t in tensors[1:])):
            cost.waits += 1
        if name not in _FREE and name != "_local_scalar_dense" and not crossing:
            cost.launches[name] += 1
            cost.moved += sum(part.nbytes for part in [*tensors, *results])


def _sides(wanted: torch.device | None, tensors: list[Tensor]) -> int:
    """How many tensors would be the card's, were nothing to cross: those there are, or one more for a result there."""
    if wanted is None:
        return len(tensors)
    return len(tensors) if wanted.type == NAME else len(tensors) + 1


class CardTensor(Tensor):
    """A tensor on the card, around one of the CPU."""

    @staticmethod
    def __new__(cls, held: Tensor):
        return Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=f"{NAME}:0",
        )

    def __init__(self, held: Tensor) -> None:
        self.on_cpu = held

    def __repr__(self) -> str:
        return f"CardTensor({self.on_cpu!r})"

    def tolist(self) -> Any:
        """As of any tensor; a subclass has to be told."""
        return self.cpu().tolist()

    @classmethod
    def __torch_dispatch__(cls, operation, types, arguments=(), options=None):
        return _plugged[-1].run(operation, arguments, options or {})


# Before the first backward pass of the process: PyTorch counts its devices then. Its backward pass knows one kind of
# accelerator in a process: beside a real GPU there can be no card.
if not torch.cuda.is_available():
    _setup_privateuseone_for_python_backend(NAME)
    getattr(torch, NAME).get_amp_supported_dtype = lambda: [torch.float16]  # what is computed twice asks for it
_plugged: list[Card] = []


def _unwrapped(part: Any) -> Any:
    return part.on_cpu if isinstance(part, CardTensor) else part


class _Catching(TorchDispatchMode):
    """Factories and copies, which have no tensor of the card to be caught by."""

    def __init__(self, card: Card) -> None:
        super().__init__()
        self._card = card

    def __torch_dispatch__(self, operation, types, arguments=(), options=None):
        return self._card.run(operation, arguments, options or {})


@contextlib.contextmanager
def plugged_in(capacity: int | None = None) -> Iterator[Card]:
    """A card with nothing on it, for as long as the block lasts."""
    card = Card(capacity)
    _plugged.append(card)
    torch._C._set_only_lift_cpu_tensors(True)  # torch.tensor(…, device=) makes its values on the CPU first
    try:
        with _Catching(card):
            yield card
    finally:
        torch._C._set_only_lift_cpu_tensors(False)
        _plugged.remove(card)
