"""The Python packages that the worker needs: looked for when Register is pressed, installed only when agreed to."""

import importlib.metadata
import importlib.util
import re

import slicer
from slicer.i18n import tr as _

from ..EngineSettings import MODULE_FOLDER
from .StandingWorker import standingWorker

_REQUIREMENTS = MODULE_FOLDER / "Resources" / "requirements.txt"


def requirements():
    """{package: its requirement, such as ``torch>=2.5``}, from ``Resources/requirements.txt``."""
    lines = (line.split("#")[0].strip() for line in _REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    return {re.match(r"[\w.-]+", line).group(): line for line in lines if line}


def missing():
    """The requirements that are not met. Nothing is imported to find out."""
    return [requirement for package, requirement in requirements().items() if not _met(package, requirement)]


def ensure():
    """Install what is missing, if the user agrees.

    Returns:
        why the registration cannot be started, in a sentence; empty if all is there.
    """
    for package, requirement in requirements().items():
        if _met(package, requirement):
            continue
        standingWorker().stopNow()  # what it has loaded cannot be replaced everywhere
        install = _installTorch if package == "torch" else _pipInstall
        reason = install(requirement)
        if reason:
            return reason
        importlib.invalidate_caches()
        if not _met(package, requirement):
            return _("{requirement} is still missing: the registration needs it.").format(requirement=requirement)
    return ""


def _met(package, requirement):
    if importlib.util.find_spec(package) is None:
        return False
    wanted = re.search(r">=\s*([\d.]+)", requirement)
    if wanted is None:
        return True
    try:
        return _numbers(importlib.metadata.version(package)) >= _numbers(wanted.group(1))
    except importlib.metadata.PackageNotFoundError:
        return True  # it can be imported, its version is not told


def _numbers(version):
    return [int(number) for number in re.match(r"\d+(\.\d+)*", version).group().split(".")]


def _installTorch(requirement):
    """By the PyTorch extension, which knows what fits this computer's GPU."""
    try:
        import PyTorchUtils
    except ModuleNotFoundError:
        return _(
            "PyTorch is needed: install the extension PyTorch in the Extensions Manager, restart Slicer, and press"
            " Register again."
        )
    if slicer.app.testingEnabled():  # PyTorchUtils would not ask then
        return _("PyTorch is needed; tests do not install it.")
    logic = PyTorchUtils.PyTorchUtilsLogic()
    if logic.torchInstalled():
        return _(
            "The installed PyTorch is too old ({requirement} is needed): update it in the module PyTorch Util."
        ).format(requirement=requirement)
    version = requirement.removeprefix("torch")
    try:
        torch = logic.installTorch(askConfirmation=True, torchVersionRequirement=version)
    except Exception as error:
        return _("PyTorch could not be installed: {error}").format(error=error)
    return "" if torch is not None else _("Without PyTorch there is no registration; nothing was installed.")


def _pipInstall(requirement):
    declined = _("Without {requirement} there is no registration; nothing was installed.").format(
        requirement=requirement
    )
    try:
        from slicer import packaging  # Slicer 5.12 and later: asks by itself
    except ImportError:
        packaging = None
    try:
        if packaging is not None:
            try:
                packaging.pip_ensure(requirement, requester="NODEO")
            except RuntimeError:
                return declined
        else:
            question = _(
                "NODEO needs the Python package {requirement} (about 1 MB). Install it into Slicer's Python now?"
            ).format(requirement=requirement)
            if not slicer.util.confirmOkCancelDisplay(question, windowTitle=_("Install a Python package")):
                return declined
            with slicer.util.WaitCursor():
                slicer.util.pip_install(requirement)
    except Exception as error:
        return _("{requirement} could not be installed: {error}").format(requirement=requirement, error=error)
    return ""
