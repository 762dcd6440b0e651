"""The Python packages the worker needs: asked for when Register is pressed, installed only when agreed to."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"

OFFERS_TORCH = "PyTorch will be downloaded"
OFFERS_PACKAGES = "Python packages need to be installed"  # slicer.packaging's question, 5.12 and later
ASKS_ITSELF = "Install it into Slicer's Python now?"  # the module's own, before
IS_NEEDED = "Without torchdiffeq>=0.2.3 there is no registration; nothing was installed."


@pytest.fixture
def panel(host):
    """The panel with two volumes chosen: Register could be pressed."""
    import slicer

    for seed, name in enumerate(("fixed", "moving")):
        voxels = np.random.default_rng(seed).random((12, 12, 12), np.float32)
        slicer.util.addVolumeFromArray(voxels, name=name)
    panel = host.load(MODULE / "NODEORegistration.py")
    host.wait(lambda: panel.ui.registerButton.enabled)
    return panel


def press(host, panel) -> str:
    """Press Register; the warning it ends with, or "" if a run began, which is cancelled before it has a process."""
    panel.ui.registerButton.click()
    run = panel._run
    if run is not None:
        assert run.state == "preparing"
        run.cancel()
        assert run.state == "cancelled"
        return ""
    assert panel.ui.registerButton.text == "Register"
    assert panel.ui.registerButton.enabled
    return host.dialogs.seen[-1].text


def pretend_version(monkeypatch: pytest.MonkeyPatch, package: str, version: str) -> None:
    usual = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version if name == package else usual(name))


def test_with_everything_there_nothing_is_asked(host, panel) -> None:
    assert press(host, panel) == ""
    assert host.dialogs.seen == []
    assert host.packages.installed == []


def test_nothing_is_looked_for_before_register_is_pressed(host, monkeypatch: pytest.MonkeyPatch) -> None:
    """With everything missing, the panel opens, volumes are chosen and the module is reloaded without a word."""
    import slicer

    host.packages.hide("torch", "torchdiffeq")
    asked = []
    usual = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: asked.append(name) or usual(name, *more))
    panel = host.load(MODULE / "NODEORegistration.py")
    for name in ("fixed", "moving"):
        slicer.util.addVolumeFromArray(np.eye(12, dtype=np.float32)[None].repeat(12, 0), name=name)
    host.wait(lambda: panel.ui.registerButton.enabled)
    host.reload("NODEORegistration")
    assert host.dialogs.seen == []
    assert host.packages.installed == []
    assert not {"torch", "torchdiffeq"}.intersection(asked)


def test_the_module_never_imports_torch_into_slicer() -> None:
    """In a process of its own: opened, volumes chosen, a run asked for and cancelled."""
    script = f"""
import sys
sys.path[:0] = [{str(ROOT / "Testing")!r}, {str(MODULE)!r}]
from slicer_host import start
host = start()
host.reset()
import numpy as np
import slicer
fixed, moving = (slicer.util.addVolumeFromArray(np.random.default_rng(n).random((12, 12, 12))) for n in (0, 1))
panel = host.load({str(MODULE / "NODEORegistration.py")!r})
run = panel.logic.register(fixed, moving, wait=False)
host.wait(lambda: run.state == "running")
run.cancel()
host.wait(run.isOver, 30)
heavy = [name for name in ("torch", "torchdiffeq", "nodeo") if name in sys.modules]
print("imported:", heavy, run.state)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    if "No module named" in done.stderr and ("PySide6" in done.stderr or "slicer" in done.stderr):
        pytest.skip("slicer-core and PySide6-Essentials are not installed")
    assert "imported: [] cancelled" in done.stdout, done.stdout + done.stderr


# --- torch ---


def test_without_torch_and_its_extension_the_way_to_it_is_told(host, panel) -> None:
    host.packages.hide("torch")
    assert press(host, panel) == (
        "PyTorch is needed: install the extension PyTorch in the Extensions Manager, restart Slicer, and press"
        " Register again."
    )
    assert host.packages.installed == []


def test_torch_is_installed_by_its_extension(host, panel) -> None:
    host.packages.hide("torch")
    host.setPyTorchExtension(True)
    host.dialogs.answer(OFFERS_TORCH, True)
    assert press(host, panel) == ""
    assert host.packages.installed == ["torch>=2.5"]


def test_declining_torch_is_a_sentence(host, panel) -> None:
    host.packages.hide("torch")
    host.setPyTorchExtension(True)
    host.dialogs.answer(OFFERS_TORCH, False)
    assert press(host, panel) == "Without PyTorch there is no registration; nothing was installed."
    assert host.packages.installed == []


def test_a_torch_that_cannot_be_installed_is_told(host, panel) -> None:
    host.packages.hide("torch")
    host.packages.installs = False
    host.setPyTorchExtension(True)
    host.dialogs.answer(OFFERS_TORCH, True)
    assert press(host, panel).startswith("PyTorch could not be installed: ")


