"""Time and memory of whole registrations against image size and threads, and how long they take to start.

    python Testing/benchmarks/scaling.py --output build/bench/scaling
    python Testing/benchmarks/scaling.py --output build/scaling --sizes 64 128 --threads 1 2 4 --preset fast
    python Testing/benchmarks/scaling.py --output build/scaling --device cuda --set similarity=mi

Writes ``scaling.json``, ``scaling.md``, ``scaling.csv`` and ``scaling.png``. What is measured and how is said in
scaling.md beside this file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import machine
import startup
from nodeo.errors import InputError
from nodeo.settings import PRESETS, Settings
from pairs import NAMED, ROOT
from publish import fill
from result_tables import write_csv
from scaling_plot import draw
from scaling_runs import ScalingRun, Sweep, comparable
from scaling_tables import document, exponents, records

PAGE = Path(__file__).with_name("scaling.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep; exit code 2 if it was asked for wrongly."""
    options = _options(arguments)
    output = options.output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    try:
        changes = _changes(options)
        with tempfile.TemporaryDirectory(dir=output) as folder:
            sweep = Sweep(Path(folder), options.preset, changes, options.device)
            runs = _sweep(sweep, options.sizes, options.threads)
    except InputError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 2
    record = {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
        "machine": machine.describe(ROOT),
        "preset": options.preset,
        "device": options.device,
        "settings": changes,
        "runs": [asdict(run) for run in runs],
        "exponents": exponents(runs),
        "startup": _startup(options),
    }
    publish(record, output, options.page)
    print((output / "scaling.md").read_text(encoding="utf-8"))
    return int(any(run.failure for run in runs))


def publish(record: dict[str, Any], output: Path, page: bool = False) -> None:
    """Write the record, its tables and its picture; with ``page``, put the latter two into scaling.md, too."""
    runs = [ScalingRun.of(one) for one in record["runs"]]
    (output / "scaling.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    text = document(record)
    (output / "scaling.md").write_text(text, encoding="utf-8")
    write_csv(output / "scaling.csv", records(runs))
    pictures = [draw(runs, output / "scaling.png")] if any(not run.failure for run in runs) else []
    if page:
        fill(PAGE, text, pictures)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="DIR")
    add("--sizes", type=int, nargs="+", default=[64, 96, 128, 192, 256], metavar="N", help="voxels along each axis")
    add("--threads", type=int, nargs="+", default=[1, 2], metavar="N")
    add("--preset", choices=PRESETS, default="balanced")
    add("--device", choices=("cpu", "cuda"), default="cpu")
    add("--iterations", type=int, default=4, metavar="N", help="of every level, at least 2 (default: 4)")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the engine, over all others")
    add("--pair", choices=NAMED, help="for the start-up; default: oasis_pair, or else the sample pair")
    add("--repeats", type=int, default=5, metavar="N", help="of the start-up; 0: leave it out (default: 5)")
    add("--page", action="store_true", help="put tables and picture into scaling.md beside this file")
    return parser.parse_args(arguments)


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    """The settings over the preset.

    Raises:
        InputError: one of them is not what the engine understands.
    """
    if options.iterations < 2:
        raise InputError(f"--iterations is {options.iterations}.", "Time is taken between iterations: it needs 2.")
    changes = comparable(options.preset, options.iterations)
    changes |= dict(assignment.partition("=")[::2] for assignment in options.set)
    Settings.preset(options.preset).replace(**changes)
    return changes


def _sweep(sweep: Sweep, sizes: Sequence[int], threads: Sequence[int]) -> list[ScalingRun]:
    """Every size with every number of threads."""
    runs = []
    for size in sizes:
        images, levels = sweep.pair(size)
        for count in threads:
            run = sweep.run(images, levels, size, count)
            runs.append(run)
            told = run.failure or f"{run.wall:.1f} s, {run.peak_mb:.0f} MB"
            print(f"{size}³, {count} thread{'s' * (count > 1)}: {told}", file=sys.stderr, flush=True)
        shutil.rmtree(images[0].parent)
    return runs


def _startup(options: argparse.Namespace) -> dict[str, Any] | None:
    if not options.repeats:
        return None
    pair = NAMED[options.pair or ("oasis_pair" if NAMED["oasis_pair"].present else "sample")]
    return startup.measure(pair, options.preset, options.device, max(options.threads), options.repeats)


if __name__ == "__main__":
    sys.exit(main())
