"""Does ``similarity=auto`` decide well? On every pair that is here, and on what can be made of each.

    python Testing/benchmarks/contrast.py
    python Testing/benchmarks/contrast.py --pairs sample hippocampus_001_003 --json build/contrast.json

The pairs lie in ``../shared/data`` (the sample pair ships with the project). Of each, in both directions, the gain is
told: by how much better the images agree, in small windows, after the best function of their grey levels (see
``nodeo/start/contrast.py``). Then the same of cuts and warps of the pair and of other grey levels of the moving image:
none of them was used to find the limit. Prints a line a pair and the table; exit code 1 if a whole pair is decided
wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from contrast_cases import EITHER, SAME, Case, held_out, pairs
from nodeo import Settings
from nodeo.engine import devices, inputs, preparation
from nodeo.field.initial_transform import InitialTransform
from nodeo.start.contrast import Choice, chosen


@dataclass(frozen=True)
class Decision:
    """What was decided on a case.

    Attributes:
        pair, change, kind: of the case.
        gain: of agreement by the best function.
        name: of the similarity.
    """

    pair: str
    change: str
    kind: str
    gain: float
    name: str

    @property
    def wrong(self) -> bool:
        """Whether scans of one kind were taken for two, or the other way round."""
        return self.kind != EITHER and (self.name == "lncc") != (self.kind == SAME)


def decided(case: Case) -> Decision:
    """As a registration decides it."""
    images = (inputs.check_image(image, "image") for image in (case.fixed, case.moving))
    scans = preparation.prepare(*images, None, None, Settings())
    with devices.threads(1):
        choice: Choice = chosen("auto", *scans, InitialTransform(case.start, scans[0].grid))
    return Decision(case.pair, case.change, case.kind, choice.gain, choice.name)


def table(decisions: Iterable[Decision]) -> str:
    """A row for each change and kind, in Markdown."""
    rows = ["| | kind | cases | gain: least, median, most | wrong | of |", "|---|---|---|---|---|---|"]
    ordered = sorted(decisions, key=lambda one: (one.kind != SAME, one.kind, one.change))
    for (kind, change), group in groupby(ordered, key=lambda one: (one.kind, one.change)):
        those = list(group)
        gains = np.array([one.gain for one in those])
        wrong = [one.pair for one in those if one.wrong]
        where = ", ".join(f"{name} ({wrong.count(name)})" for name in sorted(set(wrong)))
        spread = f"{gains.min():.3f}, {np.median(gains):.3f}, {gains.max():.3f}"
        rows.append(f"| {change or 'whole pairs'} | {kind} | {len(those)} | {spread} | {len(wrong)} | {where} |")
    return "\n".join(rows)


def main() -> int:
    """Decide on everything; exit code 1 if a whole pair is decided wrongly."""
    options = _options()
    decisions: list[Decision] = []
    for pair in pairs():
        if options.pairs and pair.pair not in options.pairs:
            continue
        there, back = decided(pair), decided(pair.reversed())
        print(
            f"{pair.pair:30s} {pair.kind:6s} gain {there.gain:6.3f} {back.gain:6.3f}  {there.name} {back.name}",
            flush=True,
        )
        decisions += [there, back, *map(decided, held_out(pair))]
    print(table(decisions))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(one) for one in decisions], indent=2) + "\n", encoding="utf-8")
    return int(any(one.wrong for one in decisions if not one.change))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", nargs="+", metavar="PAIR", help="names as they are printed (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every decision there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
