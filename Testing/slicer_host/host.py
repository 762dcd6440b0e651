"""One Slicer for the whole test process: `start()` brings it up, the `Host` it returns drives it."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

_host: Host | None = None


def start() -> Host:
    """The host; the first call imports Qt and MRML, which changes PySide for the rest of the process."""
    global _host
    if _host is None:
        _host = Host()
    return _host


class Host:
    """Slicer, as a test sees it."""

    def __init__(self) -> None:
        import slicer

        from . import faults, i18n, launcher, qt

        self.folder = Path(tempfile.mkdtemp(prefix="slicer_host_"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.launcher = launcher.install(self.folder / "bin")
        self.faults, self.warnings = faults.faults, faults.warnings
        faults.watch()
        faults.hearVtk()

        sys.modules["qt"] = qt.build()
        sys.modules["qt"].qInstallMessageHandler(faults.hearQt)
        from . import application, ctk, modules, packaging, qmrml, scene, views
        from .dialogs import dialogs

        sys.modules["ctk"] = ctk
        for part in (qmrml, modules, application, views):
            for name, thing in vars(part).items():
                if name.startswith("q") and isinstance(thing, type):
                    setattr(slicer, name, thing)
        slicer.modules = ModuleType("slicer.modules")
        slicer.mrmlScene = scene.new()
        slicer.app = application.qSlicerApplication(self.folder)
        self._offer("i18n", i18n)
        packaging.install()
        self._packaging = packaging
        self._offer("packaging", packaging)

        from . import parameter_node, sample_data, scripted_module

        self._offer("ScriptedLoadableModule", scripted_module)
        self._offer("parameterNodeWrapper", parameter_node)
        sys.modules["SampleData"] = sample_data
        slicer.app._open(slicer.mrmlScene)
        modules.addCppModules(slicer.mrmlScene, slicer.app.applicationLogic())
        self._loaded: dict[str, Path] = {}
        self._translator: Any = None
        self.packages, self.dialogs = packaging.packages, dialogs
        self._modules, self._scene, self._views, self._qt = modules, scene, views, sys.modules["qt"]
        self.scene, self.app = slicer.mrmlScene, slicer.app
        atexit.register(self._close)  # before Qt's own end, which was registered when Qt was imported

    def _offer(self, name: str, module: ModuleType) -> None:
        """Make `import slicer.name` and `from slicer.name import …` work."""
        import slicer

        sys.modules[f"slicer.{name}"] = module
        setattr(slicer, name, module)

    # --- state ---

    def reset(self) -> None:
        """An empty scene, no module, no answers, no faults; Slicer 5.13 with PyTorch's extension absent."""
        for name in list(self._loaded):
            self.unload(name)
        self.wait(0.01)
        self.scene.Clear(0)
        self.packages.clear()
        self.dialogs.clear()
        self.faults.clear()
        self.warnings.clear()
        self.setVersion(5, 13)
        self.setPyTorchExtension(False)
        self.setTesting(False)
        self.speak(None)

    def speak(self, translation: str | Path | None) -> None:
        """The language of what is loaded from now on: a compiled translation (.qm), or English."""
        if self._translator is not None:
            self.app.removeTranslator(self._translator)
            self._translator = None
        if translation is not None:
            translator = self._qt.QTranslator()
            if not translator.load(str(translation)):
                raise AssertionError(f"{translation} is no translation")
            self.app.installTranslator(translator)
            self._translator = translator

    def setVersion(self, major: int, minor: int) -> None:
        """Pretend to be another release: `slicer.packaging` is there from 5.12 on."""
        import slicer

        self.app.majorVersion, self.app.minorVersion = major, minor
        if (major, minor) >= (5, 12):
            self._offer("packaging", self._packaging)
        else:
            sys.modules["slicer.packaging"] = None
            vars(slicer).pop("packaging", None)
        install = self._packaging.pip_install
        slicer.util.pip_install = lambda requirements, **named: install(requirements, **named)

    def setTesting(self, testing: bool) -> None:
        """As with Slicer's option `--testing`."""
        self.app._testing = testing

    def setPyTorchExtension(self, present: bool) -> None:
        self._packaging.setPyTorchExtension(present)

    def _close(self) -> None:
        """Nothing may call back into Python while the process ends."""
        self.reset()
        self.scene.RemoveAllObservers()

    # --- modules ---

    def load(self, path: str | Path) -> Any:
        """Load a scripted module and enter it; its widget (the Python object). Faults on the way raise."""
        before, path = len(self.faults), Path(path)
        self._loaded[path.stem] = path
        module = self._modules.load(path)
        self.app.startupCompleted.emit()
        if self.app.receivers("2startupCompleted()"):  # Slicer starts once: what was told is not told again
            object.__getattribute__(self.app, "startupCompleted").disconnect()
        panel = module.widgetRepresentation()
        panel.show()
        panel.enter()
        self.check(before)
        return panel.self()

    def reload(self, name: str) -> Any:
        """The Reload button; the new widget. Faults on the way raise."""
        import slicer

        before, imported = len(self.faults), dict(sys.modules)
        getattr(slicer.modules, f"{name}Widget").onReload()
        for key, module in imported.items():  # a module that forgets its engine must not do so for the other tests
            if not _belongs(key, name):
                sys.modules.setdefault(key, module)
        self.check(before)
        return getattr(slicer.modules, f"{name}Widget")

    def unload(self, name: str) -> None:
        """The module's end, and Python's forgetting of it and its library."""
        if self.app.moduleManager().module(name) is not None:
            self._modules.unload(name)
        folder = str(self._loaded.pop(name).parent)
        if folder in sys.path:
            sys.path.remove(folder)
        for key in [key for key in sys.modules if _belongs(key, name)]:
            del sys.modules[key]

    def quit(self) -> None:
        """The signal that comes while the application ends."""
        self._qt.QMetaObject.invokeMethod(self.app, "aboutToQuit")

    def check(self, since: int = 0) -> None:
        """Raise if something was printed and swallowed."""
        if self.faults[since:]:
            raise AssertionError("\n".join(self.faults[since:]))

    # --- time ---

    def wait(self, until: float | Callable[[], Any], seconds: float = 30.0) -> Any:
        """Run the event loop for a number of seconds, or until a condition holds; what the condition returned."""
        qt = self._qt
        loop, ticker, limit = qt.QEventLoop(), qt.QTimer(), qt.QTimer()
        isCondition = callable(until)
        answer: list = []

        def look():
            value = until()
            if value:
                answer.append(value)
                loop.quit()

        if isCondition:
            ticker.timeout.connect(look)
            ticker.start(5)
        limit.singleShot = True
        limit.timeout.connect(loop.quit)
        limit.start(int(1000 * (seconds if isCondition else until)))
        loop.exec_()
        ticker.stop()
        if isCondition and not answer:
            raise AssertionError(f"Nothing came of it in {seconds} s")
        return answer[0] if answer else None

    # --- the scene ---

    def snapshot(self) -> str:
        """A text of all that is in the scene, pixels included."""
        return self._scene.snapshot(self.scene)

    def saveAndReload(self, path: str | Path) -> None:
        """Save the scene as `.mrb`, close it and open the file."""
        import slicer

        if not slicer.util.saveScene(str(path)):
            raise AssertionError(f"The scene cannot be saved to {path}")
        self.scene.Clear(0)
        slicer.util.loadScene(str(path), {"clear": True})

    # --- pictures ---

    def renderSlice(self, view: str = "Red", width: int = 300, height: int = 300):
        """What a slice view shows, [height, width, 3] bytes."""
        return self._views.renderSlice(view, width, height)

    def grab(self, widget, path: str | Path, width: int = 400) -> tuple[int, int]:
        """Draw a panel to PNG, as high as its contents; its smallest width and its height in pixels."""
        layout = widget.layout()
        widget.show()
        self.wait(0.05)
        needed = widget.minimumSizeHint.width()
        for _ in range(3):
            hint = layout.totalHeightForWidth(width) if layout and layout.hasHeightForWidth() else -1
            widget.resize(width, max(hint, widget.sizeHint.height()))
            self.wait(0.02)
        if not widget.grab().save(str(path)):
            raise AssertionError(f"{path} cannot be written")
        return needed, widget.height


def _belongs(imported: str, name: str) -> bool:
    """Whether an imported module is the scripted module of this name, or of its library."""
    return imported.split(".")[0] in (name, f"{name}Lib")
