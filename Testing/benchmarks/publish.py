"""From the record of all runs to what people read.

python Testing/benchmarks/publish.py build/bench [--readme]
python Testing/benchmarks/publish.py Testing/benchmarks/results/2026-11-23-cpu.jsonl.gz --output build/published
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bars import verdicts
from nodeo.files.writing import appearing_file
from paired import against_all
from plots import draw
from result_tables import document, method_records, rivals_of, structure_records, write_csv
from results import RECORD, Results

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def publish(results: Results, folder: Path, readme: bool = False) -> None:
    """Write ``tables.md``, four CSV files and the pictures; with ``readme``, put tables and pictures there, too."""
    text = document(results)
    (folder / "tables.md").write_text(text, encoding="utf-8")
    write_csv(folder / "methods.csv", method_records(results))
    write_csv(folder / "structures.csv", structure_records(results))
    write_csv(folder / "bars.csv", [asdict(one) for one in verdicts(results)])
    write_csv(folder / "paired.csv", [asdict(one) for one in against_all(results, "balanced", rivals_of(results))])
    pictures = draw(results, folder)
    if readme:
        fill(README, text, pictures)


def fill(page: Path, text: str, pictures: Sequence[Path] = ()) -> None:
    """Replace what stands between the two markers of a page; pictures go into ``pictures`` beside it."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    beside = page.parent / "pictures"
    links = []
    for picture in pictures:
        beside.mkdir(exist_ok=True)
        shutil.copyfile(picture, beside / picture.name)
        links.append(f"![{picture.stem.replace('_', ' ')}](pictures/{picture.name})\n\n")
    with appearing_file(page) as partial:
        partial.write_text(f"{before}{BEGIN}\n{''.join(links)}{text}{END}{after}", encoding="utf-8")


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
