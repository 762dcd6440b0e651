"""The machine and the versions that figures belong to; nothing that names the machine itself."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "torchdiffeq", "numpy", "SimpleITK")


def describe(root: Path) -> dict[str, Any]:
    """CPU, cores, memory, GPU, system, versions and the commit of the checkout at ``root``."""
    import torch

    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {
        "cpu": _cpu(),
        "cores": _cores(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "gpus": gpus,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "commit": _commit(root),
    }


def in_words(about: dict[str, Any]) -> str:
    """Commit and machine, of what :func:`describe` returns, for people."""
    gpus = f", {', '.join(about['gpus'])}" if about["gpus"] else ""
    size = f"{about['cores']} cores, {about['memory_gb']} GB"
    return f"commit {about['commit'] or 'unknown'}; {about['cpu']}, {size}{gpus}, {about['system']}"


def versions_in_words(about: dict[str, Any]) -> str:
    """Python and packages, of what :func:`describe` returns, for people."""
    return ", ".join([f"Python {about['python']}", *(f"{name} {text}" for name, text in about["versions"].items())])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _commit(root: Path) -> str:
    """The short commit, with a plus sign if files were changed since; empty outside a checkout."""
    try:
        git = ["git", "-C", str(root)]
        commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit.stdout.strip() + ("+" if changed.stdout.strip() else "")
