# ruff: noqa: N801
"""`slicer.app`: the application object, its module manager and its main window."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .declare import stored
from .io_manager import qSlicerCoreIOManager
from .qmrml import qMRMLWidget
from .views import qSlicerLayoutManager


class qSlicerModuleManager(QtCore.QObject):
    """The modules that were loaded."""

    moduleLoaded = QtCore.Signal(str)
    moduleAboutToBeUnloaded = QtCore.Signal(str)

    def modulesNames(self):
        return tuple(module.name for module in self._modules())

    def module(self, name):
        return next((module for module in self._modules() if module.name == name), None)

    def _modules(self):
        return [entry for entry in vars(slicer.modules).values() if hasattr(entry, "widgetRepresentation")]


class ModuleSelector(QtCore.QObject):
    """What `slicer.util.selectModule` speaks to."""

    selectedModule = stored("selectedModule", str)

    def selectModule(self, name):
        self.selectedModule = name


class qSlicerMainWindow(QtWidgets.QMainWindow):
    """An empty main window, never shown."""

    def __init__(self):
        QtWidgets.QMainWindow.__init__(self)
        self.objectName = "qSlicerMainWindow"
        self._selector = ModuleSelector(self)

    def moduleSelector(self):
        return self._selector


class ExtensionsManagerModel(QtCore.QObject):
    """Which extensions are there: those that the test says."""

    def __init__(self):
        QtCore.QObject.__init__(self)
        self._installed: set[str] = set()

    def isExtensionInstalled(self, name):
        return name in self._installed


class qSlicerApplication(QtWidgets.QApplication):
    """The application, without a window on any screen."""

    SIGNATURES: ClassVar = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged"}
    startupCompleted = QtCore.Signal()
    mrmlSceneChanged = QtCore.Signal(object)

    majorVersion = stored("majorVersion", int, 5)
    minorVersion = stored("minorVersion", int, 13)
    revision = stored("revision", str, "34000")
    slicerHome = stored("slicerHome", str)
    temporaryPath = stored("temporaryPath", str)
    cachePath = stored("cachePath", str)
    defaultScenePath = stored("defaultScenePath", str)
    slicerUserSettingsFilePath = stored("slicerUserSettingsFilePath", str)
    documentationBaseUrl = stored("documentationBaseUrl", str, "https://slicer.readthedocs.io/en/latest/")
    os = stored("os", str, "linux")
    platform = stored("platform", str, "linux-amd64")
    arch = stored("arch", str, "amd64")

    def __init__(self, folder: Path):
        QtWidgets.QApplication.__init__(self, ["Slicer"])
        self.applicationName, self.organizationName, self.applicationVersion = "Slicer", "slicer.org", "5.13.0"
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.IniFormat)
        QtCore.QSettings.setPath(QtCore.QSettings.IniFormat, QtCore.QSettings.UserScope, str(folder / "settings"))
        for name in ("home", "temporary", "cache", "documents"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "home" / "share" / "ColorFiles").mkdir(parents=True, exist_ok=True)
        self.slicerHome = str(folder / "home")
        self.temporaryPath = str(folder / "temporary")
        self.cachePath = str(folder / "cache")
        self.defaultScenePath = str(folder / "documents")
        self._testing = False
        self._renderPaused = 0
        self._manager = qSlicerModuleManager(self)
        self._extensions = ExtensionsManagerModel()
        self._io = qSlicerCoreIOManager()
        self._look()

    def _look(self):
        """Fusion in light grey, as most people see Slicer."""
        self.setStyle("Fusion")
        palette = QtGui.QPalette(QtGui.QColor(239, 239, 239))
        palette.setColor(QtGui.QPalette.Highlight, QtGui.QColor(48, 140, 198))
        self.setPalette(palette)
        font = QtGui.QFont(_family())
        font.setPixelSize(12)
        self.setFont(font)

    def _open(self, scene):
        """Everything that hangs on the scene."""
        self._logic = slicer.vtkSlicerApplicationLogic()
        self._logic.SetHomeDirectory(self.slicerHome)
        self._logic.SetShareDirectory("share")
        self._logic.SetTemporaryPath(self.temporaryPath)
        self._logic.SetMRMLScene(scene)
        self._colors = slicer.vtkSlicerColorLogic()
        self._colors.SetMRMLApplicationLogic(self._logic)
        self._colors.SetMRMLScene(scene)
        self._logic.SetColorLogic(self._colors)
        self._remote = slicer.vtkMRMLRemoteIOLogic()
        self._remote.SetMRMLScene(scene)
        self._remote.AddDataIOToScene()
        self._remote.GetCacheManager().SetRemoteCacheDirectory(self.cachePath)
        self._layout = qSlicerLayoutManager(scene, self._logic)
        self._window = qSlicerMainWindow()

    # --- what Slicer's application answers ---

    def applicationLogic(self):
        return self._logic

    def layoutManager(self):
        return self._layout

    def mainWindow(self):
        return self._window

    def moduleManager(self):
        return self._manager

    def extensionsManagerModel(self):
        return self._extensions

    def coreIOManager(self):
        return self._io

    ioManager = coreIOManager

    def mrmlScene(self):
        return slicer.mrmlScene

    def moduleLogic(self, name):
        return getattr(slicer.modules, name.lower()).logic()

    def settings(self):
        return QtCore.QSettings()

    userSettings = revisionUserSettings = settings

    def commandOptions(self):
        return SimpleNamespace(noMainWindow=False, testingEnabled=self._testing)

    def testingEnabled(self):
        return self._testing

    def moduleDocumentationUrl(self, name):
        return f"{self.documentationBaseUrl}user_guide/modules/{name.lower()}.html"

    def startupEnvironment(self):
        environment = QtCore.QProcessEnvironment()
        for key, value in os.environ.items():
            environment.insert(key, value)
        return environment

    environment = startupEnvironment

    def pauseRender(self):
        self._renderPaused += 1

    def resumeRender(self):
        self._renderPaused -= 1

    def setRenderPaused(self, paused):
        self._renderPaused += 1 if paused else -1

    def openUrl(self, url):
        QtGui.QDesktopServices.openUrl(QtCore.QUrl(url))

    def restart(self):
        raise AssertionError("Slicer would restart now")


class qSlicerWidget(qMRMLWidget):
    """A widget of the application."""


def _family() -> str:
    """A font that can be drawn with: one of the system's, or the one that comes with matplotlib."""
    if QtGui.QFontDatabase.families():
        return "DejaVu Sans"
    import matplotlib

    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return QtGui.QFontDatabase.applicationFontFamilies(QtGui.QFontDatabase.addApplicationFont(str(font)))[0]
