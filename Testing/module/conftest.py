"""What the tests of the module share: a process of its own for every run, and a series in the scene."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

_SETTING = "NODEO/KeepEngineReady"


@pytest.fixture(scope="module", autouse=True)
def _one_process_a_run() -> Iterator[None]:
    """While the tests of a file run; a panel that others open in this process is a fresh one again."""
    if not all(importlib.util.find_spec(name) for name in ("PySide6", "slicer")):
        yield
        return
    from slicer_host import start

    settings = start().app.userSettings()
    settings.setValue(_SETTING, False)
    yield
    settings.remove(_SETTING)


@pytest.fixture
def series(host) -> Iterator[SimpleNamespace]:
    """A series of three frames; whatever a test does, in the end no process and no file is left."""
    from series_scene import add_series
    from test_module_run import PATIENCE, temporary_folders, workers

    yield add_series()
    host.reset()
    host.wait(lambda: not workers(), PATIENCE)
    assert temporary_folders() == []
