"""Distributions as small pictures in SVG: a bar a range of values, the median, a dot a pair that stands apart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

_BARS, _WIDTH, _HEIGHT, _FOOT = 40, 360, 64, 16


def strip(title: str, values: Sequence[float], names: Sequence[str], marked: Sequence[bool], digits: int) -> str:
    """One measure over all pairs; "" if none has it. ``marked`` pairs get a dot that says their name."""
    numbers = np.asarray(values, dtype=float)
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        return ""
    low, high = float(known.min()), float(known.max())
    span = high - low or 1.0
    counts, _ = np.histogram(known, _BARS, (low, low + span))
    step = _WIDTH / _BARS
    bars = "".join(
        f'<rect x="{n * step:.1f}" y="{_HEIGHT - tall:.1f}" width="{step - 1:.1f}" height="{tall:.1f}"/>'
        for n, tall in enumerate(_HEIGHT * 0.8 * counts / counts.max())
        if tall
    )
    median = (float(np.median(known)) - low) / span * _WIDTH
    dots = "".join(
        f'<circle cx="{(number - low) / span * _WIDTH:.1f}" cy="6" r="4"><title>{escape(name)}: {number:.{digits}f}'
        "</title></circle>"
        for number, name, mark in zip(numbers, names, marked, strict=True)
        if mark and np.isfinite(number)
    )
    foot = _HEIGHT + _FOOT - 3
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="-6 0 {_WIDTH + 12} {_HEIGHT + _FOOT}" role="img">'
        f'{bars}<line x1="{median:.1f}" x2="{median:.1f}" y1="8" y2="{_HEIGHT}"/>{dots}'
        f'<text x="0" y="{foot}">{low:.{digits}f}</text>'
        f'<text x="{median:.1f}" y="{foot}" text-anchor="middle">{float(np.median(known)):.{digits}f}</text>'
        f'<text x="{_WIDTH}" y="{foot}" text-anchor="end">{high:.{digits}f}</text></svg></figure>'
    )
