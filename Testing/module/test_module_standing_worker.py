"""The engine kept ready: started with the panel, there for one run after the other, gone when nobody wants it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_module_run import (
    ENDLESS,
    MODULE,
    PATIENCE,
    SHORT,
    add_pair,
    open_panel,
    pixels,
    press_register,
    until_iterating,
    until_over,
    workers,
)

LOADED = 60.0  # seconds until PyTorch is


@pytest.fixture
def wanted(host) -> Iterator[None]:
    """The setting as a user finds it; elsewhere in the tests every run has a process of its own."""
    import slicer

    slicer.app.userSettings().remove("NODEO/KeepEngineReady")
    yield
    host.reset()
    host.wait(lambda: not servers(), PATIENCE)
    slicer.app.userSettings().setValue("NODEO/KeepEngineReady", False)


@pytest.fixture
def panel(host, wanted):
    """The panel, just opened."""
    panel = open_panel(host, add_pair())
    host.wait(lambda: servers())
    return panel


def servers() -> dict[str, int]:
    """The processes that are kept ready: {"launcher" or "python": process id}."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, StopIteration):  # it has ended meanwhile
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if words[-4:-1] == ["-m", "nodeo", "serve"] and _descends(int(entry.name)):
                kind = "launcher" if any(word.endswith("PythonSlicer") for word in words) else "python"
                found[kind] = int(entry.name)
    return found


def _descends(process: int) -> bool:
    """Whether a process comes from this one: other tests may run beside."""
    while process > 1:
        if process == os.getpid():
            return True
        status = Path(f"/proc/{process}/status").read_text()
        process = int(next(line for line in status.splitlines() if line.startswith("PPid")).split()[1])
    return False


def standing():
    return sys.modules["NODEORegistrationLib"].standingWorker()


def until_ready(host) -> None:
    host.wait(standing().isReady, LOADED)


def register(host, panel):
    """A short run, started by Register and waited for."""
    run = press_register(panel, SHORT)
    until_over(host, run)
    return run


def test_it_is_loaded_when_the_panel_is_opened_and_stays_from_run_to_run(host, panel) -> None:
    until_ready(host)
    process = servers()["python"]
    one, other = register(host, panel), register(host, panel)
    assert (one.state, other.state) == ("finished", "finished"), (one.message, other.message)
    assert servers()["python"] == process and workers() == {}
    assert one.history and one.metrics["folding"]["voxels"] == 0
    panel.ui.keepEngineReadyCheckBox.checked = False
    host.wait(lambda: not servers(), PATIENCE)
    alone = register(host, panel)
    for kind in ("warped", "jacobian"):
        assert (pixels(one.nodes[kind]) == pixels(alone.nodes[kind])).all()
        assert (pixels(other.nodes[kind]) == pixels(alone.nodes[kind])).all()


def test_a_run_that_comes_before_it_is_loaded_waits_for_it(host, panel) -> None:
    assert not standing().isReady()
    run = register(host, panel)
    assert run.state == "finished", run.message
    assert "python" in servers() and workers() == {}


def test_a_run_that_is_cancelled_or_refused_ends_and_the_process_stays(host, panel) -> None:
    until_ready(host)
    process = servers()["python"]
    run = press_register(panel, ENDLESS)
    until_iterating(host, run)
    run.cancel()
    until_over(host, run)
    assert run.state == "cancelled"
    panel.logic.getParameterNode().other_settings = "iterations=-3"
    panel.ui.registerButton.click()
    run = panel._run
    until_over(host, run)
    assert run.state == "failed" and "iterations" in run.message
    host.wait(lambda: host.dialogs.seen)
    assert register(host, panel).state == "finished"
    assert servers()["python"] == process


