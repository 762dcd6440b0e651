"""Which widget may show which type of parameter, and how: by the exact class of the widget, as in Slicer."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable

import ctk
import qt
import slicer

from .parameter_types import PATHS, Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange, find, split

SlicerParameterNamePropertyName = "SlicerParameterName"


class GuiConnector:
    """Reads and writes one widget, and hears its signal."""

    def __init__(self, widget, signal: str | None, read: Callable, write: Callable) -> None:
        self._widget, self._signal = widget, signal
        self.read, self.write = read, write
        self._callback = None

    def widget(self):
        return self._widget

    def onChanged(self, callback) -> None:
        self._callback = callback
        if self._signal is not None:
            signal = getattr(self._widget, self._signal)
            (signal.disconnect if callback is None else signal.connect)(self.changed)

    def changed(self) -> None:
        if self._callback:
            self._callback()


def _property(widget, signal: str, name: str, convert: Callable = lambda value: value) -> GuiConnector:
    return GuiConnector(
        widget, signal, lambda: convert(getattr(widget, name)), lambda value: setattr(widget, name, convert(value))
    )


def _bounds(annotations) -> tuple:
    within = find(annotations, WithinRange)
    if within is not None:
        return within.minimum, within.maximum
    low, high = find(annotations, Minimum), find(annotations, Maximum)
    return (low.minimum if low else None), (high.maximum if high else None)


def _number(widget, kind, annotations) -> GuiConnector:
    low, high = _bounds(annotations)
    isSlider = type(widget) in (qt.QSlider, ctk.ctkSliderWidget, slicer.qMRMLSliderWidget)
    if isSlider and (low is None or high is None):
        raise RuntimeError(f"Cannot have a connection to {type(widget).__name__} where the number is unbounded.")
    step, decimals = find(annotations, SingleStep), find(annotations, Decimals)
    isWhole = type(widget) in (qt.QSlider, qt.QSpinBox)
    if not isWhole and (kind is int or decimals is not None):
        widget.decimals = 0 if kind is int else decimals.value
    if step is not None:
        widget.singleStep = step.value
    widget.minimum = low if low is not None else -(2**31) if isWhole else float("-inf")
    widget.maximum = high if high is not None else 2**31 - 1 if isWhole else float("inf")
    return _property(widget, "valueChanged", "value", int if kind is int else lambda value: value)


def _combo(widget, labels: list[str], values: list) -> GuiConnector:
    def write(value):
        if value not in values:
            raise ValueError(f"Unable to find value {value} in choices {values}")
        widget.currentIndex = values.index(value)

    widget.clear()
    widget.addItems(labels)
    return GuiConnector(widget, "currentIndexChanged", lambda: values[widget.currentIndex], write)


def _text(widget) -> GuiConnector:
    def write(value):
        if value != widget.text:
            widget.text = value

    return GuiConnector(widget, "textChanged", lambda: widget.text, write)


def _nodeTypes(kind) -> tuple[type, ...] | None:
    """The node classes of a node type, or of a union of node types and None."""
    isUnion = typing.get_origin(kind) in (typing.Union, types.UnionType)
    kinds = [split(entry)[0] for entry in typing.get_args(kind)] if isUnion else [kind]
    kinds = [entry for entry in kinds if entry is not type(None)]
    isNodes = kinds and all(isinstance(entry, type) and issubclass(entry, slicer.vtkMRMLNode) for entry in kinds)
    return tuple(kinds) if isNodes else None


def createGuiConnector(widget, datatype) -> GuiConnector:
    """The connector of a widget and a type; RuntimeError for a pair that Slicer does not know."""
    kind, annotations = split(datatype)
    shown = type(widget)
    if kind is bool and shown in (qt.QCheckBox, ctk.ctkCheckBox):
        return _property(widget, "stateChanged", "checked")
    if kind is bool and shown is qt.QPushButton:
        widget.checkable = True
        return _property(widget, "toggled", "checked")
    if kind is int and shown in (qt.QSlider, qt.QSpinBox):
        return _number(widget, kind, annotations)
    spins = (
        qt.QDoubleSpinBox,
        ctk.ctkSliderWidget,
        ctk.ctkDoubleSpinBox,
        slicer.qMRMLSliderWidget,
        slicer.qMRMLSpinBox,
    )
    if kind in (int, float) and shown in spins:
        return _number(widget, kind, annotations)
    if kind in (int, float, str, bool) and shown in (qt.QComboBox, ctk.ctkComboBox):
        choice = find(annotations, Choice)
        if choice is None:
            raise RuntimeError("A combo box requires the Choice annotation to be used.")
        return _combo(widget, [str(entry) for entry in choice.choices], list(choice.choices))
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and shown in (qt.QComboBox, ctk.ctkComboBox):
        label = getattr(kind, "label", lambda entry: entry.name)
        return _combo(widget, [label(entry) for entry in kind], list(kind))
    if kind is str and shown is qt.QLineEdit:
        return _text(widget)
    if kind is str and shown is qt.QLabel:
        return GuiConnector(widget, None, lambda: widget.text, lambda value: setattr(widget, "text", value))
    if kind is str and shown is qt.QTextEdit:
        return GuiConnector(widget, "textChanged", widget.toPlainText, widget.setPlainText)
    if kind in PATHS and shown is ctk.ctkPathLineEdit:
        return GuiConnector(
            widget,
            "currentPathChanged",
            lambda: kind(widget.currentPath),
            lambda value: setattr(widget, "currentPath", str(value)),
        )
    if kind in PATHS and shown is ctk.ctkDirectoryButton:
        return GuiConnector(
            widget,
            "directoryChanged",
            lambda: kind(widget.directory),
            lambda value: setattr(widget, "directory", str(value)),
        )
    if _nodeTypes(kind) and shown is slicer.qMRMLNodeComboBox:
        widget.nodeTypes = [entry.__name__ for entry in _nodeTypes(kind)]
        return GuiConnector(widget, "currentNodeChanged", widget.currentNode, widget.setCurrentNode)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{datatype}' to widget type '{shown}'.")


def widgetsByParameter(gui) -> dict:
    """{parameter: widget}, by the dynamic property of each child, or of each attribute of `childWidgetVariables`."""
    isWidget = getattr(gui, "isWidgetType", lambda: False)()
    widgets = gui.findChildren(qt.QWidget) if isWidget else vars(gui).values()
    named = ((widget.property(SlicerParameterNamePropertyName), widget) for widget in widgets)
    return {name: widget for name, widget in named if name}
