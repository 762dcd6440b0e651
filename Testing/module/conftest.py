"""Every run of these tests has a process of its own, unless a test wants the engine kept ready."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

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
