"""Options, data and thread counts that all tests share."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # before torch is imported: several processes share the cores
    os.environ["OMP_NUM_THREADS"] = "1"

pytest_plugins = ["slicer_host.fixtures", "simulated_card.fixtures"]

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    import torch  # after the threads are set

    left_out = {}
    if not config.getoption("--slow"):
        left_out["slow"] = "takes minutes: run with --slow"
    if torch.cuda.is_available():
        left_out["exact"] = "a GPU computes here: not the same bits every time"
    for item in items:
        for mark, reason in left_out.items():
            if mark in item.keywords:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone what stays to the end: all tests, and PyTorch with its companions.

    A run gives its memory back by a collection after each of its stages, which would look through all of that.
    """
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled pairs beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the labelled pairs are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the pair that ships with the project."""
    return ROOT / "Resources" / "SampleData"


@pytest.fixture(scope="module")
def scene_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a test file keeps its registered scene; see registered_scene.py."""
    return tmp_path_factory.mktemp("scene") / "registered.mrb"
