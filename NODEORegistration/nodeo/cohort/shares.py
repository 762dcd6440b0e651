"""How the cores of this computer are shared out: so many workers, so many threads each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError

_USUAL_THREADS = 2  # of a pair: more of them help less than another pair at the same time does
_MEMORY = 3e9  # bytes that a pair of brains at 1 mm takes


@dataclass(frozen=True)
class Shares:
    """Workers on this computer.

    Attributes:
        workers: how many pairs at once.
        threads: CPU threads of each.
        gpus: the GPU of each worker, as CUDA_VISIBLE_DEVICES names it; empty: none is chosen for them.
    """

    workers: int
    threads: int
    gpus: tuple[str, ...] = ()


def shared_out(
    pairs: int, workers: int | None, threads: int | None, gpus: Sequence[str], cores: int, memory: float
) -> Shares:
    """Workers for ``pairs`` pairs on ``cores`` cores with ``memory`` bytes.

    Args:
        workers, threads: as they were asked for, or None.
        gpus: those to use; workers get them in turn.

    Raises:
        InputError: a number is below 1.
    """
    for name, number in (("--workers", workers), ("--threads-per-worker", threads)):
        if number is not None and number < 1:
            raise InputError(f"{name} is {number}.", "It must be at least 1.")
    if workers is None:
        if gpus:
            workers = len(gpus)
        else:
            room = max(1, int(memory / _MEMORY)) if memory else cores
            workers = max(1, min(cores // (threads or min(_USUAL_THREADS, cores)), room))
    workers = min(workers, max(pairs, 1))
    return Shares(
        workers, threads or max(1, cores // workers), tuple(gpus[n % len(gpus)] for n in range(workers)) if gpus else ()
    )


def chosen_gpus(text: str | None, wanted: bool) -> tuple[str, ...]:
    """The GPUs that ``--gpus`` names, ``all`` or such as ``0,1``; without it all there are, if they are ``wanted``.

    Raises:
        InputError: it names none, or there are none.
    """
    if text is None and not wanted:
        return ()
    if text not in (None, "all"):
        named = tuple(part.strip() for part in str(text).split(","))
        if not all(named) or len(set(named)) < len(named):
            raise InputError(f"--gpus is '{text}'.", "Name each GPU once, such as 0,1, or all.", "device")
        return named
    there = _gpus_there()
    if text == "all" and not there:
        raise InputError(
            "--gpus all was asked for, but PyTorch sees no CUDA GPU here.",
            "Leave it out, or install a PyTorch built for CUDA and the GPU's driver.",
            "device",
        )
    return there


def _gpus_there() -> tuple[str, ...]:
    import torch  # takes its time: only who is about to register asks

    count = torch.cuda.device_count()
    visible = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return tuple(visible[:count]) if visible else tuple(map(str, range(count)))
