"""A disk that fills up at every 5 % of what a run writes, and one that refuses: a small disk in memory, or a limit."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

from . import engine, outcome, rerun, verdicts
from .forked import Ending, Job, run_all, start, wait
from .plan import Plan
from .records import Record

PART = "disk"
STEPS = 21  # 0, 5, 10 … 100 %
PAGE = 4096  # bytes; a disk in memory counts in these
_CLONE_NEWNS = 0x00020000
_MS_REMOUNT, _MS_RDONLY, _MS_REC, _MS_PRIVATE = 32, 1, 16384, 1 << 18
_MNT_DETACH = 2


def run(plan: Plan) -> Iterator[Record]:
    """The small disk where one may be mounted, the limit everywhere."""
    results = rerun.prepared(plan.folder(PART))
    jobs = {}
    if _may_mount():
        for how in ("over an old result", "a new folder"):
            for step in range(STEPS):
                jobs |= _wanted(plan, results, f"small disk, {how}", f"{5 * step} % of the bytes", step)
        jobs |= _wanted(plan, results, "small disk, over an old result", "for reading only", -1)
    for step in range(STEPS):
        jobs |= _wanted(plan, results, "limit of a file's size", f"{5 * step} % of the largest file", step)
    for job, ending in run_all(jobs, plan.jobs):
        family, case = jobs[job]
        failure = "" if ending.code == 0 else job.said().strip()[-300:] or ending.in_words()
        command = engine.in_words(rerun.line())
        yield Record(PART, family, case, failure, seconds=round(ending.seconds, 2), command=command)
        shutil.rmtree(job.log.parent, ignore_errors=True)


def _wanted(plan: Plan, results: rerun.Results, family: str, case: str, step: int) -> dict[Job, tuple[str, str]]:
    if not plan.wants(PART, family, case):
        return {}
    place = plan.folder(PART) / f"{family} {case}".replace(" ", "_").replace("%", "percent")

    def work() -> int:
        failure = _tried(results, place, family, step)
        if failure:
            os.write(2, failure.encode("utf-8", "backslashreplace"))
        return int(bool(failure))

    return {Job(case, work, place / "log", 90.0): (family, case)}


def _tried(results: rerun.Results, place: Path, family: str, step: int) -> str:
    """Run with that little space; why what is there then is not what is promised, or empty."""
    disk = place / "disk"
    disk.mkdir(parents=True)
    share = step / (STEPS - 1)
    if not family.startswith("small disk"):
        folder = results.copied(disk / "desk")
        return _judged(results, folder, *_run(folder, place, int(share * results.largest)))
    old = sum(path.stat().st_size + PAGE for path in results.desk.rglob("*") if path.is_file())
    _mount(disk, (old if "old" in family else 4 * PAGE) + max(0, int(share * (results.written + 8 * PAGE))) + 16 * PAGE)
    try:
        if "old" not in family:
            return _in_a_new_folder(results, place, disk)
        folder = results.copied(disk / "desk")
        if step < 0:
            _call("mount", b"none", bytes(disk), None, _MS_REMOUNT | _MS_RDONLY, None)
        return _judged(results, folder, *_run(folder, place, None))
    finally:
        _call("umount2", bytes(disk), _MNT_DETACH)


def _run(folder: Path, place: Path, largest: int | None, output: str = rerun.OUT) -> tuple[Ending, str]:
    """A run in ``folder``; its ending, and what it said."""

    def work() -> int:
        os.chdir(folder)
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        arguments = rerun.line()
        arguments[arguments.index(rerun.OUT)] = output
        return engine.here([*arguments, "--progress", "none"])

    reading, writing = os.pipe()  # no limit of a file's size holds for what is said through it
    ending = wait(start(Job("run", work, place / "run", stderr=writing)), 60.0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
        return ending, pipe.read()


def _judged(results: rerun.Results, folder: Path, ending: Ending, said: str) -> str:
    """A sentence and the whole old result, or the whole new one."""
    problem = _said_wrongly(ending, said) or results.verdict(folder, ending.code == 0)
    return f"{ending.in_words()}: {problem}" if problem else ""


def _said_wrongly(ending: Ending, said: str) -> str:
    if not ending.in_time or ending.code not in (0, verdicts.BAD_INPUT):
        return f"{verdicts.stack(said)} {said.strip()[-160:]}"
    return verdicts.stack(said) or (verdicts.sentence(said) if ending.code else "")


def _in_a_new_folder(results: rerun.Results, place: Path, disk: Path) -> str:
    """The inputs lie on a large disk, the results are to go to the small one, where nothing is."""
    folder = results.copied(place / "desk")
    ending, said = _run(folder, place, None, str(disk / "a" / "out"))
    if problem := _said_wrongly(ending, said):
        return f"{ending.in_words()}: {problem}"
    left = sorted(path.name for path in disk.rglob("*"))
    if ending.code:
        return f"{', '.join(left[:3])} was left behind." if left else ""
    return (
        ""
        if outcome.marks(disk / "a" / "out") == results.new
        else "It said that it was done, and the result is not whole."
    )


def _may_mount() -> bool:
    """Give this process mounts of its own, which end with it; False where that is not allowed."""
    try:
        _call("unshare", _CLONE_NEWNS)
        _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    except (OSError, AttributeError):
        return False
    return True


def _mount(place: Path, size: int) -> None:
    size = -(-size // PAGE) * PAGE
    _call("mount", b"tmpfs", bytes(place), b"tmpfs", 0, f"size={size}".encode())


def _call(name: str, *arguments) -> None:
    """A function of the C library; raises OSError as Python's own would."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
