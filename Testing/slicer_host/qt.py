"""The module `qt`: every name of Qt in one flat namespace, dialogs answered by the test."""

from __future__ import annotations

import os
import sys
from types import ModuleType


def build() -> ModuleType:
    """Import PySide with enumerations that are integers, as PythonQt's are, and make it strict."""
    if "PySide6" in sys.modules:
        raise RuntimeError("PySide6 was imported before slicer_host.start(): its enumerations can no longer be changed")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.pyside6_option_python_enum = 0x02 | 0x04 | 0x08  # inherit int, unscoped names of globals and of classes
    from PySide6 import QtCore, QtGui, QtNetwork, QtSvg, QtUiTools, QtWidgets

    from . import strict

    qt = ModuleType("qt", __doc__)
    for part in (QtCore, QtGui, QtWidgets, QtNetwork, QtSvg, QtUiTools):
        for name in dir(part):
            if name.startswith(("Q", "qI")):
                setattr(qt, name, getattr(part, name))
    strict.install([thing for thing in vars(qt).values() if isinstance(thing, type)])

    from . import dialogs, ui_loader

    dialogs.install()
    qt.QUiLoader = ui_loader.UiLoader
    return qt
