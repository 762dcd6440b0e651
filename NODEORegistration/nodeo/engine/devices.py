"""Where the work is done: the device, the threads, and what memory they used."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import SimpleITK as sitk
import torch

from ..errors import InputError


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
        raise InputError(f"There is no device '{name}'.", "Use auto, cpu, cuda or cuda:N.")
    if not torch.cuda.is_available():
        raise InputError(
            f"The device '{name}' was asked for, but PyTorch sees no CUDA GPU here.",
            "Use --device cpu, or install a PyTorch built for CUDA and the GPU's driver.",
        )
    index = int(name.partition(":")[2] or 0)
    if index >= torch.cuda.device_count():
        raise InputError(f"There is no GPU {index}.", f"The highest is cuda:{torch.cuda.device_count() - 1}.")
    return torch.device("cuda", index)


def describe(device: torch.device) -> str:
    """A name for people."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    count = torch.get_num_threads()
    return f"cpu ({count} thread{'s' if count != 1 else ''})"


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Run with ``count`` CPU threads (0: as it is), and put everything back afterwards."""
    if not count:
        yield
        return
    torch_before = torch.get_num_threads()
    itk_before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    torch.set_num_threads(count)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(count)
    try:
        yield
    finally:
        torch.set_num_threads(torch_before)
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(itk_before)


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


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory, the GPU's or the computer's, was not enough."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and "alloc" in str(error)  # how PyTorch's CPU allocator says it
