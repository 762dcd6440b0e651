"""What this engine has to reach, as data, and whether it does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from paired import dice_by_pair
from plan import HARD, PRESETS
from results import Results, Summary, mean_dice, summarise, wall_ratio

REFERENCE = "greedy"  # 100x50x10
RIVALS = ("greedy", "greedy-long", "ants-synonly", "ants-syn")
PUBLISHED_CPU_SECONDS, PUBLISHED_DICE = 6900.0, 0.791  # a pair at 160 x 192 x 144; a reproduction of it on OASIS
LESS_THAN_A_VOXEL = 0.5


@dataclass(frozen=True)
class Bar:
    """One number that has a limit.

    Attributes:
        method, pair, device: what ran on what.
        quantity: a key of QUANTITIES, or "dice TITLE" of a set of structures.
        limit: that it must reach or keep.
        least: whether the limit is the least, or the most.
    """

    method: str
    pair: str
    quantity: str
    limit: float
    least: bool = False
    device: str = "cpu"


@dataclass(frozen=True)
class Verdict:
    """What became of a bar.

    Attributes:
        what, wanted, found: for people.
        met: None if it was not measured.
        short: by how much it is missed, in the quantity's unit; 0 if it is met.
    """

    what: str
    wanted: str
    found: str
    met: bool | None
    short: float


def _score(*path: str) -> Callable[[Results, tuple[str, str, str], Summary], float]:
    def read(results: Results, key: tuple[str, str, str], summary: Summary) -> float:
        value: Any = summary.scores
        for name in path:
            value = None if value is None else value.get(name)
        return math.nan if value is None else float(value)

    return read


QUANTITIES: dict[str, Callable[[Results, tuple[str, str, str], Summary], float]] = {
    "folded voxels": _score("folding", "voxels"),
    "inverse consistency, mean, mm": _score("inverse_consistency_mm", "mean"),
    "inverse consistency, p99, mm": _score("inverse_consistency_mm", "p99"),
    "wall against greedy": lambda results, key, summary: wall_ratio(results, key, REFERENCE),
    "CPU-s": lambda results, key, summary: summary.cpu,
    "seconds of the registration": lambda results, key, summary: summary.seconds,
    "peak memory, MB": lambda results, key, summary: summary.peak_mb,
    "peak GPU memory, MB": lambda results, key, summary: summary.peak_gpu_mb,
}

_MAIN, _PAPER = "oasis_pair", "oasis_paper_grid"
_STEPS = {"fast": (0.830, 0.750, 0.25), "balanced": (0.862, 0.786, 1.0), "accurate": (0.872, 0.795, 3.0)}
BARS: list[Bar] = [
    *(
        bar
        for preset, (dice27, dice35, ratio) in _STEPS.items()
        for bar in (
            Bar(preset, _MAIN, "dice 27", dice27, least=True),
            Bar(preset, _MAIN, "dice 35", dice35, least=True),
            Bar(preset, _MAIN, "folded voxels", 0.0),
            Bar(preset, _MAIN, "wall against greedy", ratio),
            Bar(preset, _MAIN, "inverse consistency, mean, mm", 0.05),
            Bar(preset, _MAIN, "inverse consistency, p99, mm", 0.25),
            Bar(preset, _MAIN, "peak memory, MB", 3000.0),
        )
    ),
    *(
        bar
        for preset in PRESETS
        for bar in (
            Bar(preset, _PAPER, "CPU-s", PUBLISHED_CPU_SECONDS / 100),
            Bar(preset, _PAPER, "dice 28", PUBLISHED_DICE, least=True),
        )
    ),
    Bar("balanced", _MAIN, "seconds of the registration", 1.0, device="cuda"),
    Bar("accurate", _MAIN, "seconds of the registration", 3.0, device="cuda"),
    Bar("balanced", _MAIN, "peak GPU memory, MB", 1500.0, device="cuda"),
    Bar("accurate", _MAIN, "peak GPU memory, MB", 1500.0, device="cuda"),
]


def verdicts(results: Results) -> list[Verdict]:
    """All bars: single numbers first, then balanced against its rivals on every pair but the main one."""
    return [*(_judge(results, bar) for bar in BARS), *_against_rivals(results), *_unfolded(results)]


def _judge(results: Results, bar: Bar) -> Verdict:
    key = (bar.pair, bar.method, bar.device)
    value = _value(results, bar, key)
    sign = "≥" if bar.least else "≤"
    device = " on the GPU" if bar.device != "cpu" else ""
    what = f"{bar.method}{device}, {bar.pair}: {bar.quantity}"
    if math.isnan(value):
        return Verdict(what, f"{sign} {_number(bar.limit)}", "not measured", None, 0.0)
    short = bar.limit - value if bar.least else value - bar.limit
    return Verdict(what, f"{sign} {_number(bar.limit)}", _number(value), short <= 0, max(short, 0.0))


def _value(results: Results, bar: Bar, key: tuple[str, str, str]) -> float:
    summary = summarise(results.of(*key))
    if not bar.quantity.startswith("dice "):
        return QUANTITIES[bar.quantity](results, key, summary)
    sets = results.pairs.get(bar.pair, {}).get("structures", {})
    return mean_dice(summary.scores, sets.get(bar.quantity.removeprefix("dice "), []))


def _number(value: float) -> str:
    """Dice and ratios with three digits, large numbers without."""
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}" if value >= 1 else f"{value:.3f}"


def _others(results: Results) -> dict[str, list[str]]:
    """Every pair but the main one, the pairs of a group together."""
    found: dict[str, list[str]] = {}
    for name, about in results.pairs.items():
        if name != _MAIN and about["kind"] not in ("published", "extra", *HARD):
            found.setdefault(about["group"] or name, []).append(name)
    return found


def _against_rivals(results: Results) -> list[Verdict]:
    """balanced at least as good as greedy and ANTs on each pair."""
    made = []
    for title, pairs in _others(results).items():
        mine = dice_by_pair(results, "balanced", pairs)
        for rival in RIVALS:
            theirs = dice_by_pair(results, rival, pairs)
            gaps = {pair: mine[pair] - theirs[pair] for pair in pairs if pair in mine and pair in theirs}
            what = f"balanced, {title}: Dice at least that of {rival} on each"
            made.append(_all_of(what, gaps))
    return made


def _all_of(what: str, gaps: dict[str, float]) -> Verdict:
    """One line for a bar that holds on each of several pairs; a gap below 0 misses it."""
    if not gaps:
        return Verdict(what, "≥ 0", "not measured", None, 0.0)
    worst = min(gaps, key=gaps.__getitem__)
    reached = sum(gap >= 0 for gap in gaps.values())
    found = f"{gaps[worst]:+.4f}" if len(gaps) == 1 else f"{reached} of {len(gaps)}; worst {gaps[worst]:+.4f} ({worst})"
    return Verdict(what, "≥ 0", found, gaps[worst] >= 0, max(-gaps[worst], 0.0))


def _unfolded(results: Results) -> list[Verdict]:
    """balanced without a fold anywhere else."""
    made = []
    for title, pairs in _others(results).items():
        counts = _folded(results, pairs)
        what = f"balanced, {title}: folded voxels"
        if counts:
            most = max(counts)
            made.append(Verdict(what, "≤ 0", _number(most), most < LESS_THAN_A_VOXEL, most))
        else:
            made.append(Verdict(what, "≤ 0", "not measured", None, 0.0))
    return made


def _folded(results: Results, pairs: Sequence[str]) -> list[float]:
    keys = [(pair, "balanced", "cpu") for pair in pairs]
    counts = [QUANTITIES["folded voxels"](results, key, summarise(results.of(*key))) for key in keys]
    return [count for count in counts if not math.isnan(count)]
