"""How the widgets of this host declare their Qt properties."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

MISSING = object()


def stored(name: str, kind: Any, default: Any = MISSING, changed: str = "") -> QtCore.Property:
    """A property kept in the Python half; `changed` names the method to call when it got another value."""
    default = kind() if default is MISSING else default

    def read(self):
        return self.__dict__.get(f"_{name}", default)

    def write(self, value):
        if read(self) != value:
            self.__dict__[f"_{name}"] = value
            if changed:
                getattr(self, changed)()

    return QtCore.Property(kind, read, write)


def delegated(inner: str, name: str, kind: Any, changed: str = "") -> QtCore.Property:
    """A property of the widget kept in the attribute `inner`."""

    def read(self):
        return getattr(self.__dict__[inner], name)

    def write(self, value):
        setattr(self.__dict__[inner], name, value)
        if changed:
            getattr(self, changed)()

    return QtCore.Property(kind, read, write)


def setters(*names: str):
    """Class decorator: the `setName(value)` methods of these properties."""

    def decorate(cls: type) -> type:
        for name in names:

            def setter(self, value, name=name):
                setattr(self, name, value)

            setter.__name__ = f"set{name[0].upper()}{name[1:]}"
            setattr(cls, setter.__name__, setter)
        return cls

    return decorate


def row(parent: QtWidgets.QWidget, *widgets: QtWidgets.QWidget) -> None:
    """Lay the widgets out side by side, without margins."""
    layout = QtWidgets.QHBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
