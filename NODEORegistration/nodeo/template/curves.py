"""A measure over the rounds, as a small picture in SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

_WIDTH, _HEIGHT, _HEAD, _FOOT, _SIDE = 360, 110, 16, 20, 24


def curve(title: str, names: Sequence[str], values: Sequence[float], digits: int) -> str:
    """A point a round, those not measured left out; "" if there is none."""
    numbers = np.asarray(values, dtype=float)
    known = np.flatnonzero(np.isfinite(numbers))
    if not known.size:
        return ""
    low, high = min(0.0, float(numbers[known].min())), float(numbers[known].max())
    across = np.linspace(_SIDE, _WIDTH - _SIDE, max(len(numbers), 2))
    down = _HEAD + _HEIGHT * (1 - (numbers - low) / ((high - low) or 1.0))
    points = " ".join(f"{across[n]:.1f},{down[n]:.1f}" for n in known)
    marks = "".join(
        f'<circle cx="{across[n]:.1f}" cy="{down[n]:.1f}" r="3.5"/>'
        f'<text x="{across[n]:.1f}" y="{down[n] - 7:.1f}" text-anchor="middle">{numbers[n]:.{digits}f}</text>'
        for n in known
    )
    foot = _HEAD + _HEIGHT + _FOOT - 3
    words = "".join(
        f'<text x="{x:.1f}" y="{foot}" text-anchor="middle">{escape(name)}</text>'
        for x, name in zip(across, names, strict=False)
    )
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEAD + _HEIGHT + _FOOT}" role="img"><polyline points="{points}"/>{marks}{words}'
        "</svg></figure>"
    )
