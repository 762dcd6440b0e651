"""What a process of our own sets for itself before PyTorch is loaded. A library must not; the command line may."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

from ..errors import InputError
from ..progress import Progress, ProgressCallback

_signals: list[int] = []  # received by ending_gently
_LARGE = ("Looking for folds", "Inverse", "Transforms", "Measurements")  # stages as large as what is over by then
_LARGE_BLOCK = 2_000_000  # bytes, and
_FIELD = 30_000_000  # of a field at every voxel, of which only what comes after the iterations needs many, once each
_ROOM = 1.5e9  # bytes of address space without which PyTorch and SciPy fail while they are loaded, or hang


def make_ready() -> None:
    """Make the process a good neighbour, and a fast one; call it before the first import of torch.

    Raises:
        InputError: it may not use the memory that its libraries need.
    """
    check_room()
    wait_asleep()
    keep_freed_memory()


def fill_streams() -> None:
    """Give closed standard streams to the null device: else the next file that is opened takes their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def check_room() -> None:
    """Refuse a limit of memory below what the libraries take before any work begins.

    They do not say so themselves: PyTorch aborts, and OpenBLAS tries for ever.

    Raises:
        InputError: the limit is too low.
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _ROOM:
        raise InputError(
            f"This process may use {limit / 1e6:.0f} MB of address space, and its libraries need {_ROOM / 1e6:.0f} MB.",
            f"Raise the limit: ulimit -v {_ROOM / 1e3:.0f}, or more for large images.",
            "memory",
        )


@contextlib.contextmanager
def ending_gently() -> Iterator[None]:
    """Let the signals that end a process (SIGTERM; SIGHUP, unless ignored) do what Control-C does, once."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}
    usual = (signal.SIG_DFL, signal.default_int_handler)
    ours = [number for number, handler in before.items() if handler in usual]
    if threading.current_thread() is not threading.main_thread():
        ours = []
    _signals.clear()

    def end(received: int, _frame: object) -> None:
        _signals.append(received)
        for number in ours:
            if number != signal.SIGINT:
                signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


def was_told_to_end() -> bool:
    """Whether a signal has asked for the end: a library in whose midst it came may have made another error of it."""
    return bool(_signals)


def end_at_once(code: int) -> NoReturn:
    """End the process without what libraries do at its end: HDF5 crashes there if it could not write a file."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, AttributeError):  # broken, or closed
            stream.flush()
    os._exit(code)


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


def give_memory_back() -> None:
    """Let the system have what :func:`keep_freed_memory` has kept, and the GPU what PyTorch has."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)


@contextlib.contextmanager
def sparing_memory(wanted: bool = True) -> Iterator[None]:
    """Undo :func:`keep_freed_memory` for large blocks in here: what would be kept between them is more than is in use.

    Each is cleared anew, which costs a quarter of the time: for work that else would not fit.
    """
    if not wanted:
        yield
        return
    _keep_no_block_of(_LARGE_BLOCK)
    try:
        yield
    finally:
        keep_freed_memory()


def _keep_no_block_of(size: int) -> None:
    """Let glibc give blocks of so many bytes or more back to the system as soon as they are freed."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL("libc.so.6")
            m_mmap_threshold, m_mmap_max = -3, -4  # from malloc.h
            library.mallopt(m_mmap_threshold, size)
            library.mallopt(m_mmap_max, 65536)


def giving_back(told: ProgressCallback) -> ProgressCallback:
    """The news passed on; where a large part of the work is over, its memory is given back before the next begins.

    After the iterations of a registration, large fields go as soon as they are freed.
    """
    over: set[tuple[str, int]] = set()
    keep_freed_memory()

    def passed_on(news: Progress) -> None:
        part = news.stage, news.level
        if part not in over and (news.level > 1 or news.stage.rpartition(": ")[2] in _LARGE):
            over.add(part)
            give_memory_back()
            if news.stage == "Inverse":
                _keep_no_block_of(_FIELD)
        told(news)

    return passed_on


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
