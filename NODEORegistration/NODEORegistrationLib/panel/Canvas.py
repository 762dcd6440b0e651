"""A small picture of curves in the colors of the panel."""

import qt

MARGIN = 6  # pixels
_FONT = 8  # points


class Canvas:
    """A picture that is being drawn; places are in pixels from its upper left corner.

    Args:
        width, height: pixels.
        palette: of the widget that shows it.
    """

    def __init__(self, width, height, palette):
        self._pixmap = qt.QPixmap(width, height)
        self._pixmap.fill(palette.color(qt.QPalette.Base))
        self._palette, self._height = palette, height
        self._painter = qt.QPainter(self._pixmap)
        self._painter.setRenderHint(qt.QPainter.Antialiasing)
        font = self._painter.font()
        font.setPointSize(_FONT)
        self._painter.setFont(font)

    def rule(self, x):
        """A line from top to bottom."""
        self._painter.setPen(self._pen(qt.QPalette.Mid))
        self._painter.drawLine(int(x), MARGIN, int(x), self._height - MARGIN)

    def curve(self, places, dots=False):
        """A curve through (x, y), with a dot at each of them."""
        pen = self._pen(qt.QPalette.Highlight)
        pen.setWidthF(1.6)
        self._painter.setPen(pen)
        path = qt.QPainterPath()
        for number, (x, y) in enumerate(places):
            path.lineTo(x, y) if number else path.moveTo(x, y)
        self._painter.drawPath(path)
        for x, y in places if dots else ():
            self._painter.drawEllipse(int(x) - 2, int(y) - 2, 4, 4)

    def write(self, x, y, text):
        """A text whose base line begins there."""
        self._painter.setPen(self._pen(qt.QPalette.Text))
        self._painter.drawText(int(x), int(y), text)

    def finished(self):
        """The pixmap; nothing more can be drawn."""
        self._painter.end()
        return self._pixmap

    def _pen(self, role):
        return qt.QPen(self._palette.color(role))
