"""`pytest_plugins = ["slicer_host.fixtures"]` in conftest.py gives tests the fixture `host`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest


@pytest.fixture
def host() -> Iterator:
    """Slicer with an empty scene; at the end nothing may have been printed and swallowed, nor an answer left over."""
    if not all(importlib.util.find_spec(name) for name in ("PySide6", "slicer")):  # importing them here is too early
        pytest.skip("slicer-core and PySide6-Essentials are not installed")
    from slicer_host import start

    running = start()
    running.reset()
    yield running
    faults, unused = list(running.faults), running.dialogs.unused()
    running.reset()
    assert not faults, "\n".join(faults)
    assert not unused, f"nobody asked for these answers: {unused}"
