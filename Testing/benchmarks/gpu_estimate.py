"""What a registration asks of a GPU, counted on a simulated card, and the time that an H100 would need: an estimate.

    python Testing/benchmarks/gpu_estimate.py --output build/bench/gpu
    python Testing/benchmarks/gpu_estimate.py --output build/bench/gpu --pairs cardiac_p1 --preset fast

Every operation is caught and run on the CPU. An estimate of the card's time is what its launches, waits and bytes cost;
what stays on the host is measured there, as the processor time of the stage less that of the caught operations.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from nodeo import Settings, register
from nodeo.engine import devices
from nodeo.files.reading import read_image
from nodeo.progress import Reporter
from pairs import NAMED

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from simulated_card import plugged_in

LAUNCH, WAIT, BANDWIDTH = 5e-6, 20e-6, 2.5e12  # s, s, bytes/s of an H100, as they are usually told
_READ = 1e6  # bytes in a megabyte


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
    images = [read_image(path, role) for path, role in ((pair.fixed, "fixed image"), (pair.moving, "moving image"))]
    iterations: dict[str, int] = {}
    host: dict[str, float] = {}

    def told(news) -> None:
        if news.iteration:
            stage = f"level {news.level}"
            iterations[stage] = max(iterations.get(stage, 0), news.iteration)

    with plugged_in() as card:
        usual, run = Reporter.timed, card.run
        inside = [0.0]

        def counted(*arguments):
            start = time.process_time()
            try:
                return run(*arguments)
            finally:
                inside[0] += time.process_time() - start

        @contextmanager
        def timed(self, stage: str):
            before, card.stage = card.stage, stage
            start, caught = time.process_time(), inside[0]
            try:
                with usual(self, stage):
                    yield
            finally:
                host[stage] = host.get(stage, 0.0) + time.process_time() - start - (inside[0] - caught)
                card.stage = before

        with (
            patch.object(card, "run", counted),
            patch.object(Reporter, "timed", timed),
            patch.object(devices, "choose", lambda name: card.device),
            patch.object(devices, "describe", str),
        ):
            register(*images, Settings.preset(preset).replace(initial=pair.initial, threads=1), progress=told)
    lines = ["| stage | launches | an iteration | waits | an iteration | GB moved | card, s | host alone, CPU-s |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    whole, alone = 0.0, 0.0
    for stage in host:
        cost = card.costs.get(stage)
        launches, waits, moved = (cost.total, cost.waits, cost.moved) if cost else (0, 0, 0)
        seconds = max(launches * LAUNCH, moved / BANDWIDTH) + waits * WAIT
        count = iterations.get(stage)
        each = [f"{launches / count:.0f}", f"{waits / count:.1f}"] if count else ["", ""]
        off_card = 0.0 if launches else host[stage]
        whole, alone = whole + seconds, alone + off_card
        shown = [stage, f"{launches}", each[0], f"{waits}", each[1], f"{moved / 1e9:.1f}", f"{seconds:.3f}"]
        lines.append("| " + " | ".join([*shown, f"{off_card:.2f}" if off_card else ""]) + " |")
    lines.append(f"| all | | | | | | {whole:.2f} | {alone:.2f} |")
    size = "×".join(map(str, images[0].GetSize()))
    head = f"### {name}, {preset}: {size}, peak {card.peak / _READ:.0f} MB on the card"
    return head + "\n\n" + "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pairs", nargs="+", default=["oasis_pair"], choices=NAMED, metavar="PAIR")
    parser.add_argument("--preset", default="balanced", help="default: balanced")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
