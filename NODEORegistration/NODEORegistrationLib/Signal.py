"""A signal that plain Python objects can have: connect a function, and it is called whenever the signal is emitted."""

import logging


class Signal:
    """Calls what is connected, in order; an error in one receiver is logged and does not keep the others waiting.

    >>> finished = Signal()
    >>> finished.connect(print)
    >>> finished.emit("done")
    done
    """

    def __init__(self):
        self._receivers = []

    def connect(self, receiver):
        """Call ``receiver`` with what :meth:`emit` is given, from now on."""
        if receiver not in self._receivers:
            self._receivers.append(receiver)

    def disconnect(self, receiver):
        """Forget ``receiver``; unknown ones are no error."""
        if receiver in self._receivers:
            self._receivers.remove(receiver)

    def clear(self):
        """Forget all receivers."""
        self._receivers = []

    def emit(self, *values):
        """Call every receiver."""
        for receiver in list(self._receivers):
            try:
                receiver(*values)
            except Exception:
                logging.exception("A receiver of a registration's signal failed.")
