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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own settings")
@pytest.mark.parametrize(("how", "least", "most"), [("kept", 190, 250), ("spared", 0, 20)])
def test_large_blocks_go_at_once_where_memory_is_spared(how: str, least: float, most: float) -> None:
    told = subprocess.run([sys.executable, "-c", _FREED, how], capture_output=True, text=True, check=True)
    assert least <= float(told.stdout) <= most  # 50 blocks of 4 MB, of which one is still in use
