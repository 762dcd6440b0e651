"""All runs of one call, one after the other: nothing else runs while the clock does."""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import machine
import SimpleITK as sitk
from measure import agreement
from nodeo.evaluation.structures import choose
from pairs import ROOT, Pair
from plan import ENOUGH_SECONDS, Forecast, Job, in_order, jobs
from prepared import Prepared, prepare
from results import RECORD, Results, Run, mean_dice
from runner import Bench


class Comparison:
    """The pairs, the methods, and what is known of them so far.

    Attributes:
        output: the folder.
        results: old and new.
    """

    def __init__(self, options: argparse.Namespace, pairs: Sequence[Pair]) -> None:
        self.options, self.pairs = options, in_order(pairs)
        self.output: Path = options.output.absolute()
        self.output.mkdir(parents=True, exist_ok=True)
        self.file = self.output / RECORD
        self.results = Results()
        if self.file.is_file() and options.reuse:
            self.results = Results.read(self.file)
        elif self.file.is_file():
            self.file.replace(self.file.with_name(f"previous.{RECORD}"))
        self.devices = options.device or _devices()
        session = len(self.results.sessions)
        python = options.peers_python.absolute()
        self.bench = Bench(self.output, python, options.threads, session, options.keep)
        self.forecast = Forecast()
        self.todo: list[list[Job]] = []

    def prepare(self) -> None:
        """Make every pair ready, and plan what to do with it.

        Raises:
            InputError: a pair cannot be used.
        """
        for pair in self.pairs:
            ready = prepare(pair, self.output / "inputs" / pair.name, anew=not self.options.reuse)
            if pair.name not in self.results.pairs:
                self.results.pairs[pair.name] = about(ready)
            self.todo.append(jobs(ready, self.options.methods, self.devices, self.options.repeats))
        shown = ("pairs", "methods", "repeats", "threads", "reuse")
        self.results.sessions.append(
            {
                "date": datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
                "machine": machine.describe(ROOT),
                "options": {**{key: getattr(self.options, key) for key in shown}, "device": self.devices},
            }
        )

    def run(self) -> None:
        """Pair after pair; on each, the methods take turns until all have had their repeats."""
        start = time.monotonic()
        turns = [(job, repeat) for here in self.todo for job, repeat in _in_turns(here)]
        for number, (job, repeat) in enumerate(turns, start=1):
            if not self._needed(job, repeat):
                continue
            elapsed = time.monotonic() - start
            if elapsed + self.forecast.of(job) > 60.0 * self.options.minutes:
                outcome = f"left out, it would end after {self.options.minutes:g} min"
            else:
                outcome = self._turn(job, repeat)
            left = sum(self.forecast.of(other) for other, again in turns[number:] if self._likely(other, again))
            text = f"[{number}/{len(turns)}] {job.pair.pair.name} · {job.method.title} ({job.device}): {outcome}"
            print(f"{text} · {_minutes(left)} left", file=sys.stderr, flush=True)

    def _turn(self, job: Job, repeat: int) -> str:
        """Run, record, and say how it went."""
        began = time.monotonic()
        run = self.bench.run(job, repeat)
        self.forecast.saw(job, time.monotonic() - began)
        self.results.runs.append(run)
        self.results.write(self.file)
        return run.failure or self._outcome(run)

    def _outcome(self, run: Run) -> str:
        if run.scores is None:
            return f"{run.cost['wall']:.1f} s"
        sets, errors = self.results.pairs[run.pair]["structures"], run.scores.get("landmarks", {})
        dice = [f"Dice {title} {mean_dice(run.scores, codes):.4f}" for title, codes in sets.items()]
        shown = [f"{title} {error['mean']:.2f} mm" for title, error in errors.items()]
        return ", ".join([f"{run.cost['wall']:.1f} s", *dice[:1], *shown])

    def _needed(self, job: Job, repeat: int) -> bool:
        """Whether a run is not there yet, and worth it."""
        made = self._current(job)
        if any(run.repeat == repeat or run.failure for run in made):
            return False
        return self.options.repeats is not None or sum(run.cost["wall"] for run in made) < ENOUGH_SECONDS

    def _likely(self, job: Job, repeat: int) -> bool:
        """Whether a run will be needed, as far as can be told."""
        enough = self.options.repeats is None and self.forecast.of(job) * repeat >= ENOUGH_SECONDS
        return not enough and self._needed(job, repeat)

    def _current(self, job: Job) -> list[Run]:
        """The runs there are; those of other code are forgotten, and what failed in an earlier call."""
        key = (job.pair.pair.name, job.method.name, job.device)
        fingerprint = job.method.fingerprint(self.bench.python)

        def counts(run: Run) -> bool:
            return run.fingerprint == fingerprint and (not run.failure or run.session == self.bench.session)

        self.results.runs = [run for run in self.results.runs if run.key != key or counts(run)]
        return self.results.of(*key)


def _in_turns(here: Sequence[Job]) -> list[tuple[Job, int]]:
    """A, B, C, then A, B, C again: what drifts while they run hits all alike."""
    most = max((job.repeats for job in here), default=0)
    return [(job, repeat) for repeat in range(most) for job in here if repeat < job.repeats]


def _devices() -> list[str]:
    import torch

    return ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


def about(pair: Prepared) -> dict[str, Any]:
    """A pair for the record: its grid, its structures, and what the truth says before any registration.

    Raises:
        InputError: its label maps have nothing in common.
    """
    start = agreement(pair, sitk.Transform(len(pair.size), sitk.sitkIdentity))
    common = [int(code) for code in start.get("dice", {})]
    sets = {title: choose(which, common) for title, which in pair.pair.structures.items()} if common else {}
    return {
        "size": list(pair.size),
        "spacing": list(pair.spacing),
        "kind": pair.pair.kind,
        "group": pair.pair.group,
        "case": pair.pair.case or pair.pair.name,
        "initial": pair.pair.initial,
        "structures": {title: list(codes) for title, codes in sets.items()},
        "start": start,
    }
