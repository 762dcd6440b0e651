"""The key figures of a registration in words, found in its nested dictionary of metrics."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple


class KeyFigure(NamedTuple):
    """One line of the table of key figures; the tone says whether the value is good news."""

    label: str
    value: str
    tone: Literal["", "good", "bad"] = ""


def key_figures(metrics: dict[str, Any]) -> list[KeyFigure]:
    """What a reader wants to know first, most important first; what ``metrics`` lacks is left out."""
    name = find(metrics, "similarity", "name")
    lines = [
        (f"Similarity loss ({name})" if name else "Similarity loss", _change(metrics, "similarity")),
        ("Similarity chosen", str(find(metrics, "similarity", "chosen") or "")),
        (_target_error(metrics), _change(metrics, "points", "mean_mm", unit=" mm")),
        ("Target error, median", _change(metrics, "points", "median_mm", unit=" mm")),
        ("Target error, 95th percentile", _change(metrics, "points", "p95_mm", unit=" mm")),
        (_dice(metrics), _change(metrics, "dice", "mean_dice")),
        ("Mean HD95", _change(metrics, "dice", "mean_hd95", unit=" mm")),
    ]
    figures = [KeyFigure(label, value) for label, value in lines if value]
    figures += _folding(metrics, "folding", "Folded voxels")
    figures += _folding(metrics, "inverse_folding", "Folded voxels of the inverse")
    lines = [
        ("det J, smallest to largest", _together(metrics, "jacobian", ("min", "max"), " to ")),
        ("det J, 1st, 50th, 99th percentile", _together(metrics, "jacobian", ("p1", "p50", "p99"), ", ")),
        ("SD of log det J", number(find(metrics, "jacobian", "sd_log"))),
        ("Inverse consistency, mean", number(find(metrics, "inverse_consistency_mm", "mean"), " mm")),
        ("Inverse consistency, 99th percentile", number(find(metrics, "inverse_consistency_mm", "p99"), " mm")),
        ("Mean log det J", _volume(metrics)),
        ("Time", _time(metrics)),
        ("Peak memory", _memory(metrics)),
        ("Stopped because", _by_level(find(metrics, "stop"))),
        ("Unfolding", _unfolding(metrics)),
        ("Fallbacks", words(find(metrics, "fallbacks"))),
    ]
    return figures + [KeyFigure(label, value) for label, value in lines if value]


def _volume(metrics: dict[str, Any]) -> str:
    """With the affine part and, where there is one, without."""
    whole = number(find(metrics, "volume_change", "log_det_j", "mean"))
    rest = number(find(metrics, "volume_change", "log_det_j_without_affine", "mean"))
    return f"{whole} ({rest} without the affine part)" if whole and rest != whole else whole


def _dice(metrics: dict[str, Any]) -> str:
    """What the overlap is called: of structures that guided, it does not say how well the rest was found."""
    return "Mean Dice, guiding structures" if find(metrics, "dice", "guided") else "Mean Dice"


def _target_error(metrics: dict[str, Any]) -> str:
    """What the error is called: at points that guided, it does not say how well the rest was found."""
    guided = " at guiding points" if find(metrics, "points", "guided") else ""
    return f"Target error{guided}, mean"


def _change(metrics: dict[str, Any], measure: str, *leaf: str, unit: str = "") -> str:
    before, after = (number(find(metrics, measure, moment, *leaf)) for moment in ("before", "after"))
    if before and after:
        return f"{before} → {after}{unit}"
    return f"{before}{unit} before" if before else after and after + unit


def _together(metrics: dict[str, Any], measure: str, leaves: Sequence[str], between: str) -> str:
    """Several numbers of one measure, or nothing if one of them is missing."""
    numbers = [number(find(metrics, measure, leaf)) for leaf in leaves]
    return between.join(numbers) if all(numbers) else ""


def _folding(metrics: dict[str, Any], measure: str, label: str) -> list[KeyFigure]:
    voxels, percent, volume = (
        find(metrics, measure, leaf) for leaf in ("voxels", "percent", "non_diffeomorphic_volume_mm3")
    )
    if not number(voxels):
        return []
    if not voxels and not volume:
        return [KeyFigure(label, "none", "good")]
    extra = ", ".join(size for size in (number(percent, " %"), number(volume, " mm³")) if size)
    return [KeyFigure(label, f"{number(voxels)} ({extra})" if extra else number(voxels), "bad")]


def _time(metrics: dict[str, Any]) -> str:
    seconds, device = number(find(metrics, "seconds", "total"), " s"), words(find(metrics, "device"))
    return f"{seconds} on {device}" if seconds and device else seconds


def _memory(metrics: dict[str, Any]) -> str:
    """Of the process, and on a GPU."""
    process, gpu = (find(metrics, "peak_memory_mb", where) for where in ("process", "gpu"))
    return ", ".join(part for part in (number(process, " MB"), number(gpu, " MB on the GPU")) if part)


def _by_level(reasons: Any) -> str:
    """One text for all levels if they agree, otherwise one each."""
    if not isinstance(reasons, list) or len({words(reason) for reason in reasons}) < 2:
        return words(reasons[0] if isinstance(reasons, list) and reasons else reasons)
    return ", ".join(f"{level}: {words(reason)}" for level, reason in enumerate(reasons, start=1))


def _unfolding(metrics: dict[str, Any]) -> str:
    """How often, where and how far the flow was turned down or smoothed; nothing where nothing folded on the way."""
    names = ("rounds", "damped_percent", "smoothings", "scale")
    rounds, damped, smoothings, scale = (find(metrics, "certificate", name) for name in names)
    parts = []
    if isinstance(rounds, list) and any(rounds):
        parts.append(f"{sum(rounds)} rounds")
        if isinstance(damped, list) and damped:
            parts.append(f"up to {number(max(damped), ' %')} of nodes")
    if isinstance(smoothings, list) and any(smoothings):
        parts.append(f"smoothed {sum(smoothings)} times")
    if number(scale) and scale != 1:
        parts.append(f"field × {number(scale)}")
    return ", ".join(parts)


def find(metrics: Any, *keys: str) -> Any:
    """The value at a path of keys in nested dictionaries, None where the path breaks off."""
    for key in keys:
        if not isinstance(metrics, dict):
            return None
        metrics = metrics.get(key)
    return metrics


def number(value: Any, unit: str = "") -> str:
    """A number as a person writes it, with its unit; nothing for what is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else "infinite"
    if isinstance(value, int) or abs(value) >= 1000:
        text = f"{value:.0f}"
    elif value == 0 or abs(value) >= 0.001:
        text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
    else:
        text = f"{value:.1e}"
    return text.replace("-", "−", 1) + unit if value < 0 else text + unit


def words(value: Any) -> str:
    """Plain text of a string, a number, or a list of them."""
    if isinstance(value, list | tuple):
        return ", ".join(words(item) for item in value)
    if value is None or isinstance(value, str):
        return value or ""
    return number(value) or json.dumps(value, default=str)
