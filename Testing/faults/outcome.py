"""A result folder, looked at from outside: whole or not, which run's, fit to be used or not."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

FILES: tuple[str, ...] = ("transform.h5", "inverse.h5", "displacement.nrrd", "warped.nrrd", "jacobian.nrrd")
FILES = (*FILES, "metrics.json", "settings.json")
Marks = dict[str, str]  # of each file, what tells one run's from another's


def marks(folder: Path) -> Marks:
    """Of every known file what tells one run's from another's; of a file that cannot be read, ``broken``.

    Times of day and durations are left out: they differ between runs that are the same.
    """
    return {name: _mark(folder / name) for name in FILES if (folder / name).is_file()}


def _mark(file: Path) -> str:
    try:
        if file.suffix == ".h5":
            transform = sitk.ReadTransform(str(file))
            return _digest(np.asarray([*transform.GetFixedParameters(), *transform.GetParameters()]).tobytes())
        if file.name == "metrics.json":
            return _digest(json.dumps(json.loads(file.read_text(encoding="utf-8"))["history"]).encode())
        if file.suffix == ".nrrd":
            sitk.ReadImage(str(file))
        return _digest(file.read_bytes())
    except (RuntimeError, ValueError, KeyError, OSError):
        return "broken"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def fault(folder: Path) -> str:
    """Why a result cannot be used, in a sentence; empty if it can."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        return f"The result lacks {', '.join(missing)}."
    broken = [name for name, mark in marks(folder).items() if mark == "broken"]
    if broken:
        return f"{', '.join(broken)} cannot be read."
    for name in ("displacement.nrrd", "warped.nrrd", "jacobian.nrrd"):
        if not np.isfinite(sitk.GetArrayFromImage(sitk.ReadImage(str(folder / name)))).all():
            return f"{name} holds NaN or infinite values."
    for name in ("transform.h5", "inverse.h5"):
        if not np.isfinite(sitk.ReadTransform(str(folder / name)).GetParameters()).all():
            return f"{name} holds NaN or infinite values."
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    if lost := sorted(_not_finite(metrics)):
        return f"metrics.json: {', '.join(lost[:3])} is not finite."
    compared = (metrics["similarity"]["before"], metrics["similarity"]["after"])
    return "Nothing was compared, and nothing says so." if compared == (0.0, 0.0) and not _noted(metrics) else ""


def _noted(metrics: dict[str, Any]) -> bool:
    """Whether a note says that something was not as asked for."""
    return bool(metrics.get("fallbacks") or metrics.get("notes"))


def _not_finite(value: Any, name: str = "") -> list[str]:
    """Names of all numbers that are none."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in _not_finite(part, f"{name}.{key}".strip("."))]
    if isinstance(value, list):
        return [found for part in value for found in _not_finite(part, name)]
    return [name] if isinstance(value, float) and not math.isfinite(value) else []
