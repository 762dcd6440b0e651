"""What a registration asks of a GPU, counted on a simulated card, and the time that an H100 would need: an estimate.

    python Testing/benchmarks/gpu_estimate.py --output build/bench/gpu
    python Testing/benchmarks/gpu_estimate.py --output build/bench/gpu --pairs cardiac_p1 --preset fast

Every operation is caught and run on the CPU. An estimate of the card's time is what its launches, waits and bytes cost.
What stays on the host is measured there: the processor time of a stage, less that of the caught operations and of
catching them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import torch
from nodeo import Settings, register
from nodeo.engine import devices
from nodeo.progress import Reporter
from pairs import NAMED
from prepared import read_both
from textured_pair import textured_pair

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from simulated_card import Card, plugged_in

LAUNCH, WAIT, BANDWIDTH = 5e-6, 20e-6, 2.5e12  # s, s, bytes/s of an H100, as they are usually told
_READ = 1e6  # bytes in a megabyte
_SMALL = 24  # voxels an axis
_MANY = 5000  # operations


def main() -> int:
    """Count, and write the table."""
    options = _options()
    options.output.mkdir(parents=True, exist_ok=True)
    parts = [_section(name, options.preset) for name in options.pairs]
    text = "\n\n".join(parts) + "\n"
    (options.output / "gpu_estimate.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def _section(name: str, preset: str) -> str:
    """The table of one pair."""
    pair = NAMED[name]
    images = read_both(pair.fixed, pair.moving)
    iterations: dict[str, int] = {}

    def told(news) -> None:
        if news.iteration:
            stage = f"level {news.level}"
            iterations[stage] = max(iterations.get(stage, 0), news.iteration)

    settings = Settings.preset(preset).replace(initial=pair.initial, threads=1)
    with plugged_in() as card, patch.object(devices, "choose", lambda name: card.device):
        watch = _Watch(card)
        with watch.watching(), patch.object(devices, "describe", str):
            register(*textured_pair(_SMALL), settings.assign("iterations=1"))  # what has to be imported is
            for told_so_far in (watch.host, watch.caught, card.costs):
                told_so_far.clear()
            register(*images, settings, progress=told)
            catching = watch.catching()
    lines = ["| stage | launches | an iteration | waits | an iteration | GB moved | card, s | host, CPU-s |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    whole, alone = 0.0, 0.0
    for stage in watch.host:
        cost = card.costs.get(stage)
        launches, waits, moved = (cost.total, cost.waits, cost.moved) if cost else (0, 0, 0)
        seconds = max(launches * LAUNCH, moved / BANDWIDTH) + waits * WAIT
        count = iterations.get(stage)
        each = [f"{launches / count:.0f}", f"{waits / count:.1f}"] if count else ["", ""]
        off_card = max(0.0, watch.host[stage] - catching * watch.caught[stage])
        whole, alone = whole + seconds, alone + (0.0 if count else off_card)
        shown = [stage, f"{launches}", each[0], f"{waits}", each[1], f"{moved / 1e9:.1f}", f"{seconds:.3f}"]
        lines.append("| " + " | ".join([*shown, "" if count else f"{off_card:.2f}"]) + " |")
    lines.append(f"| all | | | | | | {whole:.2f} | {alone:.2f} |")
    size = "×".join(map(str, images[0].GetSize()))
    head = f"### {name}, {preset}: {size}, peak {card.peak / _READ:.0f} MB on the card"
    return head + "\n\n" + "\n".join(lines)


class _Watch:
    """The processor time of each stage outside the operations that a card catches.

    Attributes:
        host: by stage, s.
        caught: by stage, how many operations.
    """

    def __init__(self, card: Card) -> None:
        self.host: Counter[str] = Counter()
        self.caught: Counter[str] = Counter()
        self._card = card
        self._inside = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """For as long as the block lasts."""
        run, usual, of = self._card.run, Reporter.timed, self.of

        def counted(*arguments):
            start = time.process_time()
            try:
                return run(*arguments)
            finally:
                self._inside += time.process_time() - start
                self.caught[self._card.stage] += 1

        @contextmanager
        def timed(reporter: Reporter, stage: str):
            with of(stage), usual(reporter, stage):
                yield

        with patch.object(self._card, "run", counted), patch.object(Reporter, "timed", timed):
            yield

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """What the block does is that stage."""
        before, self._card.stage = self._card.stage, stage
        start, caught = time.process_time(), self._inside
        try:
            yield
        finally:
            self.host[stage] += time.process_time() - start - (self._inside - caught)
            self._card.stage = before

    def catching(self) -> float:
        """Seconds that it takes to catch one operation."""
        values = torch.ones(1, device=self._card.device)
        with self.of("catching"):
            for _ in range(_MANY):
                values.add_(1.0)
        self.caught.pop("catching")
        return self.host.pop("catching") / _MANY


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pairs", nargs="+", default=["oasis_pair"], choices=NAMED, metavar="PAIR")
    parser.add_argument("--preset", default="balanced", help="default: balanced")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
