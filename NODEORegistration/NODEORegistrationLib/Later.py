"""A function called in a later turn of the event loop.

``qt.QTimer.singleShot`` never lets go of the function in PythonQt, and so of whatever it holds: a run with its volumes.
"""

import qt

_waiting = set()  # timers that nobody else holds


def later(function, milliseconds=0):
    """Call ``function`` once, when Qt is idle or after some milliseconds, and forget it before it is called."""
    _waiting.add(_Call(function, milliseconds))


class _Call:
    def __init__(self, function, milliseconds):
        self._function = function
        self._slot = self._onTimeout
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._slot)
        self._timer.start(milliseconds)

    def _onTimeout(self):
        function, timer = self._function, self._timer
        timer.disconnect("timeout()", self._slot)
        timer.deleteLater()
        self._function = self._slot = self._timer = None
        _waiting.discard(self)
        function()
