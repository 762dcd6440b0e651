"""What a finished pair says of itself: of which files and settings it was made, and what was measured.

The record lies in the pair's folder and comes into place with it. A file counts as unchanged if its size and time are
those of the record, or else if its content is.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..report.key_figures import find
from ..study.measures import MEASURES
from ..version import __version__
from .channels import in_words
from .names import RECORD
from .pair import Pair

_WHERE_IT_RAN = ("threads", "device")  # settings that say where, not what


def stamped(files: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Role to path, size, time and content of each file.

    Raises:
        InputError: one has gone.
    """
    stamps = {}
    for role, path in files.items():
        try:
            with open(path, "rb") as file:
                stamps[role] = {"path": path, **_size_and_time(Path(path)), "sha256": _digest(file)}
        except OSError as error:
            raise InputError(f"The {in_words(role)} {path} cannot be read: {error.strerror}.") from error
    return stamps


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def _size_and_time(path: Path) -> dict[str, int]:
    about = path.stat()
    return {"bytes": about.st_size, "mtime_ns": about.st_mtime_ns}


def record(pair: Pair, inputs: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    """What is kept beside a pair's results; ``metrics`` are those of the registration."""
    return {
        "pair": pair.name,
        "version": __version__,
        "inputs": inputs,
        "settings": wanted(pair),
        "measures": {measure.key: _number(find(metrics, *measure.path)) for measure in MEASURES},
        "inverse_folded_points": _number(find(metrics, "inverse_folding", "voxels")),
        "structures": _structures(metrics),
        "device": find(metrics, "device"),
        "notes": find(metrics, "fallbacks") or [],
    }


def _structures(metrics: dict[str, Any]) -> dict[str, dict[str, Any]]:
    before, after = (find(metrics, "dice", moment, "structures") or {} for moment in ("before", "after"))
    return {
        code: {"name": about.get("name"), "before": find(before, code, "dice"), "after": about.get("dice")}
        for code, about in after.items()
    }


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def read_record(pair: Pair) -> dict[str, Any] | None:
    """The record of a pair that is finished; None if there is none that can be read."""
    try:
        found = json.loads((pair.folder / pair.name_of(RECORD)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def is_of(found: dict[str, Any], pair: Pair) -> bool:
    """Whether a record is of these files, as they are now, and these settings."""
    inputs = found.get("inputs")
    return found.get("settings") == wanted(pair) and isinstance(inputs, dict) and same_files(pair.files, inputs)


def same_files(files: dict[str, str], stamps: dict[str, Any]) -> bool:
    """Whether files, by role, are now as they were when they were :func:`stamped`."""
    return set(files) == set(stamps) and all(_unchanged(Path(path), stamps[role]) for role, path in files.items())


def _unchanged(path: Path, stamp: dict[str, Any]) -> bool:
    try:
        now = _size_and_time(path)
        if now["bytes"] != stamp["bytes"]:
            return False
        if now["mtime_ns"] == stamp["mtime_ns"] and stamp["path"] == str(path):
            return True
        with path.open("rb") as file:
            return _digest(file) == stamp["sha256"]
    except (OSError, KeyError):
        return False


def wanted(pair: Pair) -> dict[str, Any]:
    """The settings that make a result what it is, and how further images count; of an initial transform's file the
    content counts, not the name.
    """
    settings = {name: value for name, value in pair.settings.as_dict().items() if name not in _WHERE_IT_RAN}
    if "initial" in pair.files:
        settings["initial"] = "file"
    if pair.channels:
        settings["channels"] = [asdict(channel) for channel in pair.channels]
    return settings
