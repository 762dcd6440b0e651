"""The loss of a running registration as a small picture."""

import math

from .Canvas import MARGIN, Canvas


def drawLossCurve(history, width, height, palette):
    """A pixmap of the losses, one curve a level, each between its own highest and lowest value.

    Losses of different levels are not comparable: a level sees another image size. So each has a part of the width.

    Args:
        history: events with ``level``, ``levels``, ``iteration``, ``iterations`` and ``loss``.
        palette: of the widget that shows it.
    """
    canvas = Canvas(width, height, palette)
    curves = _curves(history)
    levels = max(curves[-1]["levels"], len(curves)) if curves else 1
    part = (width - 2 * MARGIN) / levels
    for number in range(1, levels):
        canvas.rule(MARGIN + number * part)
    for curve in curves:
        left = MARGIN + (curve["level"] - 1) * part
        canvas.curve(_places(curve, left, part, height))
        canvas.write(left + 4, MARGIN + 10, f"{curve['losses'][-1]:.3g}")
    return canvas.finished()


def _curves(history):
    """The losses of each level, with how many iterations it may take."""
    curves = []
    for event in history:
        loss = event.get("loss")
        if loss is None or not math.isfinite(loss):
            continue
        if not curves or curves[-1]["level"] != event["level"]:
            curves.append({"level": event["level"], "losses": []})
        curves[-1].update(levels=event["levels"], iterations=event["iterations"])
        curves[-1]["losses"].append(loss)
    return curves


def _places(curve, left, part, height):
    losses = curve["losses"]
    low = min(losses)
    high = max(losses[0], sorted(losses)[int(0.9 * (len(losses) - 1))])  # a few first steps may leap
    stretch = (height - 2 * MARGIN - 16) / (high - low) if high > low else 0.0
    step = (part - 8) / max(curve["iterations"] - 1, 1)
    return [
        (left + 4 + index * step, MARGIN + 14 + (high - min(loss, high)) * stretch) for index, loss in enumerate(losses)
    ]
