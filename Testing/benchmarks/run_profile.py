"""Where the time of a whole run goes: from the call to the exit, stage by stage, and what of it is no iteration.

    python Testing/benchmarks/run_profile.py
    python Testing/benchmarks/run_profile.py --pairs hippocampus_001_003 --presets fast balanced --repeats 5 --served

A process of its own for every run; medians. ``--served`` asks the same of ``nodeo serve`` once it is ready, and tells
the time from the request to the first iteration. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import timed_run
from methods import ENGINE
from pairs import NAMED, Pair


def main() -> int:
    """Print a table a pair."""
    options = _options()
    for name in options.pairs:
        columns = {}
        for preset in options.presets:
            runs = [_profile(NAMED[name], preset, options.threads) for _ in range(options.repeats)]
            columns[preset] = {stage: median(run.get(stage, 0.0) for run in runs) for stage in runs[0]}
        if options.served:
            for preset in options.presets:
                columns[f"{preset}, served"] = _served(NAMED[name], preset, options.threads, options.repeats)
        print(_table(name, columns), flush=True)
    return 0


def _profile(pair: Pair, preset: str, threads: int) -> dict[str, float]:
    """Seconds by stage of one run, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("--preset", preset, "--initial", pair.initial)
        cost, events = timed_run.register((pair.fixed, pair.moving), Path(folder), threads, *words)
        if cost.failure:
            raise RuntimeError(f"{pair.name}: {cost.failure}")
        metrics = json.loads((Path(folder) / "result" / "metrics.json").read_text(encoding="utf-8"))
    stages = {name: value for name, value in metrics["seconds"].items() if name != "total"}
    begun = next(event.seconds for event in events)
    told = _by_iteration(events)
    shown = {"start-up": begun}
    for name, value in stages.items():
        if name in told:
            shown[f"{name}: iterations"] = told[name]
            shown[f"{name}: set-up and certificate"] = value - told[name]
        else:
            shown[name] = value
    finished = events[-1].seconds
    shown["writing"] = max(0.0, finished - begun - sum(stages.values()))
    shown["exit"] = cost.wall - finished
    shown["all"] = cost.wall
    shown["no iteration, share"] = 1.0 - sum(told.values()) / cost.wall
    return shown


def _by_iteration(events: list[timed_run.Event]) -> dict[str, float]:
    """Seconds of each level's iterations: as many as there were of the median length."""
    counts: dict[int, int] = {}
    for event in events:
        if event.news.get("iteration"):
            counts[event.news["level"]] = event.news["iteration"]
    each = timed_run.iteration_seconds(events)
    return {f"level {level}": counts[level] * seconds for level, seconds in zip(sorted(counts), each, strict=True)}


def _served(pair: Pair, preset: str, threads: int, repeats: int) -> dict[str, float]:
    """Seconds from a request to a worker that is ready to its first iteration, and to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ENGINE)}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "nodeo", "serve"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as worker,
    ):
        assert worker.stdin is not None and worker.stdout is not None
        events = (json.loads(line) for line in worker.stdout)
        next(event for event in events if event["event"] == "ready")
        first, whole = [], []
        for run in range(repeats):
            words = ["register", str(pair.fixed), str(pair.moving), "--output", f"{folder}/{run}"]
            words += ["--preset", preset, "--initial", pair.initial, "--threads", str(threads)]
            start = time.perf_counter()
            worker.stdin.write(json.dumps({"run": run, "arguments": words}) + "\n")
            worker.stdin.flush()
            next(event for event in events if event.get("iteration"))
            first.append(time.perf_counter() - start)
            done = next(event for event in events if event["event"] == "done")
            if done["exit_code"]:
                raise RuntimeError(f"{pair.name}: exit code {done['exit_code']}")
            whole.append(time.perf_counter() - start)
        worker.stdin.close()
    return {"request to first iteration": median(first), "all": median(whole)}


def _table(name: str, columns: dict[str, dict[str, float]]) -> str:
    stages = list(dict.fromkeys(stage for column in columns.values() for stage in column))
    stages.sort(key=lambda stage: (stage.startswith("no iteration"), stage == "all"))
    lines = [f"| {name}, s | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for stage in stages:
        cells = []
        for column in columns.values():
            value = column.get(stage)
            share = stage.startswith("no iteration")
            cells.append("" if value is None else f"{value:.0%}" if share else f"{value:.2f}")
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--pairs", nargs="+", default=["oasis_pair", "hippocampus_001_003"], choices=NAMED, metavar="PAIR")
    add("--presets", nargs="+", default=["fast", "balanced"], metavar="PRESET")
    add("--threads", type=int, default=2, metavar="N")
    add("--repeats", type=int, default=3, metavar="N")
    add("--served", action="store_true", help="through nodeo serve, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
