"""Every run of these tests has a process of its own, unless a test wants the engine kept ready."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(scope="session", autouse=True)
def _one_process_a_run() -> None:
    if all(importlib.util.find_spec(name) for name in ("PySide6", "slicer")):
        from slicer_host import start

        start().app.userSettings().setValue("NODEO/KeepEngineReady", False)
