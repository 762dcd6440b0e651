"""The hard pairs as tables: a row a pair and what it is measured by, a column a method, from each of two starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from methods import METHODS
from result_tables import markdown, number, provenance, title_of
from results import Results, mean_dice, summarise

Key = tuple[str, str]  # a method on a device
STARTS = {  # by kind of pair: what to call it, and the scores before any registration
    "hard": ("Each method from a start of its own, from where the files lie", "as it lies"),
    "hard-same": ("All methods from the same start", "start"),
}
ABOUT = (
    "Best in bold; \\* the map folds somewhere in the fixed image; – the method did not run there. Errors at the "
    "landmarks are mean / median, mm (histology: pixels)."
)


@dataclass(frozen=True)
class Measure:
    """One number that the methods are compared by on a pair.

    Attributes:
        read: it, from scores; nan where there is none.
        digits: that are shown of it.
        largest: whether the largest is the best, or the smallest.
        beside: another number that is told with it, or None.
    """

    read: Callable[[dict[str, Any]], float]
    digits: int
    largest: bool
    beside: Callable[[dict[str, Any]], float] | None = None

    def shown(self, scores: dict[str, Any]) -> str:
        """The number, and what is told with it."""
        text = number(self.read(scores), self.digits)
        return text if self.beside is None or text == "–" else f"{text} / {number(self.beside(scores), self.digits)}"


def hard_document(results: Results) -> str:
    """All tables of the hard pairs, with what they were measured on."""
    parts = [provenance(results), ABOUT]
    for kind, (title, before) in STARTS.items():
        pairs = [name for name, about in results.pairs.items() if about["kind"] == kind]
        if pairs:
            parts += [f"### {title}", *_tables(results, pairs, before), *_failures(results, pairs)]
    parts += ["### What this engine chose", _choices(results)]
    return "\n\n".join(parts) + "\n"


def _tables(results: Results, pairs: Sequence[str], before: str) -> list[str]:
    """Errors at landmarks, then Dice, as far as there are any."""
    errors = {
        (pair, f"{_plain(pair)}{'' if title == 'points' else f', {title}'}"): _error(title)
        for pair in pairs
        for title in results.pairs[pair]["start"].get("landmarks", {})
    }
    dice = {(pair, _plain(pair)): _dice(results.main_codes(pair)) for pair in pairs if results.main_codes(pair)}
    there = {(method, device) for pair, method, device in results.combinations() if pair in pairs}
    keys = sorted(there, key=lambda key: (list(METHODS).index(key[0]), key[1]))
    return [
        _table(results, [heading, before], rows, keys)
        for heading, rows in (("error, mm", errors), ("mean Dice", dice))
        if rows
    ]


def _plain(pair: str) -> str:
    return pair.removesuffix("_same")


def _error(title: str) -> Measure:
    def read(name: str) -> Callable[[dict[str, Any]], float]:
        return lambda scores: scores.get("landmarks", {}).get(title, {}).get(name, math.nan)

    return Measure(read("mean"), 2, largest=False, beside=read("median"))


def _dice(codes: Sequence[int]) -> Measure:
    return Measure(lambda scores: mean_dice(scores, codes), 3, largest=True)


def _table(results: Results, headings: list[str], rows: dict[tuple[str, str], Measure], keys: Sequence[Key]) -> str:
    """A row a pair, or a set of its landmarks; ``rows``: pair and title to what is measured."""
    lines = []
    for (pair, title), measure in rows.items():
        scores = [summarise(results.of(pair, *key)).scores for key in keys]
        values = [math.nan if one is None else round(measure.read(one), measure.digits) for one in scores]
        known = [value for value in values if not math.isnan(value)]
        best = (max if measure.largest else min)(known, default=math.nan)
        cells = [
            "–" if one is None else _cell(measure.shown(one), value == best, one)
            for one, value in zip(scores, values, strict=True)
        ]
        lines.append([title, measure.shown(results.pairs[pair]["start"]), *cells])
    return markdown([*headings, *(title_of(*key) for key in keys)], lines)


def _cell(text: str, best: bool, scores: dict[str, Any]) -> str:
    return (f"**{text}**" if best else text) + ("\\*" if scores["folding"]["voxels"] > 0 else "")


def _failures(results: Results, pairs: Sequence[str]) -> list[str]:
    """One paragraph that says what did not run, and why; none if all did."""
    said = []
    for pair, method, device in results.combinations():
        failure = summarise(results.of(pair, method, device)).failure if pair in pairs else ""
        if failure:
            said.append(f"{title_of(method, device)} on {_plain(pair)}: {failure}")
    return [f"What failed: {' '.join(said)}"] if said else []


def _choices(results: Results) -> str:
    """A row a pair and preset: the similarity, whether large motion was searched for, folds on the way back, notes."""
    rows = []
    for pair, method, device in results.combinations():
        worked = [run for run in results.of(pair, method, device) if not run.failure and METHODS[method].ours]
        for run in worked[:1]:
            told = run.told
            folds = f"{run.scores['folding']['voxels'] if run.scores else '–'} / {told.get('inverse_folds', '–')}"
            motion = "large motion" if told.get("searched") else "at rest"
            notes = " ".join(told.get("fallbacks", [])).replace("|", "/") or "–"
            rows.append([pair, title_of(method, device), told.get("similarity", "–"), motion, folds, notes])
    return markdown(["pair", "preset", "similarity", "start", "folds, there / back", "notes"], rows)
