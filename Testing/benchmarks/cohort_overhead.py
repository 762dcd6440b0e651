"""What a cohort costs besides the work: ``python Testing/benchmarks/cohort_overhead.py [--pairs 10000] [--workers 2]``.

Every pair is sent, claimed, begun, ended and counted as any other, but nothing is registered. Printed are the seconds,
and how much memory this process, which holds the scheduler and client of Dask, and a worker take.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
from nodeo import Settings
from nodeo.cohort import cluster, dispatch
from nodeo.cohort.pair import Pair
from nodeo.cohort.run import planned, run_pairs
from nodeo.cohort.shares import Shares


def nothing(_pair: Pair, _progress: object) -> None:
    """What every pair does."""


def memory_mb(process: psutil.Process) -> float:
    """What is resident of a process."""
    return process.memory_info().rss / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=10_000)
    options.add_argument("--workers", type=int, default=2)
    asked = options.parse_args()
    settings = Settings.preset("balanced")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "cohort"
        files = {role: f"/data/sub/ses/anat/{role}_of_a_usual_length.nii.gz" for role in ("fixed", "moving")}
        pairs = [Pair(f"pair-{n:06}", output / f"pair-{n:06}", files, settings) for n in range(asked.pairs)]
        start = time.perf_counter()
        plan = planned(pairs, output, overwrite=False)
        looked = time.perf_counter() - start
        with cluster.local(Shares(asked.workers, 1)) as client:
            here = psutil.Process()
            before, start, most = memory_mb(here), time.perf_counter(), 0.0

            def tell(_news: object) -> None:
                nonlocal most
                most = max(most, memory_mb(here))

            run_pairs(plan, pairs, nothing, tell, partial(dispatch.outcomes, client))
            seconds = time.perf_counter() - start
            worker = max(client.run(lambda: psutil.Process().memory_info().rss / 1e6).values())
    print(
        f"{asked.pairs} pairs, {asked.workers} workers: {looked:.1f} s to see what is missing, {seconds:.1f} s to run, "
        f"{1000 * seconds / asked.pairs:.2f} ms a pair; scheduler and client {before:.0f} -> {most:.0f} MB, a worker "
        f"{worker:.0f} MB"
    )


if __name__ == "__main__":
    main()
