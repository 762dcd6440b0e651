"""What is known of each frame of a series, over time, as a small picture: motion, or how large a structure is."""

from .Canvas import MARGIN, Canvas

_TITLE = 14  # pixels


def drawTimeCurve(values, times, unit, shown, width, height, palette):
    """A pixmap of a value of each frame, from 0 to the highest, with a line at the one that is shown.

    Args:
        values: of each frame; None: not known, and left out.
        times: of each frame; unless all have one, they are counted.
        unit: of the values.
        shown: the number of the frame that is shown.
        palette: of the widget that shows it.
    """
    canvas = Canvas(width, height, palette)
    places = _places(values, times, width, height)
    if places:
        if shown in places:
            canvas.rule(places[shown][0])
        canvas.curve(list(places.values()), dots=True)
        canvas.write(MARGIN, MARGIN + 9, f"{max(filter(_isKnown, values)):.3g} {unit}")
    return canvas.finished()


def _isKnown(value):
    return isinstance(value, (int, float))


def _places(values, times, width, height):
    """{number of a frame: (x, y) in pixels}; empty for a single value, which is no curve."""
    if not all(map(_isKnown, times)):
        times = list(range(len(values)))
    known = [number for number, value in enumerate(values) if _isKnown(value)]
    if len(known) < 2:
        return {}
    span = max(times[-1] - times[0], 1e-12)
    highest = max(values[number] for number in known) or 1.0
    return {
        number: (
            MARGIN + (width - 2 * MARGIN) * (times[number] - times[0]) / span,
            height - MARGIN - (height - 2 * MARGIN - _TITLE) * values[number] / highest,
        )
        for number in known
    }
