"""From the record of all runs to what people read: tables, pictures, and the section of the README.

python Testing/benchmarks/publish.py build/bench [--readme]
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from bars import verdicts
from nodeo.result import appearing_file
from paired import against_all
from plots import draw
from result_tables import document, method_records, rivals_of, structure_records, write_csv
from results import Results

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def publish(results: Results, folder: Path, readme: bool = False) -> None:
    """Write ``tables.md``, four CSV files and the pictures; with ``readme``, put the tables into the README, too."""
    text = document(results)
    (folder / "tables.md").write_text(text, encoding="utf-8")
    write_csv(folder / "methods.csv", method_records(results))
    write_csv(folder / "structures.csv", structure_records(results))
    write_csv(folder / "bars.csv", [asdict(one) for one in verdicts(results)])
    write_csv(folder / "paired.csv", [asdict(one) for one in against_all(results, "balanced", rivals_of(results))])
    draw(results, folder)
    if readme:
        fill(README, text)


def fill(page: Path, text: str) -> None:
    """Replace what stands between the two markers of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    with appearing_file(page) as partial:
        partial.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="put the tables into README.md beside this file")
    options = parser.parse_args()
    publish(Results.read(options.folder / "results.json"), options.folder, options.readme)


if __name__ == "__main__":
    main()
