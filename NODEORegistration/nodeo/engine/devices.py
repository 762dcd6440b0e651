"""Where the work is done: the device, the threads, and what memory they used."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import SimpleITK as sitk
import torch

from ..errors import InputError
from ..progress import CALLERS_OWN
from .surroundings import Shared

Made = TypeVar("Made")

_NO_MEMORY = (  # how PyTorch's allocator, its libraries, SimpleITK and C++ say it
    "DefaultCPUAllocator",
    "not enough memory",
    "out of memory",
    "STATUS_ALLOC_FAILED",
    "Failed to allocate memory",
    "bad_alloc",
    "bad allocation",
)


def choose(name: str) -> torch.device:
    """The device called ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: the name is not one of these, or there is no such GPU.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cpu":
        return torch.device("cpu")
    if not re.fullmatch(r"cuda(:\d+)?", name):
        raise InputError(f"There is no device '{name}'.", "Use auto, cpu, cuda or cuda:N.", "device")
    if not torch.cuda.is_available():
        raise InputError(
            f"The device '{name}' was asked for, but PyTorch sees no CUDA GPU here.",
            "Use --device cpu, or install a PyTorch built for CUDA and the GPU's driver.",
            "device",
        )
    index = int(name.partition(":")[2] or 0)
    if index >= torch.cuda.device_count():
        raise InputError(f"There is no GPU {index}.", f"The highest is cuda:{torch.cuda.device_count() - 1}.", "device")
    return torch.device("cuda", index)


def describe(device: torch.device) -> str:
    """A name for people."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    count = torch.get_num_threads()
    return f"cpu ({count} thread{'s' if count != 1 else ''})"


_TORCH_THREADS = Shared(torch.get_num_threads, torch.set_num_threads, of_each_thread=True)
_ITK_THREADS = Shared(
    sitk.ProcessObject.GetGlobalDefaultNumberOfThreads, sitk.ProcessObject.SetGlobalDefaultNumberOfThreads
)


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Run with ``count`` CPU threads (0: as it is), and put everything back afterwards.

    Of several runs at once, in threads of one process, the youngest decides how many SimpleITK takes.
    """
    if not count:
        yield
        return
    with _TORCH_THREADS.held(count), _ITK_THREADS.held(count):
        yield


def peak_memory_mb(device: torch.device) -> dict[str, float]:
    """Peak memory of this process, MB: ``process`` where the system tells, ``gpu`` on CUDA."""
    peak = {}
    with contextlib.suppress(ImportError):
        import resource  # not on Windows
        import sys

        unit = 1e6 if sys.platform == "darwin" else 1e3
        peak["process"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
    if device.type == "cuda":
        peak["gpu"] = round(torch.cuda.max_memory_allocated(device) / 1e6, 1)
    return peak


def where_it_fits(work: Callable[[torch.device], Made], device: torch.device) -> Made:
    """What ``work`` makes on a device; on the CPU if the GPU's memory is too small for it."""
    try:
        return work(device)
    except Exception as error:
        if device.type == "cpu" or not ran_out_of_memory(error):
            raise
    return work(torch.device("cpu"))


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory, the GPU's or the computer's, was not enough for our own computation."""
    if CALLERS_OWN in error.__dict__:
        return False
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)
