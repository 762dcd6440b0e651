"""What the stages of one iteration cost at each level, beside what they would cost at the least on this machine.

    python Testing/benchmarks/iteration_profile.py --output build/bench/profile
    python Testing/benchmarks/iteration_profile.py --output build/profile --pair sample --threads 1 --preset accurate
    python Testing/benchmarks/iteration_profile.py --output build/profile --device cuda

Writes ``iteration_profile.json``, ``.md`` and ``.png``. What is measured and how is said in iteration_profile.md beside
this file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nodeo.app import process
from nodeo.errors import InputError
from nodeo.settings import PRESETS, Settings
from pairs import NAMED, ROOT

PAGE = Path(__file__).with_name("iteration_profile.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Profile one pair; exit code 2 if it was asked for wrongly."""
    options = _options(arguments)
    process.make_ready()  # as the command line does, before torch is loaded
    output = options.output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    try:
        record = _measured(options)
    except InputError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 2
    publish(record, output, options.page)
    print((output / "iteration_profile.md").read_text(encoding="utf-8"))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="DIR")
    add("--pair", choices=NAMED, help="default: oasis_pair, or else the sample pair")
    add("--preset", choices=[name for name in PRESETS if name != "paper"], default="balanced")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the engine, over the preset")
    add("--threads", type=int, default=1, metavar="N", help="default: 1")
    add("--device", default="cpu", help="cpu (default) or cuda")
    add("--repeats", type=int, default=5, metavar="N", help="iterations that count, a level (default: 5)")
    add("--page", action="store_true", help="put tables and picture into iteration_profile.md beside this file")
    return parser.parse_args(arguments)


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that was measured, JSON-able."""
    import machine
    from level_profiles import profile
    from nodeo.engine import devices
    from prepared import prepare

    pair = NAMED[options.pair or ("oasis_pair" if NAMED["oasis_pair"].present else "sample")]
    settings = Settings.preset(options.preset).assign(*options.set)
    with devices.threads(options.threads), tempfile.TemporaryDirectory() as folder:
        device = devices.choose(options.device)
        ready = prepare(pair, Path(folder))
        levels = profile(ready.image("fixed"), ready.image("moving"), settings, device, options.repeats)
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
        "machine": machine.describe(ROOT),
        "pair": pair.name,
        "size": ready.size,
        "preset": options.preset,
        "settings": options.set,
        "device": options.device,
        "threads": options.threads if device.type == "cpu" else 1,
        "levels": levels,
    }


def publish(record: dict[str, Any], output: Path, page: bool = False) -> None:
    """Write the record, its tables and its picture; with ``page``, put the latter two into the page, too."""
    from dataclasses import asdict

    from profile_plot import draw
    from profile_tables import document
    from publish import fill

    levels, threads = record["levels"], record["threads"]
    record = {**record, "levels": [asdict(level) for level in levels]}
    (output / "iteration_profile.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    text = document(record)
    (output / "iteration_profile.md").write_text(text, encoding="utf-8")
    title = f"An iteration of {record['preset']} on {record['pair']}, {threads} thread{'s' * (threads > 1)}"
    picture = draw(levels, threads, title, output / "iteration_profile.png")
    if page:
        fill(PAGE, text, [picture])


if __name__ == "__main__":
    sys.exit(main())
