"""The loss of a running registration as a small picture."""

import math

import qt

_MARGIN = 6


def drawLossCurve(history, width, height, palette):
    """A pixmap of the losses, one curve a level, each between its own highest and lowest value.

    Losses of different levels are not comparable: a level sees another image size. So each has a part of the width.

    Args:
        history: events with ``level``, ``levels``, ``iteration``, ``iterations`` and ``loss``.
        palette: of the widget that shows it.
    """
    pixmap = qt.QPixmap(width, height)
    pixmap.fill(palette.color(qt.QPalette.Base))
    curves = _curves(history)
    if not curves:
        return pixmap
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing)
    levels = max(curves[-1]["levels"], len(curves))
    part = (width - 2 * _MARGIN) / levels
    frame = qt.QPen(palette.color(qt.QPalette.Mid))
    curvePen = qt.QPen(palette.color(qt.QPalette.Highlight))
    curvePen.setWidthF(1.6)
    textPen = qt.QPen(palette.color(qt.QPalette.Text))
    font = painter.font()
    font.setPointSize(8)
    painter.setFont(font)
    for number in range(1, levels):
        painter.setPen(frame)
        x = int(_MARGIN + number * part)
        painter.drawLine(x, _MARGIN, x, height - _MARGIN)
    for curve in curves:
        left = _MARGIN + (curve["level"] - 1) * part
        painter.setPen(curvePen)
        painter.drawPath(_path(curve, left, part, height))
        painter.setPen(textPen)
        painter.drawText(int(left + 4), _MARGIN + 10, f"{curve['losses'][-1]:.3g}")
    painter.end()
    return pixmap


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


def _path(curve, left, part, height):
    losses = curve["losses"]
    low = min(losses)
    high = max(losses[0], sorted(losses)[int(0.9 * (len(losses) - 1))])  # a few first steps may leap
    stretch = (height - 2 * _MARGIN - 16) / (high - low) if high > low else 0.0
    step = (part - 8) / max(curve["iterations"] - 1, 1)
    path = qt.QPainterPath()
    for index, loss in enumerate(losses):
        x, y = left + 4 + index * step, _MARGIN + 14 + (high - min(loss, high)) * stretch
        path.lineTo(x, y) if index else path.moveTo(x, y)
    return path
