"""Statistics over many small pairs: by how much one method's Dice differs from another's on the same pairs.

A pair counts once, with its mean Dice over structures. The interval is a bootstrap over cases: pairs that show the same
two images in both directions are drawn together, since they are not independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from results import Results, mean_dice, summarise

RESAMPLES, SEED, LEVEL = 10_000, 0, 0.95


@dataclass(frozen=True)
class Paired:
    """One method against another on one group of pairs.

    Attributes:
        group: of the pairs.
        method, rival: whose Dice is compared.
        pairs, cases: how many; two directions of one pair are one case.
        mean: of the differences, method minus rival.
        low, high: bootstrap interval of the mean.
        wins: share of the pairs on which the method is better; a tie counts half.
        worst, worst_pair: the smallest difference, and where.
    """

    group: str
    method: str
    rival: str
    pairs: int
    cases: int
    mean: float
    low: float
    high: float
    wins: float
    worst: float
    worst_pair: str


def dice_by_pair(results: Results, method: str, pairs: Sequence[str], device: str = "cpu") -> dict[str, float]:
    """Mean Dice of a method on those pairs that it has a score for."""
    found = {}
    for pair in pairs:
        codes = results.main_codes(pair)
        value = mean_dice(summarise(results.of(pair, method, device)).scores, codes)
        if not np.isnan(value):
            found[pair] = value
    return found


def compare(results: Results, group: str, pairs: Sequence[str], method: str, rival: str) -> Paired | None:
    """A method against a rival on those pairs that both have scores for; None if there are none."""
    mine, theirs = (dice_by_pair(results, name, pairs) for name in (method, rival))
    differences = {pair: mine[pair] - theirs[pair] for pair in pairs if pair in mine and pair in theirs}
    if not differences:
        return None
    cases = {pair: results.pairs[pair]["case"] for pair in differences}
    low, high = bootstrap_interval(differences, cases)
    values = np.array(list(differences.values()))
    worst = min(differences, key=differences.__getitem__)
    return Paired(
        group,
        method,
        rival,
        len(values),
        len(set(cases.values())),
        float(values.mean()),
        low,
        high,
        float(((values > 0) + 0.5 * (values == 0)).mean()),
        differences[worst],
        worst,
    )


def bootstrap_interval(differences: Mapping[str, float], cases: Mapping[str, str]) -> tuple[float, float]:
    """Percentile interval of the mean difference, from cases drawn with replacement; always the same for the same data.

    Args:
        differences: by pair.
        cases: the case of each pair.
    """
    names = sorted(set(cases.values()))
    sums = np.array([sum(value for pair, value in differences.items() if cases[pair] == name) for name in names])
    counts = np.array([sum(cases[pair] == name for pair in differences) for name in names])
    drawn = np.random.default_rng(SEED).integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def against_all(results: Results, method: str, rivals: Sequence[str]) -> list[Paired]:
    """A method against each rival on each group of pairs, then on all grouped pairs together."""
    groups: dict[str, list[str]] = {}
    for name, about in results.pairs.items():
        if about["group"]:
            groups.setdefault(about["group"], []).append(name)
    if len(groups) > 1:
        groups["all small pairs"] = [name for names in groups.values() for name in names]
    found = [compare(results, group, names, method, rival) for group, names in groups.items() for rival in rivals]
    return [one for one in found if one is not None]
