"""This engine and its peers side by side: each in a process of its own, with the same inputs and threads.

    python Testing/benchmarks/compare.py --output build/bench
    python Testing/benchmarks/compare.py --output build/mine --pairs mine.csv hippocampus --methods balanced greedy
    python Testing/benchmarks/compare.py --output build/bench --reuse    # go on, and again what has changed since

Writes ``results.jsonl``, all raw numbers, after every run; at the end ``tables.md``, CSV files and pictures. What is
measured and how, and what runs by default, is said in README.md beside this file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from comparison import Comparison
from methods import METHODS
from nodeo.errors import InputError
from pair_files import chosen
from pairs import DEFAULT, GROUPS, ROOT
from publish import publish


def main() -> int:
    """Run what was asked for; exit code 2 if it was asked for wrongly."""
    options = _options()
    try:
        pairs = chosen(options.pairs) if options.pairs else [pair for pair in DEFAULT if pair.present]
        comparison = Comparison(options, pairs)
        comparison.prepare()
    except InputError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 2
    try:
        comparison.run()
    finally:
        if comparison.results.runs:
            publish(comparison.results, comparison.output, options.readme)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="DIR")
    add("--pairs", nargs="+", metavar="PAIR", help=f"names, {', '.join(GROUPS)}, or CSV or JSON files of pairs")
    add("--methods", nargs="+", choices=METHODS, metavar="METHOD", help=", ".join(METHODS))
    add("--repeats", type=int, metavar="N", help="of every method (default: 3 where the bars compare times, else 1)")
    add("--threads", type=int, default=2, metavar="N", help="default: 2")
    add("--device", nargs="+", choices=("cpu", "cuda"), help="default: every one that is here")
    add("--minutes", type=float, default=57.0, help="start no run that would end later than that (default: 57)")
    add("--reuse", action="store_true", help="keep earlier runs, but for those of code that has changed since")
    add("--keep", action="store_true", help="leave all fields on the disk")
    add("--readme", action="store_true", help="put tables and pictures into README.md beside this file")
    add("--peers-python", type=Path, default=ROOT / ".venv-peers" / "bin" / "python", metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
