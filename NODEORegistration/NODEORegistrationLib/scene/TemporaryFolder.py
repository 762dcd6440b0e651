"""The folders that volumes are handed over in: each names its Slicer, so that what a killed one left can be removed."""

import os
import shutil
import tempfile
import time
import uuid
from pathlib import Path

import slicer

_PREFIX = f"NODEO-{uuid.getnode():x}-"  # of this computer: others may share the disk
_DAY = 24 * 3600.0  # seconds; where nobody can tell whether a Slicer still runs, its folder is left alone so long


def newFolder():
    """A fresh folder, a Path, in Slicer's temporary folder."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=slicer.app.temporaryPath))


def sweep():
    """Remove what Slicers that are no more have left."""
    for folder in Path(slicer.app.temporaryPath).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and len(owner) < 10 and folder.is_dir() and not _isAlive(int(owner), folder):
            shutil.rmtree(folder, ignore_errors=True)


def _isAlive(process, folder):
    if os.name != "posix":
        return time.time() - folder.stat().st_mtime < _DAY
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
