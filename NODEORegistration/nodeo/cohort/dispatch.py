"""Pairs to the workers and their outcomes back, in the order in which they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import Cancelled, InputError
from ..progress import Progress
from .attempt import Job, Outcome
from .pair import Pair

_PORTION = 500  # pairs that are sent at once
_ANSWER = 5.0  # seconds that a small answer may take
_ALONE = 60.0  # seconds without any worker on this computer
_LOOK = 0.1  # seconds between two looks for news
_TRIES = 3  # of a pair whose worker dies before the pair is begun
_UNTIL_STOPPED = 3.0  # seconds that running pairs get to stop by themselves


def outcomes(client: Any, job: Job, pairs: Sequence[Pair], check: Callable[[], None]) -> Iterator[Outcome]:
    """Run every pair on a cluster; those that another call works on come last.

    Args:
        client: Dask's.
        check: called all the while; raises when the work is to stop. Then no pair is begun any more, and those that run
            stop as soon as they look up.
    """
    busy: list[Pair] = []
    for pair, outcome in _all(client, job, pairs, False, check):
        if outcome.end == "busy":
            busy.append(pair)
        else:
            yield outcome
    for _, outcome in _all(client, job, busy, True, check):
        yield outcome


def _all(
    client: Any, job: Job, pairs: Sequence[Pair], wait: bool, check: Callable[[], None]
) -> Iterator[tuple[Pair, Outcome]]:
    from distributed import as_completed

    asked: dict[str, tuple[Pair, int]] = {}
    manned = time.monotonic()
    coming = as_completed(loop=client.loop)

    def send(portion: Sequence[tuple[Pair, int]]) -> None:
        keys = [f"pair-{job.call}-{pair.name}-{tried}{'-wait' * wait}" for pair, tried in portion]
        asked.update(zip(keys, portion, strict=True))
        coming.update(client.map(_on_worker, [pair for pair, _ in portion], job=job, wait=wait, key=keys, pure=False))

    try:
        for start in range(0, len(pairs), _PORTION):
            check()
            send([(pair, 1) for pair in pairs[start : start + _PORTION]])
        while asked:
            check()
            if not coming.has_ready():
                time.sleep(_LOOK)
                manned = _manned(client, manned)
                continue
            for future in coming.next_batch(block=False):
                pair, tried = asked.pop(future.key)
                outcome = _outcome(future, job, pair)
                if outcome is None and tried < _TRIES:
                    send([(pair, tried + 1)])
                else:
                    yield pair, outcome or job.given_up(pair, f"Its worker died {tried} times before it could begin.")
    except BaseException:
        _stop(client, job, [future for future in coming.futures if future.key in asked])
        raise


def _manned(client: Any, before: float) -> float:
    """When there were workers last, s; of a cluster that somebody else runs it is now: more may come at any time.

    Raises:
        InputError: the workers on this computer have all ended, and none has come back.
    """
    if client.cluster is None or client.scheduler_info()["workers"]:
        return time.monotonic()
    if time.monotonic() - before > _ALONE:
        raise InputError(
            f"All workers have ended, and none has come back for {_ALONE:.0f} s.",
            "Look at what they wrote above; --index 0 --of 1 works without any.",
        )
    return before


def _outcome(future: Any, job: Job, pair: Pair) -> Outcome | None:
    """What came of a pair; None if its worker died before it could be known.

    The cohort's folder knows best: an answer dies with its worker if that is killed before it has been fetched.
    """
    from distributed import KilledWorker, TimeoutError

    if (outcome := job.ended(pair)) is not None:
        return outcome
    if future.status == "cancelled":
        raise InputError(
            "The cluster's scheduler has ended or was restarted. What is finished is kept.",
            "Start it again, and give the same command.",
        )
    try:
        return future.result(timeout=_ANSWER)
    except (KilledWorker, TimeoutError):
        return None
    except Exception as error:
        return job.given_up(pair, f"The worker could not begin it: {type(error).__name__}: {error}.")


def _stop(client: Any, job: Job, asked: list[Any]) -> None:
    """Take back what has not begun; what runs sees that nobody wants it any more, and stops."""
    if client.status != "running":  # its scheduler has gone
        return
    client.cancel(asked, force=True)
    end = time.monotonic() + _UNTIL_STOPPED
    while time.monotonic() < end and any(client.run(_running, job.call, on_error="ignore").values()):
        time.sleep(_LOOK)


def _running(call: str, dask_worker: Any) -> int:
    """In a worker: how many pairs of a call it works on, wanted or not."""
    return sum(str(task.key).startswith(f"pair-{call}-") for task in dask_worker.state.executing)


def _on_worker(pair: Pair, job: Job, wait: bool) -> Outcome:
    """In a worker: a pair, until the scheduler does not want it any more."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def look_up(_news: Progress) -> None:
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            raise Cancelled

    return job.attempt(pair, look_up, wait)