def test_a_torch_that_is_too_old_is_told_with_the_remedy(host, panel, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_version(monkeypatch, "torch", "2.4.1+cu121")
    host.setPyTorchExtension(True)
    text = press(host, panel)
    assert text == ("The installed PyTorch is too old (torch>=2.5 is needed): update it in the module PyTorch Util.")
    assert host.packages.installed == []


@pytest.mark.parametrize("version", ["2.5", "2.5.0", "2.13.0+cpu", "10.0"])
def test_a_torch_that_is_new_enough_is_taken(host, panel, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_version(monkeypatch, "torch", version)
    assert press(host, panel) == ""


def test_torch_is_installed_before_torchdiffeq(host, panel) -> None:
    host.packages.hide("torch", "torchdiffeq")
    host.setPyTorchExtension(True)
    host.dialogs.answer(OFFERS_TORCH, True)
    host.dialogs.answer(OFFERS_PACKAGES, True)
    assert press(host, panel) == ""
    assert host.packages.installed == ["torch>=2.5", "torchdiffeq>=0.2.3"]


def test_who_declines_torch_is_not_asked_for_torchdiffeq(host, panel) -> None:
    host.packages.hide("torch", "torchdiffeq")
    host.setPyTorchExtension(True)
    host.dialogs.answer(OFFERS_TORCH, False)
    press(host, panel)
    assert not any(OFFERS_PACKAGES in box for box in host.dialogs.seen)
    assert host.packages.installed == []


# --- torchdiffeq ---

RELEASES = [((5, 13), OFFERS_PACKAGES), ((5, 12), OFFERS_PACKAGES), ((5, 10), ASKS_ITSELF)]


@pytest.mark.parametrize(("release", "question"), RELEASES)
def test_torchdiffeq_is_installed_after_asking(host, panel, release: tuple[int, int], question: str) -> None:
    host.setVersion(*release)
    host.packages.hide("torchdiffeq")
    host.dialogs.answer(question, True)
    assert press(host, panel) == ""
    assert host.packages.installed == ["torchdiffeq>=0.2.3"]
    assert len(host.dialogs.seen) == 1


@pytest.mark.parametrize(("release", "question"), RELEASES)
def test_declining_torchdiffeq_is_a_sentence(host, panel, release: tuple[int, int], question: str) -> None:
    host.setVersion(*release)
    host.packages.hide("torchdiffeq")
    host.dialogs.answer(question, False)
    assert press(host, panel) == IS_NEEDED
    assert host.packages.installed == []


@pytest.mark.parametrize(("release", "question"), RELEASES)
def test_a_torchdiffeq_that_cannot_be_installed_is_told(host, panel, release: tuple[int, int], question: str) -> None:
    host.setVersion(*release)
    host.packages.hide("torchdiffeq")
    host.packages.installs = False
    host.dialogs.answer(question, True)
    assert press(host, panel).startswith("torchdiffeq>=0.2.3 could not be installed: ")


def test_a_torchdiffeq_that_is_too_old_is_renewed(host, panel, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        pretend_version(patch, "torchdiffeq", "0.2.2")
        host.dialogs.answer(OFFERS_PACKAGES, True)
        text = press(host, panel)  # it stays old: pip is not there to renew it
    assert text == "torchdiffeq>=0.2.3 is still missing: the registration needs it."
    assert host.packages.installed == ["torchdiffeq>=0.2.3"]


def test_who_declined_is_asked_again_at_the_next_press(host, panel) -> None:
    host.packages.hide("torchdiffeq")
    host.dialogs.answer(OFFERS_PACKAGES, False)
    assert press(host, panel) == IS_NEEDED
    host.dialogs.answer(OFFERS_PACKAGES, True)
    assert press(host, panel) == ""


def test_declining_is_no_error(host, panel, caplog: pytest.LogCaptureFixture) -> None:
    host.packages.hide("torchdiffeq")
    host.dialogs.answer(OFFERS_PACKAGES, False)
    press(host, panel)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("release", [(5, 13), (5, 10)])
@pytest.mark.parametrize("package", ["torch", "torchdiffeq"])
def test_a_test_installs_nothing(host, panel, release: tuple[int, int], package: str) -> None:
    host.setVersion(*release)
    host.setTesting(True)
    host.setPyTorchExtension(True)
    host.packages.hide(package)
    panel.ui.registerButton.click()
    assert panel._run is None
    assert host.packages.installed == []


# --- from a script ---


def test_a_script_is_told_what_is_missing_and_asked_nothing(host, panel) -> None:
    parameters = panel.logic.getParameterNode()
    host.packages.hide("torch", "torchdiffeq")
    with pytest.raises(RuntimeError, match=r"missing: torch>=2\.5, torchdiffeq>=0\.2\.3\. Call installDependencies"):
        panel.logic.register(parameters.fixedVolume, parameters.movingVolume)
    assert host.dialogs.seen == []
    assert host.packages.installed == []


def test_a_script_can_install_what_is_missing(host, panel) -> None:
    host.packages.hide("torchdiffeq")
    host.dialogs.answer(OFFERS_PACKAGES, True)
    assert panel.logic.installDependencies() == ""
    assert host.packages.installed == ["torchdiffeq>=0.2.3"]