def test_when_it_dies_its_run_does_and_another_is_started(host, panel) -> None:
    until_ready(host)
    first = servers()["python"]
    os.kill(first, signal.SIGKILL)
    host.wait(lambda: servers().get("python", first) != first, PATIENCE)
    run = press_register(panel, ENDLESS)  # perhaps before that one is ready
    until_iterating(host, run)
    second = servers()["python"]
    os.kill(second, signal.SIGKILL)
    until_over(host, run)
    assert run.state == "failed" and "ended unexpectedly" in run.message
    host.wait(lambda: host.dialogs.seen)
    assert register(host, panel).state == "finished"
    assert len({first, second, servers().get("python", 0)}) == 3


def test_one_that_does_not_listen_is_killed(host, panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["NODEORegistrationLib.run.StandingWorker"], "GRACE_MS", 300)
    until_ready(host)
    run = press_register(panel, ENDLESS)
    until_iterating(host, run)
    deaf = servers()
    os.kill(deaf["python"], signal.SIGSTOP)
    try:
        run.cancel()
        until_over(host, run)
        assert run.state == "cancelled"
    finally:
        os.kill(deaf["python"], signal.SIGKILL)  # the launcher alone was killed


def test_idle_for_long_it_ends_and_is_started_again_for_a_run(host, wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    host.load(MODULE / "NODEORegistration.py")
    host.unload("NODEORegistration")
    panel = open_panel(host, add_pair())
    monkeypatch.setattr(sys.modules["NODEORegistrationLib.run.StandingWorker"], "_IDLE_MS", 100)
    host.wait(standing().isReady, LOADED)
    assert register(host, panel).state == "finished"
    host.wait(lambda: not servers(), PATIENCE)
    host.wait(0.2)
    assert not servers() and not standing().isThere()  # and nobody starts it unasked
    assert register(host, panel).state == "finished"


def test_switched_off_in_the_midst_of_a_run_it_ends_after_it(host, panel) -> None:
    until_ready(host)
    run = press_register(panel, {**SHORT, "iterations": [300], "tolerance": 0})
    until_iterating(host, run)
    panel.ui.keepEngineReadyCheckBox.checked = False
    until_over(host, run)
    assert run.state == "finished", run.message
    host.wait(lambda: not servers(), PATIENCE)


@pytest.mark.parametrize("end", ["cleanup", "quit", "reload"])
def test_it_does_not_survive_the_module_or_the_application(host, panel, end: str) -> None:
    first = servers()
    if end == "cleanup":
        host.unload("NODEORegistration")
        assert servers() == {}
    elif end == "quit":
        host.quit()
        assert servers() == {}
    else:
        host.reload("NODEORegistration")
        assert not set(servers().values()) & set(first.values())


def test_where_it_cannot_be_started_every_run_has_a_process_of_its_own(host, wanted) -> None:
    """As with a launcher of another kind, or a memory limit: the first run waits for its failure, and goes on."""
    launcher = Path(host.launcher)
    usual = launcher.read_text()
    launcher.write_text(usual.replace("#!/bin/sh\n", '#!/bin/sh\n[ "$3" = serve ] && exit 9\n'))
    try:
        panel = open_panel(host, add_pair())
        assert register(host, panel).state == "finished"
        assert register(host, panel).state == "finished"
        assert not standing().isThere()
    finally:
        launcher.write_text(usual)


def test_it_is_not_started_without_its_packages_or_against_the_users_will(host, wanted) -> None:
    import slicer

    host.packages.hide("torch")
    panel = host.load(MODULE / "NODEORegistration.py")
    host.wait(0.1)
    assert not servers()
    host.unload("NODEORegistration")
    host.packages.clear()
    slicer.app.userSettings().setValue("NODEO/KeepEngineReady", False)
    panel = host.load(MODULE / "NODEORegistration.py")
    host.wait(0.1)
    assert not servers() and not panel.ui.keepEngineReadyCheckBox.checked


def test_it_ends_before_a_package_is_installed(host, panel) -> None:
    until_ready(host)
    host.packages.hide("torchdiffeq")
    host.dialogs.answer("Python packages need to be installed", False)
    panel.ui.registerButton.click()
    assert servers() == {}
