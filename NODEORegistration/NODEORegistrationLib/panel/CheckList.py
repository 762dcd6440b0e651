"""A list of names with a tick before each."""

import qt

from ..Signal import Signal


class CheckList:
    """Shows rows, and tells when a person ticks one.

    Args:
        widget: a QListWidget.

    Signals:
        ticked(list): a person has ticked or unticked a row; a truth value for each row.
    """

    def __init__(self, widget):
        self.ticked = Signal()
        self._widget = widget
        self._rows = []
        self._isFilling = False
        widget.connect("itemChanged(QListWidgetItem*)", self._onTicked)

    def show(self, rows):
        """Show (name, whether it is ticked) of each row."""
        if rows == self._rows:
            return
        self._rows = rows
        self._isFilling = True
        self._widget.clear()
        for title, isTicked in rows:
            item = qt.QListWidgetItem(title)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsUserCheckable)
            item.setCheckState(qt.Qt.Checked if isTicked else qt.Qt.Unchecked)
            self._widget.addItem(item)
        self._isFilling = False

    def _onTicked(self, item):
        if self._isFilling:
            return
        ticks = [self._widget.item(row).checkState() == qt.Qt.Checked for row in range(len(self._rows))]
        self._rows = [(title, isTicked) for (title, _before), isTicked in zip(self._rows, ticks, strict=True)]
        self.ticked.emit(ticks)
