"""The results as tables: Markdown for people, CSV for programs."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from bars import REFERENCE, Verdict, verdicts
from machine import in_words, versions_in_words
from methods import METHODS
from nodeo.evaluation.structures import names_of
from nodeo.files.writing import appearing_file
from paired import Paired, against_all
from results import Results, Summary, mean_dice, mean_hd95, summarise, wall_ratio

Key = tuple[str, str, str]
COSTS = ("wall, s", "× greedy", "registration, s", "CPU-s", "peak, MB")
FIELD = ("folded voxels", "folded volume, mm³", "SD log det J", "inverse: mean / p99, mm")


def title_of(method: str, device: str) -> str:
    """A method for people; the device only where it is not the CPU."""
    return METHODS[method].title + ("" if device == "cpu" else f" ({device})")


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def number(value: float | None, digits: int) -> str:
    """A number with so many digits; a dash for what is not there."""
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def document(results: Results) -> str:
    """All tables, with what they belong to."""
    parts = [provenance(results), "### The bars", bars_table(verdicts(results))]
    for name, about in results.pairs.items():
        if not about["group"]:
            parts += [f"### {name}", _about(about), pair_table(results, name)]
    for group in dict.fromkeys(about["group"] for about in results.pairs.values() if about["group"]):
        names = [name for name, about in results.pairs.items() if about["group"] == group]
        parts += [f"### {group}", f"Means over {len(names)} pairs.", group_table(results, names)]
    compared = against_all(results, "balanced", rivals_of(results))
    if compared:
        parts += ["### balanced against each peer, pair by pair", paired_table(compared)]
    return "\n\n".join(parts) + "\n"


def provenance(results: Results) -> str:
    """Date and machine, of each call that they differ for with what it ran; threads and versions, of the last call."""
    session = results.sessions[-1]
    machine = session["machine"]
    versions = {**machine["versions"], **_peer_versions(results)}
    called = [f"{call['date'][:10]}, {in_words(call['machine'])}" for call in results.sessions]
    ran: dict[str, list[str]] = {}
    for run in results.runs:
        ran.setdefault(called[run.session], []).append(METHODS[run.method].title)
    told = [f"{call}: {', '.join(dict.fromkeys(titles))}" if len(ran) > 1 else call for call, titles in ran.items()]
    return (
        f"{'. '.join(told or called[-1:])}; {_threads(session)} for every method. "
        f"{versions_in_words({**machine, 'versions': versions})}."
    )


def _threads(session: dict[str, Any]) -> str:
    count = session["options"]["threads"]
    return f"{count} thread{'s' if count != 1 else ''}"


def _peer_versions(results: Results) -> dict[str, str]:
    own = {"torch", "SimpleITK"}  # the peers' environment has its own
    told = [run.told.get("versions", {}) for run in results.runs if not METHODS[run.method].ours]
    return {name: text for versions in told for name, text in versions.items() if name not in own}


def _about(about: dict[str, Any]) -> str:
    size, spacing = " × ".join(map(str, about["size"])), " × ".join(f"{step:g}" for step in about["spacing"])
    start = "; moving image brought to the fixed grid by an affine first" if about["initial"] == "affine" else ""
    return f"{size} voxels of {spacing} mm{start}."


def _keys(results: Results, pairs: Sequence[str]) -> list[tuple[str, str]]:
    """Methods and devices that ran on any of the pairs, in the order of METHODS."""
    there = {(method, device) for pair, method, device in results.combinations() if pair in pairs}
    order = list(METHODS)
    return sorted(there, key=lambda key: (order.index(key[0]), key[1]))


def pair_table(results: Results, pair: str) -> str:
    """A line a method; a method that failed says why."""
    about = results.pairs[pair]
    headings = ["method", *(f"Dice {title}" for title in about["structures"]), "HD95, mm", *FIELD, *COSTS, "runs"]
    rows = []
    if about["start"]:
        rows.append(["before", *_overlaps(about, about["start"])])
    for method, device in _keys(results, [pair]):
        summary = summarise(results.of(pair, method, device))
        title = title_of(method, device)
        if summary.failure:
            rows.append([title, summary.failure])
        else:
            cells = [*_overlaps(about, summary.scores), *_field(summary.scores)]
            rows.append([title, *cells, *_costs(results, (pair, method, device), summary), str(summary.runs)])
    return markdown(headings, [[*row, *[""] * (len(headings) - len(row))] for row in rows])


def _overlaps(about: dict[str, Any], scores: dict[str, Any] | None) -> list[str]:
    sets = about["structures"]
    dice = [number(mean_dice(scores, codes), 4) for codes in sets.values()]
    return [*dice, number(mean_hd95(scores, next(iter(sets.values()), [])), 2)]


def _field(scores: dict[str, Any] | None) -> list[str]:
    if scores is None:
        return ["–"] * len(FIELD)
    back = scores["inverse_consistency_mm"]
    returned = "–" if back is None else f"{back['mean']:.3f} / {back['p99']:.3f}"
    folding = scores["folding"]
    return [str(folding["voxels"]), f"{folding['volume_mm3']:.3g}", number(scores["jacobian"]["sd_log"], 3), returned]


def _costs(results: Results, key: Key, summary: Summary) -> list[str]:
    ratio = wall_ratio(results, key, REFERENCE)
    peak = number(summary.peak_mb, 0)
    if not math.isnan(summary.peak_gpu_mb):
        peak += f" + {summary.peak_gpu_mb:.0f} GPU"
    return [
        number(summary.wall, 1),
        number(ratio, 2),
        number(summary.seconds, 1),
        number(summary.cpu, 1),
        peak,
    ]


def group_table(results: Results, pairs: Sequence[str]) -> str:
    """A line a method: means over those of the pairs that it worked on."""
    headings = ["method", "pairs", "Dice", "HD95, mm", "pairs with folds", *FIELD[2:], "wall, s", "CPU-s"]
    starts = [(results.pairs[pair]["start"], results.main_codes(pair)) for pair in pairs]
    before = [_mean(overlap(*start) for start in starts) for overlap in (mean_dice, mean_hd95)]
    rows = [["before", str(len(pairs)), number(before[0], 4), number(before[1], 2)]]
    for method, device in _keys(results, pairs):
        found = {pair: summarise(results.of(pair, method, device)) for pair in pairs}
        worked = {pair: summary for pair, summary in found.items() if summary.scores is not None}
        if worked:
            rows.append([title_of(method, device), str(len(worked)), *_means(results, worked)])
        else:
            reasons = [summary.failure for summary in found.values() if summary.failure]
            rows.append([title_of(method, device), "0", *reasons[:1]])
    return markdown(headings, [[*row, *[""] * (len(headings) - len(row))] for row in rows])


def _means(results: Results, worked: dict[str, Summary]) -> list[str]:
    scores = {pair: summary.scores for pair, summary in worked.items() if summary.scores is not None}
    back = [score["inverse_consistency_mm"] for score in scores.values() if score["inverse_consistency_mm"] is not None]
    returned = f"{_mean(one['mean'] for one in back):.3f} / {_mean(one['p99'] for one in back):.3f}" if back else "–"
    return [
        number(_mean(mean_dice(score, results.main_codes(pair)) for pair, score in scores.items()), 4),
        number(_mean(mean_hd95(score, results.main_codes(pair)) for pair, score in scores.items()), 2),
        str(sum(score["folding"]["voxels"] > 0 for score in scores.values())),
        number(_mean(score["jacobian"]["sd_log"] for score in scores.values()), 3),
        returned,
        number(_mean(summary.wall for summary in worked.values()), 1),
        number(_mean(summary.cpu for summary in worked.values()), 1),
    ]


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return fmean(known) if known else math.nan


def bars_table(judged: Sequence[Verdict]) -> str:
    """A line a bar that was measured, then what was not."""
    measured = [one for one in judged if one.met is not None]
    rows = [[one.what, one.wanted, one.found, "met" if one.met else f"short by {one.short:.3g}"] for one in measured]
    missing = [one.what for one in judged if one.met is None]
    met = sum(bool(one.met) for one in measured)
    parts = [f"{met} of {len(measured)} met.", markdown(["bar", "wanted", "found", ""], rows)]
    return "\n\n".join([*parts, *([f"Not measured: {'; '.join(missing)}."] if missing else [])])


def rivals_of(results: Results) -> list[str]:
    """The peers that ran."""
    ran = {run.method for run in results.runs}
    return [name for name, method in METHODS.items() if name in ran and not method.ours]


def paired_table(compared: Sequence[Paired]) -> str:
    """A line a group and peer."""
    rows = [
        [
            one.group,
            METHODS[one.rival].title,
            f"{one.pairs} ({one.cases})",
            f"{one.mean:+.4f}",
            f"{one.low:+.4f} … {one.high:+.4f}",
            f"{100 * one.wins:.0f} %",
            f"{one.worst:+.4f} ({one.worst_pair})",
        ]
        for one in compared
    ]
    return markdown(["pairs", "peer", "n (cases)", "Dice, difference", "95 % interval", "wins", "worst"], rows)


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Records as CSV; what is not there stays empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with appearing_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: "" if value != value else value for key, value in row.items()} for row in rows)


def method_records(results: Results) -> list[dict[str, Any]]:
    """A record a pair, method and device: medians of the cost, scores of the first run."""
    records = []
    for key in results.combinations():
        summary = summarise(results.of(*key))
        record: dict[str, Any] = dict(zip(("pair", "method", "device"), key, strict=True))
        for title, codes in results.pairs[key[0]]["structures"].items():
            record[f"dice_{title}"] = mean_dice(summary.scores, codes)
            record[f"hd95_mm_{title}"] = mean_hd95(summary.scores, codes)
        for title, errors in (summary.scores or {}).get("landmarks", {}).items():
            record.update({f"error_mm_{title}_{name}": errors[name] for name in ("mean", "median", "max")})
        for part in ("folding", "jacobian", "inverse_consistency_mm"):
            found = (summary.scores or {}).get(part) or {}
            record.update({f"{part.removesuffix('_mm')}_{name}": value for name, value in found.items()})
        costs = ("wall", "cpu", "seconds", "peak_mb", "peak_gpu_mb", "runs", "failure")
        record["wall_against_greedy"] = wall_ratio(results, key, REFERENCE)
        record.update({name: getattr(summary, name) for name in costs})
        records.append(record)
    return records


def structure_records(results: Results) -> list[dict[str, Any]]:
    """A record a pair, method, device and structure."""
    records = []
    for key in results.combinations():
        scores = summarise(results.of(*key)).scores or {}
        codes = [int(code) for code in scores.get("dice", {})]
        names = names_of(codes, "all", codes)
        for code in codes:
            record: dict[str, Any] = dict(zip(("pair", "method", "device"), key, strict=True))
            values = {name: scores[name].get(str(code)) for name in ("dice", "hd95")}
            records.append({**record, "code": code, "structure": names[code], **values})
    return records
