"""What Slicer's ctest runs inside the application runs here, too, so that it is not first seen to fail there."""

from __future__ import annotations

import importlib.util
import unittest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSIDE = ROOT / "Testing" / "Python" / "NODEORegistrationModuleTest.py"


@pytest.fixture
def panel(host):
    return host.load(ROOT / "NODEORegistration" / "NODEORegistration.py")


def run(suite: unittest.TestSuite) -> None:
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun > 0 and not result.skipped
    assert result.wasSuccessful(), "\n".join(text for _, text in [*result.failures, *result.errors])


def test_the_modules_own_test_passes(panel) -> None:
    from NODEORegistration import NODEORegistrationTest

    NODEORegistrationTest().runTest()


def test_the_tests_inside_slicer_pass(panel) -> None:
    spec = importlib.util.spec_from_file_location(INSIDE.stem, INSIDE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run(unittest.defaultTestLoader.loadTestsFromModule(module))


def test_the_tests_inside_slicer_need_no_stand_in() -> None:
    assert "slicer_host" not in INSIDE.read_text(encoding="utf-8")
