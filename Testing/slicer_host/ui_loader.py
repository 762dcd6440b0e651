"""Qt's own loader of `.ui` files, which knows CTK's and Slicer's widgets and forgives nothing."""

from __future__ import annotations

from xml.etree import ElementTree

from PySide6 import QtCore, QtUiTools, QtWidgets

from . import ctk, qmrml, strict

WIDGETS = {
    name: widget
    for module in (ctk, qmrml)
    for name, widget in vars(module).items()
    if isinstance(widget, type) and issubclass(widget, QtWidgets.QWidget) and widget.__module__ == module.__name__
}


class UserInterfaceError(AssertionError):
    """Slicer would print a line and go on with a widget that lacks something."""


class UiLoader(QtUiTools.QUiLoader):
    """`QUiLoader`, with the widgets of this host; unknown classes, properties and signals raise."""

    def createWidget(self, className: str, parent: QtWidgets.QWidget | None = None, name: str = ""):
        if className not in WIDGETS:
            return QtUiTools.QUiLoader.createWidget(self, className, parent, name)
        widget = WIDGETS[className](parent)
        widget.objectName = name
        strict.keep(widget)
        return widget

    def load(self, file: QtCore.QIODevice, parent: QtWidgets.QWidget | None = None) -> QtWidgets.QWidget:
        tree = ElementTree.fromstring(bytes(file.readAll().data()))
        connections = tree.find("connections")
        if connections is not None:
            tree.remove(connections)
        for entry in tree.findall("customwidgets/customwidget"):
            if entry.findtext("class") not in WIDGETS:
                raise UserInterfaceError(f"This host has no widget {entry.findtext('class')}")
        buffer = QtCore.QBuffer()
        buffer.setData(ElementTree.tostring(tree))
        buffer.open(QtCore.QIODevice.ReadOnly)
        with strict.loading():
            widget = QtUiTools.QUiLoader.load(self, buffer, parent)
        if widget is None:
            raise UserInterfaceError(self.errorString())
        strict.keep(widget)
        _checkProperties(tree, widget)
        for connection in connections if connections is not None else ():
            _connect(widget, connection)
        return widget


def _named(root: QtWidgets.QWidget, name: str) -> QtCore.QObject:
    found = root if root.objectName == name else root.findChild(QtCore.QObject, name)
    if found is None:
        raise UserInterfaceError(f"No widget is called {name}")
    return found


def _checkProperties(tree: ElementTree.Element, root: QtWidgets.QWidget) -> None:
    for element in tree.iter("widget"):
        widget = _named(root, element.get("name"))
        for entry in element.findall("property"):
            name = entry.get("name")
            if entry.get("stdset") != "0" and name != "buddy" and widget.metaObject().indexOfProperty(name) < 0:
                raise UserInterfaceError(f"{element.get('name')} ({element.get('class')}) has no property {name}")


def _connect(root: QtWidgets.QWidget, connection: ElementTree.Element) -> None:
    sender, signal, receiver, slot = (connection.findtext(tag) for tag in ("sender", "signal", "receiver", "slot"))
    _named(root, sender).connect(signal, _named(root, receiver), slot)
