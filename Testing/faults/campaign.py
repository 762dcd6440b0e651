"""The campaign: everything that has once gone wrong, and what is like it, tried again.

    python Testing/faults/campaign.py --output build/faults
    python Testing/faults/campaign.py --output build/faults --only corpus relations
    python Testing/faults/campaign.py --output build/faults --cases 'corpus/pixels/fixed: constant 0'
    python Testing/faults/campaign.py --output build/faults --readme      # the table into Documentation/trust.md

Writes ``faults.jsonl``, a case a line, and ``faults.md``: the table, and how to repeat each case that failed. Exit
code 1 if any did.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faults.plan import Plan
    from faults.records import Record

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("corpus", "signals", "disk", "memory", "relations", "maps")
PAGE = ROOT / "Resources" / "Documentation" / "trust.md"


def main() -> int:
    """Run what was asked for; exit code 1 if a promise did not hold."""
    options = _options()
    sys.path[:0] = [str(ROOT / folder) for folder in ("Testing", "Testing/helpers", "NODEORegistration")]
    from faults import engine, report
    from faults.plan import Plan
    from faults.records import RECORD, write

    engine.load()
    output: Path = options.output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    records: list[Record] = []
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="faults-", dir=options.scratch, ignore_cleanup_errors=True) as scratch:
        plan = Plan(Path(scratch), options.seed, options.jobs, options.cases)
        for part in options.only:
            begin = time.monotonic()
            with report.Counter(part) as counter:
                for record in _records_of(part, plan):
                    records.append(record)
                    counter.show(record)
            seconds[part] = time.monotonic() - begin
            write(output / RECORD, records)
    text = report.document(records, seconds, options.seed)
    (output / "faults.md").write_text(text, encoding="utf-8", errors="backslashreplace")
    if options.readme:
        report.fill(PAGE, text)
    failed = sum(bool(record.failure) for record in records)
    print(f"\n{len(records)} cases, {failed} failed. See {output / 'faults.md'}")
    return 1 if failed else 0


def _records_of(part: str, plan: Plan) -> Iterator[Record]:
    """What a part finds; if the engine cannot even do what the part begins with, that."""
    from faults.records import Record

    try:
        yield from import_module(f"faults.{part}").run(plan)
    except RuntimeError as error:
        yield Record(part, "the part itself", "to its end", str(error))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="DIR")
    add("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    add("--cases", nargs="+", default=(), metavar="PATTERN", help="of part/family/case, such as 'corpus/files/*'")
    add("--seed", type=int, default=0, metavar="N", help="of random points, angles and orders (default: 0)")
    add("--jobs", type=int, default=2, metavar="N", help="cases at the same time (default: 2)")
    add("--scratch", type=Path, metavar="DIR", help="where to work (default: the system's temporary folder)")
    add("--readme", action="store_true", help="put the table into Resources/Documentation/trust.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
