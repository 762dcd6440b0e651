"""What the presets cost and reach, measured: every preset on every pair that is there, each in a process of its own.

    python Testing/benchmarks/presets.py --output build/bench [--pairs oasis_pair cardiac_p1] [--presets fast]

Prints a Markdown table and writes ``presets.json`` with all the numbers. The sample pair ships with the project; the
others lie in ``../shared/data`` beside a checkout.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "Resources" / "SampleData"
SHARED = ROOT.parent / "shared" / "data"
PRESETS = ("fast", "balanced", "accurate")
OASIS27 = "2,3,4,7,8,10,11,12,13,14,15,16,17,18,28,41,42,43,46,47,49,50,51,52,53,54,60"


@dataclass(frozen=True)
class Pair:
    """Files of a labelled pair, and how to start it."""

    fixed: Path
    moving: Path
    fixed_labels: Path
    moving_labels: Path
    initial: str = "identity"
    structures: tuple[int, ...] = ()  # of which the mean Dice is taken; none: all


def _in(folder: Path, pattern: str = "{}.nii.gz", names=("fixed", "moving"), **options) -> Pair:
    images = [folder / pattern.format(name) for name in names]
    labels = [folder / pattern.format(f"{name}_labels") for name in names]
    return Pair(*images, *labels, **options)


PAIRS = {
    "sample": _in(SAMPLE, "{}.nrrd"),
    "oasis_pair": _in(SHARED / "oasis_pair", structures=tuple(int(code) for code in OASIS27.split(","))),
    "malf_1000_1001": _in(SHARED / "malf_1000_1001"),
    "malf_native": _in(SHARED / "malf_native", names=("1000", "1001"), initial="affine"),
    "cardiac_p1": _in(SHARED / "cardiac_p1"),
    "hippocampus_001_003": _in(SHARED / "hippocampus", names=("001", "003")),
    "hippocampus_001_004": _in(SHARED / "hippocampus", names=("001", "004")),
    "hippocampus_003_004": _in(SHARED / "hippocampus", names=("003", "004")),
    "slices2d_oasis": _in(SHARED / "slices2d", names=("oasis_fixed", "oasis_moving")),
    "slices2d_trt": _in(SHARED / "slices2d", names=("trt_1", "trt_2")),
}


def measure(name: str, pair: Pair, preset: str, device: str) -> dict:
    """Run the command line once; its metrics and the whole process's wall time, as a table row."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        command = [sys.executable, "-m", "nodeo", "register", pair.fixed, pair.moving, "--output", output]
        command += ["--preset", preset, "--initial", pair.initial, "--device", device, "--progress", "none"]
        command += ["--fixed-labels", pair.fixed_labels, "--moving-labels", pair.moving_labels]
        start = time.perf_counter()
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    return {"pair": name, "preset": preset, "wall": wall, "structures": pair.structures, "metrics": metrics}


def mean_dice(row: dict, when: str) -> float:
    """Mean Dice over the pair's structures, ``before`` or ``after``."""
    scores = row["metrics"]["dice"][when]
    chosen = [str(code) for code in row["structures"]] or list(scores["structures"])
    return sum(scores["structures"][code]["dice"] for code in chosen) / len(chosen)


def table(rows: list[dict]) -> str:
    """The rows in Markdown."""
    lines = [
        "| pair | preset | Dice before | after | folded voxels | det J | inverse consistency, mm: mean / p99 | wall, s "
        "| peak memory, MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        metrics = row["metrics"]
        jacobian, back = metrics["jacobian"], metrics["inverse_consistency_mm"]
        lines.append(
            f"| {row['pair']} | {row['preset']} | {mean_dice(row, 'before'):.4f} | {mean_dice(row, 'after'):.4f} "
            f"| {metrics['folding']['voxels']} | {jacobian['min']:.3f} – {jacobian['max']:.2f} "
            f"| {back['mean']:.3f} / {back['p99']:.3f} | {row['wall']:.1f} "
            f"| {metrics['peak_memory_mb'].get('process', float('nan')):.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--pairs", nargs="+", choices=PAIRS, default=list(PAIRS))
    parser.add_argument("--presets", nargs="+", choices=(*PRESETS, "paper"), default=list(PRESETS))
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    rows = []
    for name in options.pairs:
        if not PAIRS[name].fixed.exists():
            print(f"{name}: left out, its files are not here", file=sys.stderr)
            continue
        for preset in options.presets:
            rows.append(measure(name, PAIRS[name], preset, options.device))
            print(f"{name} {preset}: {rows[-1]['wall']:.1f} s", file=sys.stderr)
    options.output.mkdir(parents=True, exist_ok=True)
    record = {"machine": platform.processor() or platform.machine(), "system": platform.platform(), "rows": rows}
    (options.output / "presets.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
