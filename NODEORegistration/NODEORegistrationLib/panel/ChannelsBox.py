"""More images of the same two: the part More images of the section Guidance."""

from ..Parameters import CHANNEL_NUMBERS, channelsOf, setChannels


class ChannelsBox:
    """Rows of two volumes and a weight, as many as are wanted.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self._parameters = None
        self._addButton = ui.addChannelButton
        self._rows = [_row(ui, number) for number in CHANNEL_NUMBERS]
        self._addButton.connect("clicked()", self._onAdd)
        self._slots = [self._remover(index) for index in range(len(CHANNEL_NUMBERS))]  # PythonQt does not keep them
        for number, slot in zip(CHANNEL_NUMBERS, self._slots, strict=True):
            getattr(ui, f"removeChannel{number}Button").connect("clicked()", slot)
        self._show(0)

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing."""
        self._parameters = parameters
        if parameters is not None:
            self._show(parameters.channels)

    def _show(self, count):
        for index, widgets in enumerate(self._rows):
            for widget in widgets:
                widget.visible = index < count
        self._addButton.enabled = count < len(CHANNEL_NUMBERS)

    def _onAdd(self):
        if self._parameters is not None:
            setChannels(self._parameters, [*channelsOf(self._parameters), [None, None, 1.0]])

    def _remover(self, index):
        def remove():
            if self._parameters is not None:
                rows = channelsOf(self._parameters)
                setChannels(self._parameters, rows[:index] + rows[index + 1 :])

        return remove


def _row(ui, number):
    """The label of a row, and what holds everything beside it: hidden, it leaves no gap."""
    return [getattr(ui, f"channel{number}{part}") for part in ("Label", "Row")]
