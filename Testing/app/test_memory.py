"""Memory that is given back: measured in a process of its own, where nothing else is freed."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FREED = """
import resource, sys
import numpy as np
from nodeo.app import process

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

process.keep_freed_memory()
with process.sparing_memory(sys.argv[1] == "spared"):
    before = held()
    blocks = [np.ones(500_000) for _ in range(50)]
    assert held() - before > 190
    last = blocks.pop()
    del blocks
    print(held() - before)
"""

_BY_STAGE = """
import resource
import numpy as np
from nodeo.app import process
from nodeo.progress import Progress

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

def left_of_a_field():
    before = held()
    np.ones(5_000_000)
    return held() - before

process.make_ready()
for run in range(2):
    told = process.giving_back(lambda news: None)
    told(Progress("Registering", 0.1, level=1))
    while_registering = left_of_a_field()
    told(Progress("Inverse", 0.7))
    print(while_registering, left_of_a_field())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own settings")
@pytest.mark.parametrize(("how", "least", "most"), [("kept", 190, 250), ("spared", 0, 20)])
def test_large_blocks_go_at_once_where_memory_is_spared(how: str, least: float, most: float) -> None:
    told = subprocess.run([sys.executable, "-c", _FREED, how], capture_output=True, text=True, check=True)
    assert least <= float(told.stdout) <= most  # 50 blocks of 4 MB, of which one is still in use


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own settings")
def test_after_the_iterations_a_large_field_goes_at_once_and_the_next_run_keeps_it_again() -> None:
    told = subprocess.run([sys.executable, "-c", _BY_STAGE], capture_output=True, text=True, check=True)
    for line in told.stdout.splitlines():
        kept, given_back = map(float, line.split())
        assert kept > 30 and given_back < 10  # of 40 MB
