# ruff: noqa: N801
"""`slicer.modules`: the module under test as Slicer holds it, and the C++ modules around their real logics."""

from __future__ import annotations

import enum
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .declare import setters, stored
from .faults import guarded
from .qmrml import qMRMLNodeComboBox, qMRMLWidget

LOGICS = {
    "colors": "vtkSlicerColorLogic",
    "volumes": "vtkSlicerVolumesLogic",
    "transforms": "vtkSlicerTransformLogic",
    "segmentations": "vtkSlicerSegmentationsModuleLogic",
    "subjecthierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "markups": "vtkSlicerMarkupsLogic",
    "tables": "vtkSlicerTablesLogic",
    "texts": "vtkSlicerTextsLogic",
    "plots": "vtkSlicerPlotsLogic",
    "sequences": "vtkSlicerSequencesLogic",
}


class qSlicerLoadableModule(QtCore.QObject):
    """A C++ module: its name and its logic."""

    name = stored("name", str)

    def __init__(self, name, logic):
        QtCore.QObject.__init__(self)
        self.name = name
        self._logic = logic

    def logic(self):
        return self._logic


NAMES = ("title", "categories", "contributors", "helpText", "acknowledgementText", "icon", "hidden", "dependencies")


@setters(*NAMES, "index", "associatedNodeTypes")
class qSlicerScriptedLoadableModule(QtCore.QObject):
    """A scripted module: the `parent` of the module's first class."""

    name = stored("name", str)
    path = stored("path", str)
    title = stored("title", str)
    categories = stored("categories", "QStringList", [])
    contributors = stored("contributors", "QStringList", [])
    associatedNodeTypes = stored("associatedNodeTypes", "QStringList", [])
    helpText = stored("helpText", str)
    acknowledgementText = stored("acknowledgementText", str)
    extensions = stored("extensions", "QVariantMap", {})
    icon = stored("icon", QtGui.QIcon)
    hidden = stored("hidden", bool)
    dependencies = stored("dependencies", "QStringList", [])
    index = stored("index", int, -1)
    widgetRepresentationCreationEnabled = stored("widgetRepresentationCreationEnabled", bool, True)

    def __init__(self, path: Path):
        QtCore.QObject.__init__(self)
        self.name, self.path = path.stem, str(path)
        self._widget = None
        self._logic = slicer.vtkSlicerScriptedLoadableModuleLogic()

    def logic(self):
        return self._logic

    def widgetRepresentation(self):
        if self._widget is None:
            self._widget = self.createNewWidgetRepresentation()
        return self._widget

    def createNewWidgetRepresentation(self):
        widget = qSlicerScriptedLoadableModuleWidget(self)
        widget.reload()
        widget.setMRMLScene(slicer.mrmlScene)
        return widget


class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """A scripted module's panel: the `parent` of the module's widget class."""

    moduleName = stored("moduleName", str)
    isEntered = stored("isEntered", bool)

    def __init__(self, module):
        qMRMLWidget.__init__(self)
        self.moduleName = module.name
        self._path = Path(module.path)
        self._self = None
        QtWidgets.QVBoxLayout(self)

    def self(self):
        return self._self

    def reload(self):
        name = f"{self.moduleName}Widget"
        self._self = getattr(importSource(self._path), name)(self)
        setattr(slicer.modules, name, self._self)
        guarded(self._self.setup)()

    def enter(self):
        self.isEntered = True
        guarded(getattr(self._self, "enter", lambda: None))()

    def exit(self):
        self.isEntered = False
        guarded(getattr(self._self, "exit", lambda: None))()


def importSource(path: Path) -> ModuleType:
    """The module's file, imported once under its bare name, its folder on `sys.path`."""
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    if path.stem not in sys.modules:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[path.stem]
            raise
    return sys.modules[path.stem]


def checkEnumerations(path: Path) -> None:
    """Raise for `qt.Qt.AlignmentFlag.AlignLeft` in a module and its library: PythonQt knows `qt.Qt.AlignLeft` only."""
    import qt

    for file in (path, *sorted((path.parent / f"{path.stem}Lib").rglob("*.py"))):
        for name in re.findall(r"\bqt\.(\w+\.\w+)\.\w+", file.read_text(encoding="utf-8")):
            outer, inner = name.split(".")
            found = re.search(rf"\bqt\.{outer}\.{inner}\.\w+", file.read_text(encoding="utf-8"))
            if isinstance(getattr(getattr(qt, outer, None), inner, None), enum.EnumMeta):
                raise AssertionError(f"{file.name}: {found[0]} is unknown to PythonQt: leave {inner} out")


def addCppModules(scene: slicer.vtkMRMLScene, applicationLogic: slicer.vtkMRMLApplicationLogic) -> None:
    for name, className in LOGICS.items():
        if name == "colors":
            logic = applicationLogic.GetColorLogic()
        else:
            logic = getattr(slicer, className)()
            logic.SetMRMLApplicationLogic(applicationLogic)
            logic.SetMRMLScene(scene)
        applicationLogic.SetModuleLogic(name.capitalize(), logic)
        setattr(slicer.modules, name, qSlicerLoadableModule(name.capitalize(), logic))


def load(path: Path) -> qSlicerScriptedLoadableModule:
    """Load a scripted module as the application does at its start."""
    checkEnumerations(path)
    python = importSource(path)
    module = qSlicerScriptedLoadableModule(path)
    instance = getattr(python, path.stem)(module)
    setattr(slicer.modules, path.stem.lower(), module)
    setattr(slicer.modules, f"{path.stem}Instance", instance)
    slicer.app.moduleManager().moduleLoaded.emit(path.stem)
    return module


def unload(name: str) -> None:
    """What happens to a module when the application closes."""
    slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(name)
    module = slicer.app.moduleManager().module(name)
    widget = module._widget
    for attribute in (name.lower(), f"{name}Instance", f"{name}Widget"):
        vars(slicer.modules).pop(attribute, None)
    if widget is not None:
        for selector in widget.findChildren(qMRMLNodeComboBox):
            selector.setMRMLScene(None)
        widget.deleteLater()
