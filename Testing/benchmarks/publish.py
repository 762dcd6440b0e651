"""From the record of all runs to what people read.

python Testing/benchmarks/publish.py build/bench [--readme]
python Testing/benchmarks/publish.py Testing/benchmarks/results/2026-11-27-cpu.jsonl.gz --output build/published
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bars import verdicts
from hard_tables import hard_document
from nodeo.files.writing import appearing_file
from paired import against_all
from plan import HARD
from plots import draw
from result_tables import document, method_records, rivals_of, structure_records, write_csv
from results import RECORD, Results

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"


def publish(results: Results, folder: Path, readme: bool = False) -> None:
    """Write ``tables.md``, four CSV files and the pictures; with ``readme``, put tables and pictures there, too.

    The hard pairs have tables of their own, and a place of their own in the README: each stays as it is if only the
    other was measured.
    """
    usual, hard = results.only(lambda kind: kind not in HARD), results.only(lambda kind: kind in HARD)
    blocks = {}
    if usual.runs:
        blocks["results"] = (document(usual), draw(usual, folder))
    if hard.runs:
        blocks["hard"] = (hard_document(hard), [])
    (folder / "tables.md").write_text("\n".join(text for text, _ in blocks.values()), encoding="utf-8")
    write_csv(folder / "methods.csv", method_records(results))
    write_csv(folder / "structures.csv", structure_records(results))
    write_csv(folder / "bars.csv", [asdict(one) for one in verdicts(usual)])
    write_csv(folder / "paired.csv", [asdict(one) for one in against_all(usual, "balanced", rivals_of(usual))])
    if readme:
        for block, (text, pictures) in blocks.items():
            fill(README, text, pictures, block)


def fill(page: Path, text: str, pictures: Sequence[Path] = (), block: str = "results") -> None:
    """Replace what stands between the two markers of a block; pictures go into ``pictures`` beside the page."""
    begin, end = BEGIN.format(block), END.format(block)
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    beside = page.parent / "pictures"
    links = []
    for picture in pictures:
        beside.mkdir(exist_ok=True)
        shutil.copyfile(picture, beside / picture.name)
        links.append(f"![{picture.stem.replace('_', ' ')}](pictures/{picture.name})\n\n")
    with appearing_file(page) as partial:
        partial.write_text(f"{before}{begin}\n{''.join(links)}{text}{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", type=Path, help="folder of a benchmark, or the file with its runs")
    parser.add_argument("--output", type=Path, help="folder to write to (default: that of the runs)")
    parser.add_argument("--readme", action="store_true", help="put tables and pictures into README.md beside this file")
    options = parser.parse_args()
    record: Path = options.record / RECORD if options.record.is_dir() else options.record
    output: Path = options.output or record.parent
    output.mkdir(parents=True, exist_ok=True)
    publish(Results.read(record), output, options.readme)


if __name__ == "__main__":
    main()
