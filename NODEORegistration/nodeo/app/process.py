"""What a process of our own sets for itself before PyTorch is loaded. A library must not; the command line may."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Iterator


def prepare() -> None:
    """Make the process a good neighbour, and a fast one; call it once, before the first import of torch."""
    wait_asleep()
    keep_freed_memory()


def wait_asleep() -> None:
    """Let threads that wait for each other spin only briefly, then sleep.

    Next to any other busy program, Slicer itself for one, a spinning thread takes the time of the very thread it waits
    for. Measured on two cores, one of them busy, on the coarse level of a brain pair: 4.5 s with a short spin, 28.9 s
    with the default; on idle cores 1.7 s with either.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")  # GNU's OpenMP: PyTorch on Linux; rounds
        os.environ.setdefault("KMP_BLOCKTIME", "1")  # Intel's and LLVM's: Windows and macOS; ms


def keep_freed_memory() -> None:
    """Let the C library keep what is freed for the next tensor.

    glibc gives large blocks back to the system at once, and a level of the pyramid asks for the same blocks again in
    every iteration: half of the time of a bandwidth-bound operation goes into clearing pages. Elsewhere: no effect.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL("libc.so.6")
            m_trim_threshold, m_mmap_max = -1, -4  # from malloc.h
            library.mallopt(m_mmap_max, 0)
            library.mallopt(m_trim_threshold, 2**31 - 1)


@contextlib.contextmanager
def lasting_imports() -> Iterator[None]:
    """Import in this block what stays to the end, and have the garbage collector leave it alone.

    PyTorch and its companions come with 200 000 objects. Looking through them for garbage, of which there is none,
    takes .3 s while they are loaded and .4 s when the process ends.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
