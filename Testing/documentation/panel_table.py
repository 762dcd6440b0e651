"""The table of what the panel offers: rows from the .ui file, defaults as a fresh panel shows them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .table import NOTHING, table, written

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration"
_UNIT = re.compile(r"\bin (?:units of )?((?:\d+ )?(?:voxels|spacings)[^;.]*)")  # as the tool tips say it


def panel(ui: Any) -> str:
    """Every option of the panel.

    Args:
        ui: the widgets of a panel that has just been opened, by name.
    """
    tree = ElementTree.parse(MODULE / "Resources" / "UI" / "NODEORegistration.ui")
    rows: list[tuple[str, ...]] = []
    for section in tree.iterfind(".//widget[@class='ctkCollapsibleButton']"):
        title = _text(section, "text")
        for label, widgets in _form_rows(section):
            rows.append((title, label, *_cells(label, widgets, ui)))
            title = ""
    return table(("section", "option", "unit", "default", "meaning"), rows)


def _form_rows(section: ElementTree.Element) -> Iterator[tuple[str, list[ElementTree.Element]]]:
    """Label and widgets of each row of a section's form; a tick box or a button may be the label."""
    items = section.findall("layout[@class='QFormLayout']/item")
    fields = {item.get("row"): item for item in items if item.get("column") == "1"}
    for item in items:
        label = item.find("widget")
        if item.get("column") == "0" and label is not None and _text(label, "text"):
            ticked = [] if label.get("class") == "QLabel" else [label]
            field = fields.get(item.get("row"))
            yield _text(label, "text").rstrip(":"), [*ticked, *(() if field is None else field.iter("widget"))]


def _cells(label: str, widgets: list[ElementTree.Element], ui: Any) -> tuple[str, str, str]:
    """Unit, default and meaning of a row."""
    described = [widget for widget in widgets if not _parameter(widget).startswith("output")]  # those are all alike
    meaning = " ".join(filter(None, (_meaning(widget, label) for widget in described)))
    return _unit(widgets, ui) or NOTHING, _default(widgets, ui) or NOTHING, meaning


def _meaning(widget: ElementTree.Element, label: str) -> str:
    """A widget's tool tip, after its own text if that is not the row's."""
    own, tip = _text(widget, "text"), _text(widget, "toolTip")
    return f"{own}: {tip}" if own not in ("", label) else tip


def _default(widgets: list[ElementTree.Element], ui: Any) -> str:
    """What a fresh panel shows in a row: a number and its unit, or one thing after the other."""
    shown = ""
    for widget in widgets:
        joint = " " if _parameter(widget).endswith("_unit") else ", "
        shown = joint.join(filter(None, (shown, _shown(widget, ui))))
    return shown


def _shown(widget: ElementTree.Element, ui: Any) -> str:
    """What a fresh panel shows in a widget, without the suffix; nothing in a button."""
    live = getattr(ui, str(widget.get("name")))
    kind = _class(widget)
    if kind == "QComboBox":
        return live.currentText
    if kind == "qMRMLNodeComboBox":
        return live.noneDisplay
    if kind == "QCheckBox":
        return "on" if live.checked else "off"
    if kind == "QLineEdit":
        return live.text
    if kind in ("QSpinBox", "QDoubleSpinBox", "ctkSliderWidget"):
        special = live.specialValueText if kind == "QSpinBox" and live.value == live.minimum else ""
        return special or written(live.value)
    return ""


def _unit(widgets: list[ElementTree.Element], ui: Any) -> str:
    """The choices of a box of units, the suffix of a number, or what the tool tip says."""
    for widget in widgets:
        if _parameter(widget).endswith("_unit"):
            box = getattr(ui, str(widget.get("name")))
            return " or ".join(box.itemText(index) for index in range(box.count))
        if _text(widget, "suffix"):
            return _text(widget, "suffix")
        told = _UNIT.search(_text(widget, "toolTip"))
        if told:
            return told[1]
    return ""


def _class(widget: ElementTree.Element) -> str:
    return str(widget.get("class"))


def _parameter(widget: ElementTree.Element) -> str:
    """The parameter that a widget shows, or an empty text."""
    return _text(widget, "SlicerParameterName")


def _text(widget: ElementTree.Element, name: str) -> str:
    return (widget.findtext(f"property[@name='{name}']/string") or "").strip()
