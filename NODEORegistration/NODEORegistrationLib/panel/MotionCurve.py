"""How much the frames of a series move, over time, as a small picture."""

import qt

_MARGIN, _TITLE = 6, 14  # pixels


def drawMotionCurve(frames, shown, width, height, palette):
    """A pixmap of the mean motion of each frame, with a line at the one that is shown.

    Args:
        frames: [{"time", "mean_mm"}] of each frame; what is not known is left out.
        shown: the number of the frame that is shown.
        palette: of the widget that shows it.
    """
    pixmap = qt.QPixmap(width, height)
    pixmap.fill(palette.color(qt.QPalette.Base))
    places = _places(frames, width, height)
    if not places:
        return pixmap
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing)
    font = painter.font()
    font.setPointSize(8)
    painter.setFont(font)
    if shown in places:
        painter.setPen(qt.QPen(palette.color(qt.QPalette.Mid)))
        x = int(places[shown][0])
        painter.drawLine(x, _MARGIN, x, height - _MARGIN)
    curvePen = qt.QPen(palette.color(qt.QPalette.Highlight))
    curvePen.setWidthF(1.6)
    painter.setPen(curvePen)
    path = qt.QPainterPath()
    for number, (x, y) in enumerate(places.values()):
        path.lineTo(x, y) if number else path.moveTo(x, y)
    painter.drawPath(path)
    for x, y in places.values():
        painter.drawEllipse(int(x) - 2, int(y) - 2, 4, 4)
    painter.setPen(qt.QPen(palette.color(qt.QPalette.Text)))
    painter.drawText(_MARGIN, _MARGIN + 9, f"{_highest(frames):.3g} mm")
    painter.end()
    return pixmap


def _highest(frames):
    return max(frame["mean_mm"] for frame in frames if _isKnown(frame))


def _isKnown(frame):
    return isinstance(frame.get("mean_mm"), (int, float))


def _places(frames, width, height):
    """{number of a frame: (x, y) in pixels}, by its time if all frames have one, else by its number."""
    times = [frame.get("time") for frame in frames]
    if not all(isinstance(time, (int, float)) for time in times):
        times = list(range(len(frames)))
    known = [number for number, frame in enumerate(frames) if _isKnown(frame)]
    if len(known) < 2:
        return {}
    span = max(times[-1] - times[0], 1e-12)
    highest = _highest(frames) or 1.0
    return {
        number: (
            _MARGIN + (width - 2 * _MARGIN) * (times[number] - times[0]) / span,
            height - _MARGIN - (height - 2 * _MARGIN - _TITLE) * frames[number]["mean_mm"] / highest,
        )
        for number in known
    }
