"""Who does the pairs of a cohort: this process, workers on this computer, or a cluster."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...cohort import cluster, dispatch, shares
from ...errors import InputError
from ...progress import Progress
from ..channel import Channel


@dataclass(frozen=True)
class Crew:
    """Those who work.

    Attributes:
        threads: of each, for pairs whose settings leave that open; 0: all.
        outcomes: sends them the pairs, for :func:`nodeo.cohort.run.run_pairs`; None: this process does them.
    """

    threads: int
    outcomes: Callable[..., Any] | None


def check_crew(options: argparse.Namespace) -> None:
    """Refuse what cannot be meant.

    Raises:
        InputError: it cannot.
    """
    here = [name for name in ("workers", "gpus") if getattr(options, name) is not None]
    elsewhere = [name for name in ("scheduler", "index") if getattr(options, name) is not None]
    if len(elsewhere) > 1 or (here and elsewhere):
        first, second = [*elsewhere, *here][:2]
        raise InputError(f"--{first} and --{second} exclude each other.", f"Leave --{second} out.")
    if (options.workers or 0) < 0:
        raise InputError(f"--workers is {options.workers}.", "It must be at least 1, or 0: all in this process.")
    if (options.threads_per_worker or 0) < 0:
        raise InputError(f"--threads-per-worker is {options.threads_per_worker}.", "It must be at least 1.")


@contextlib.contextmanager
def crew(options: argparse.Namespace, pairs: int, anywhere: bool, channel: Channel) -> Iterator[Crew]:
    """Those that the options name; workers on this computer end with the block.

    Args:
        pairs: how many there are to do at once, at most.
        anywhere: whether they may be done on a GPU.

    Raises:
        InputError: there are none such.
        ModuleNotFoundError: Dask is not installed.
    """
    threads = options.threads_per_worker or 0
    if options.index is not None or options.workers == 0:
        yield Crew(threads, None)
        return
    if options.scheduler is not None:
        with cluster.joined(options.scheduler) as client:
            yield Crew(threads, partial(dispatch.outcomes, client))
        return
    cores, memory = cluster.resources()
    gpus = shares.chosen_gpus(options.gpus, anywhere)
    share = shares.shared_out(pairs, options.workers, threads or options.threads or None, gpus, cores, memory)
    channel.progress(Progress(f"Starting workers: {share.workers}, threads of each: {share.threads}", 0.0))
    with cluster.local(share) as client:
        yield Crew(share.threads, partial(dispatch.outcomes, client))
