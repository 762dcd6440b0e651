"""`PythonSlicer` on PATH: a launcher which waits for its child and, killed, leaves it running."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Not `exec`: the real launcher stays between Slicer and Python, too. A child killed by a signal shows as exit code 1.
SCRIPT = """#!/bin/sh
"{python}" "$@"
code=$?
[ $code -gt 128 ] && exit 1
exit $code
"""


def install(folder: Path) -> Path:
    """Write the launcher and put its folder first on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / "PythonSlicer"
    launcher.write_text(SCRIPT.format(python=sys.executable))
    launcher.chmod(0o755)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return launcher
