"""The module `slicer.packaging`, and which packages seem to be installed: the test says so, nothing is downloaded."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import slicer
from packaging.requirements import Requirement

_findSpec, _distribution = importlib.util.find_spec, importlib.metadata.distribution


class Packages:
    """`hide("torch")` makes a package missing; `installs = False` makes every installation fail."""

    def __init__(self) -> None:
        self.installs = True
        self.installed: list[str] = []  # what was asked of pip, in order
        self._hidden: set[str] = set()

    def clear(self) -> None:
        self.__init__()

    def hide(self, *names: str) -> None:
        self._hidden.update(names)

    def isHidden(self, name: str) -> bool:
        return name.split(".")[0].lower() in self._hidden

    def install(self, requirements: str | list[str]) -> None:
        words = requirements.split() if isinstance(requirements, str) else list(requirements)
        self.installed += words
        if not self.installs:
            raise subprocess.CalledProcessError(1, "pip install")
        self._hidden -= {Requirement(word).name.lower() for word in words if not word.startswith("-")}


packages = Packages()


def load_requirements(path: str | Path) -> list[Requirement]:
    lines = (line.strip() for line in Path(path).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def _asRequirements(requirements) -> list[Requirement]:
    if isinstance(requirements, str):
        requirements = requirements.split()
    elif isinstance(requirements, Requirement):
        requirements = [requirements]
    return [Requirement(entry) if isinstance(entry, str) else entry for entry in requirements]


def pip_check(req) -> bool:
    for entry in _asRequirements(req):
        if entry.marker is not None and not entry.marker.evaluate():
            continue
        try:
            version = importlib.metadata.version(entry.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not entry.specifier.contains(version, prereleases=True):
            return False
    return True


def pip_ensure(
    requirements,
    constraints=None,
    skip_packages=None,
    prompt_install=True,
    prompt_restart=True,
    requester=None,
    skip_in_testing=True,
    show_progress=True,
) -> None:
    """Ask, then install what is missing; RuntimeError when the user declines."""
    missing = [str(entry) for entry in _asRequirements(requirements) if not pip_check(entry)]
    if not missing or (skip_in_testing and slicer.app.testingEnabled()):
        return
    if prompt_install:
        title = f"{requester} - Install Python Packages" if requester else "Install Python Packages"
        text = f"{len(missing)} Python packages need to be installed.\n\nContinue?"
        if not slicer.util.confirmOkCancelDisplay(text, title, detailedText="\n".join(missing)):
            raise RuntimeError("User declined package installation")
    pip_install(missing)


def pip_install(
    requirements,
    constraints=None,
    no_deps_requirements=None,
    skip_packages=None,
    blocking=True,
    show_progress=True,
    requester=None,
    logCallback=None,
    completedCallback=None,
) -> None:
    if blocking:
        packages.install(requirements)
        return
    try:
        packages.install(requirements)
        code = 0
    except subprocess.CalledProcessError:
        code = 1
    if completedCallback:
        import qt

        qt.QTimer.singleShot(0, lambda: completedCallback(code))


class PyTorchUtilsLogic:
    """The logic of the PyTorch extension's module."""

    def torchInstalled(self) -> bool:
        return pip_check("torch")

    def installTorch(self, askConfirmation=False, forceComputationBackend=None, torchVersionRequirement=None, **_):
        if askConfirmation and not slicer.util.confirmOkCancelDisplay(
            "PyTorch will be downloaded and installed.", "PyTorch"
        ):
            logging.info("Installation of PyTorch aborted by user")
            return None
        packages.install([f"torch{torchVersionRequirement or ''}"])
        return ModuleType("torch")


def setPyTorchExtension(present: bool) -> None:
    """Install or remove the PyTorch extension."""
    installed = slicer.app.extensionsManagerModel()._installed
    if present:
        module = ModuleType("PyTorchUtils")
        module.PyTorchUtilsLogic = PyTorchUtilsLogic
        sys.modules["PyTorchUtils"] = module
        installed.add("PyTorch")
    else:
        sys.modules.pop("PyTorchUtils", None)
        installed.discard("PyTorch")


def install() -> None:
    """Let Python's own questions about packages go by `packages`."""

    def find_spec(name, package=None):
        return None if packages.isHidden(name) else _findSpec(name, package)

    def distribution(name):
        if packages.isHidden(name):
            raise importlib.metadata.PackageNotFoundError(name)
        return _distribution(name)

    importlib.util.find_spec = find_spec
    importlib.metadata.distribution = distribution
    importlib.metadata.version = lambda name: distribution(name).version
