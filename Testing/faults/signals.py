"""A run that is stopped: at moments spread over it, in every way that a person or a system has."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from . import engine, rerun, verdicts
from .forked import Ending, Job, ended, run_all, start, wait
from .plan import Plan
from .records import Record

PART = "signals"
MOMENTS = 20  # of each kind: the first half spread over the run, the second over its writing
WRITING = 0.03  # seconds that the writing takes, and a little more
PATIENCE = 12.0  # seconds from the signal to the end
KINDS = {"SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM, "SIGHUP": signal.SIGHUP, "SIGKILL": signal.SIGKILL}
CLOSED = "closed stdin"


def run(plan: Plan) -> Iterator[Record]:
    """Every kind at every moment, beside an old result."""
    results = rerun.prepared(plan.folder(PART))
    wanted = [
        (kind, moment)
        for kind in (*KINDS, CLOSED)
        for moment in range(MOMENTS)
        if plan.wants(PART, kind, _name(moment))
    ]
    jobs = {_job(plan, results, kind, moment): (kind, moment) for kind, moment in wanted}
    for job, ending in run_all(jobs, plan.jobs):
        kind, moment = jobs[job]
        failure = "" if ending.code == 0 else job.said().strip()[-300:] or ending.in_words()
        command = engine.in_words(rerun.line())
        yield Record(PART, kind, _name(moment), failure, seconds=round(ending.seconds, 2), command=command)
        shutil.rmtree(job.log.parent, ignore_errors=True)


def _name(moment: int) -> str:
    half = MOMENTS // 2
    return f"at {100 * moment // half} % of the run" if moment < half else f"at {10 * (moment - half)} % of the writing"


def _job(plan: Plan, results: rerun.Results, kind: str, moment: int) -> Job:
    place = plan.folder(PART) / f"{kind.replace(' ', '_')}-{moment:02}"

    def work() -> int:
        """The watcher: runs the run in a child of its own, stops it, looks at what is left."""
        folder = results.copied(place / "desk")
        failure = _stopped(results, folder, place, kind, moment)
        if failure:
            os.write(2, failure.encode("utf-8", "backslashreplace"))
        return int(bool(failure))

    return Job(f"{kind} {moment}", work, place / "log", 120.0)


def _stopped(results: rerun.Results, folder: Path, place: Path, kind: str, moment: int) -> str:
    """Run, stop, look; why what is there is not what is promised, or empty."""
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    progress = "json" if kind == CLOSED else "none"

    def work() -> int:
        os.close(writing)
        os.chdir(folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return engine.here([*rerun.line(), "--progress", progress])

    job = Job(kind, work, place / "run", stdin=reading)
    child = start(job)
    os.close(reading)
    code = _await_moment(child, folder, results.seconds, moment)
    if kind != CLOSED and code is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, KINDS[kind])
    os.close(writing)
    ending = wait(child, PATIENCE) if code is None else Ending(code, 0.0)
    if kind == "SIGKILL" and ending.code != 0:
        return _after_the_next_run(results, folder, place)
    return _judged(results, folder, kind, ending, job)


def _await_moment(child: int, folder: Path, seconds: float, moment: int) -> int | None:
    """Wait for the moment; the exit code if the run was over before."""
    half = MOMENTS // 2
    begin = time.monotonic()
    if moment < half:
        while (code := ended(child)) is None and time.monotonic() - begin < seconds * moment / half:
            time.sleep(0.001)
        return code
    inputs = set(os.listdir(folder))
    known = set(os.listdir(folder / rerun.OUT))
    while (code := ended(child)) is None:
        with contextlib.suppress(OSError):  # the folder itself may be swapped just now
            if set(os.listdir(folder)) != inputs or set(os.listdir(folder / rerun.OUT)) != known:
                break
    since = time.monotonic()
    while code is None and time.monotonic() - since < WRITING * (moment - half) / half:
        code = ended(child)
    return code


def _judged(results: rerun.Results, folder: Path, kind: str, ending: Ending, job: Job) -> str:
    if not ending.in_time:
        return f"{ending.in_words()} after {kind}."
    if ending.code not in (0, 130) and ending.code >= 0:
        return f"{ending.in_words()}. {verdicts.stack(job.said())}"
    problem = verdicts.stack(job.said()) or results.verdict(folder, ending.code == 0)
    return f"{ending.in_words()}: {problem}" if problem else ""


def _after_the_next_run(results: rerun.Results, folder: Path, place: Path) -> str:
    """After SIGKILL: the result is whole at once, and the next run removes what lies about."""
    kept = results.verdict(folder, finished=False)
    if kept and "left behind" not in kept:
        return kept

    def work() -> int:
        os.chdir(folder)
        return engine.here([*rerun.line(), "--progress", "none"])

    job = Job("next", work, place / "next")
    ending = wait(start(job), 60)
    if ending.code:
        return f"The next run: {ending.in_words()}: {job.said()[-200:]}"
    problem = results.verdict(folder, finished=True)
    return f"After the next run: {problem}" if problem else ""
