"""Bad inputs, made by code, one after the other: is each answered with one sentence, and is nothing lost or left?"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

from . import (
    bad_files,
    bad_guidance,
    bad_headers,
    bad_masks,
    bad_pixels,
    bad_places,
    bad_settings,
    bad_tables,
    bad_transforms,
    engine,
    outcome,
    snapshot,
    verdicts,
)
from .case import REFUSED, Case
from .desk import lay
from .forked import Ending, Job, run_all, start, wait
from .plan import Plan
from .records import Record

PART = "corpus"
EVERY = 12  # every so many-th case is a process of its own
PROCESS = 15.0  # seconds that such a process has on top
FAMILIES = (
    bad_pixels,
    bad_files,
    bad_headers,
    bad_masks,
    bad_guidance,
    bad_transforms,
    bad_settings,
    bad_places,
    bad_tables,
)


def run(plan: Plan) -> Iterator[Record]:
    """Every case, in a folder of its own."""
    desk = plan.folder(PART) / "desk"
    wait(start(Job("desk", lambda: lay(desk), plan.folder(PART) / "log" / "desk")), 60)
    cases = [case for family in FAMILIES for case in family.cases()]
    chosen = [(n, case) for n, case in enumerate(cases) if plan.wants(PART, case.family, case.name)]
    jobs = {_job(plan, desk, number, case): case for number, case in chosen}
    for job, ending in run_all(jobs, plan.jobs):
        yield _record(jobs[job], job, ending)
        _clear(job.log.parent)


def _job(plan: Plan, desk: Path, number: int, case: Case) -> Job:
    place = plan.folder(PART) / f"{number:04}"
    alone = number % EVERY == 0

    def work() -> int:
        shutil.copytree(desk, place / "desk", symlinks=True)
        os.chdir(place / "desk")
        arguments = case.make()
        (place / "before").write_bytes(pickle.dumps((arguments, snapshot.taken(place / "desk"))))
        if alone and not any("\0" in text for text in arguments):  # no process can be given a zero byte
            return engine.instead(arguments)
        return engine.here(arguments)

    return Job(case.name, work, place / "log", case.patience + PROCESS * alone)


def _record(case: Case, job: Job, ending: Ending) -> Record:
    place = job.log.parent
    try:
        arguments, before = pickle.loads((place / "before").read_bytes())
    except (OSError, EOFError):
        failure = f"The case could not be made: {job.said().strip().splitlines()[-1:]}"
        return Record(PART, case.family, case.name, failure, seconds=ending.seconds)
    after = snapshot.taken(place / "desk")
    failure = verdicts.refused(ending, job.told(), job.said(), before, after)
    if case.promise != REFUSED and ending.code != verdicts.BAD_INPUT:
        failure = _answered(case, job, ending, arguments, before, after)
    command = engine.in_words(arguments)
    return Record(PART, case.family, case.name, failure, seconds=round(ending.seconds, 2), command=command)


def _answered(
    case: Case, job: Job, ending: Ending, arguments: list[str], before: snapshot.Snapshot, after: snapshot.Snapshot
) -> str:
    """Exit code 0, a result that can be used, nothing lost or left; else what was not so."""
    if ending.code != 0:
        return verdicts.refused(ending, "", job.said(), before, after)
    if problem := verdicts.stack(job.said()) or verdicts.untouched(before, after) or verdicts.leftovers(before, after):
        return problem
    here = os.getcwd()
    os.chdir(job.log.parent / "desk")
    try:
        if arguments[0] == "register":
            return outcome.fault(Path(arguments[arguments.index("--output") + 1]))
        return case.check() if case.check is not None else ""
    finally:
        os.chdir(here)


def _clear(place: Path) -> None:
    shutil.rmtree(os.fsencode(place), ignore_errors=True)
