"""Dask's processes: on this computer for as long as one call takes, or a cluster that somebody runs already."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import InputError
from .shares import Shares

_LOCAL = {
    "distributed.scheduler.worker-saturation": 1.0,  # a pair waits at the scheduler, not at a worker that is busy
    "distributed.scheduler.allowed-failures": 20,  # a pair's claim counts better: it knows which pair was being done
}
_SILENT = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical"}  # a killed worker is told of in the table
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@contextlib.contextmanager
def local(shares: Shares) -> Iterator[Any]:
    """A client of workers on this computer, one pair at a time each; they end with the block.

    Raises:
        ModuleNotFoundError: Dask is not installed.
    """
    import dask
    from distributed import Client, Nanny, Scheduler, SpecCluster

    environ = {**_SILENT, **{name: str(shares.threads) for name in _THREADS}}
    with dask.config.set({**_LOCAL, "distributed.nanny.pre-spawn-environ": environ}):
        each = {"nthreads": 1, "memory_limit": 0, "silence_logs": logging.CRITICAL}
        workers = {
            number: {"cls": Nanny, "options": {**each, "env": _seen(shares, number)}}
            for number in range(shares.workers)
        }
        scheduler = {
            "cls": Scheduler,
            "options": {"host": "127.0.0.1", "port": 0, "dashboard": False, "dashboard_address": "127.0.0.1:0"},
        }
        with (
            _found_by_workers(),
            SpecCluster(workers, scheduler, silence_logs=logging.CRITICAL) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            client.register_plugin(_deaf_worker(), name="nodeo")
            yield client


@contextlib.contextmanager
def _found_by_workers() -> Iterator[None]:
    """Have workers, which are given this process's search path, find the nodeo that starts them."""
    home = str(Path(__file__).resolve().parents[2])
    added = home not in sys.path
    if added:
        sys.path.append(home)
    try:
        yield
    finally:
        if added and home in sys.path:
            sys.path.remove(home)


def _seen(shares: Shares, number: int) -> dict[str, str]:
    """What a worker finds in its environment: the one GPU that is its own."""
    return {"CUDA_VISIBLE_DEVICES": shares.gpus[number]} if shares.gpus else {}


def _deaf_worker() -> Any:
    from distributed import WorkerPlugin

    class Deaf(WorkerPlugin):
        """A worker that leaves Ctrl-C, which a terminal sends to all, to the process that was called."""

        def setup(self, worker: Any) -> None:
            del worker
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Deaf()


@contextlib.contextmanager
def joined(address: str) -> Iterator[Any]:
    """A client of the cluster whose scheduler has this address; it goes on when the block ends.

    Raises:
        InputError: nobody answers there.
        ModuleNotFoundError: Dask is not installed.
    """
    from distributed import Client

    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"No scheduler of Dask answers at {address}.", "Start one with 'dask scheduler', which says its address."
        ) from error
    try:
        yield client
    finally:
        client.close()


def resources() -> tuple[int, float]:
    """How many cores this process may use, and how many bytes of memory, as Dask finds them.

    Raises:
        ModuleNotFoundError: Dask is not installed.
    """
    from distributed.system import MEMORY_LIMIT

    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        cores = os.cpu_count() or 1
    from dask.system import CPU_COUNT

    return max(1, min(cores, CPU_COUNT)), float(MEMORY_LIMIT or 0)
