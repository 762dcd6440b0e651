"""Address space that ends early: a sentence or a good result, and neither a stack nor a hang."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator

from . import engine, outcome, rerun, verdicts
from .forked import Ending, Job, run_all
from .plan import Plan
from .records import Record

PART = "memory"
GIGABYTES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.55, 1.6, 1.7, 1.8, 2.0, 2.5, 3.0)
PATIENCE = 45.0  # seconds; the import of torch is in it


def run(plan: Plan) -> Iterator[Record]:
    """A registration, an evaluation and a resampling under each limit: processes of their own, import and all."""
    results = rerun.prepared(plan.folder(PART))
    commands = {
        "register": [*rerun.line(iterations=4), "--progress", "none"],
        "evaluate": engine.evaluate(),
        "apply": engine.apply(transform=f"{rerun.OUT}/transform.h5"),
    }
    jobs = {}
    for command, arguments in commands.items():
        for size in GIGABYTES if command == "register" else GIGABYTES[::3]:
            if plan.wants(PART, command, f"{size} GB"):
                jobs[_job(plan, results, command, arguments, size)] = command, size
    for job, ending in run_all(jobs, plan.jobs):
        command, size = jobs[job]
        place = job.log.parent
        failure = _judged(results, job, ending, command == "register")
        words = f"ulimit -v {int(size * 1e6)}; {engine.in_words(commands[command])}"
        yield Record(PART, command, f"{size} GB", failure, seconds=round(ending.seconds, 2), command=words)
        shutil.rmtree(place, ignore_errors=True)


def _job(plan: Plan, results: rerun.Results, command: str, arguments: list[str], size: float) -> Job:
    place = plan.folder(PART) / f"{command}-{size}"

    def work() -> int:
        os.chdir(results.copied(place / "desk"))
        resource.setrlimit(resource.RLIMIT_AS, (int(size * 1e9), int(size * 1e9)))
        return engine.instead(arguments)

    return Job(f"{command} {size}", work, place / "log", PATIENCE)


def _judged(results: rerun.Results, job: Job, ending: Ending, registered: bool) -> str:
    said, desk = job.said(), job.log.parent / "desk"
    if problem := verdicts.stack(said) or ("" if ending.code == 0 else verdicts.sentence(said)):
        return f"{ending.in_words()}: {problem}"
    if not ending.in_time or ending.code not in (0, verdicts.BAD_INPUT):
        return f"{ending.in_words()}: {said.strip()[-200:]}"
    if not registered:
        return ""
    if ending.code:
        old = outcome.marks(desk / rerun.OUT) == results.old
        return results.leftover(desk) if old else "The old result is not whole."
    return outcome.fault(desk / rerun.OUT)
