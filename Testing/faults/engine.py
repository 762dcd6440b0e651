"""The command line of the engine, from inside a process that has it loaded, or as a process of its own."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module


def load() -> None:
    """Import what every command needs, and leave no thread behind that a fork would lose."""
    import SimpleITK as sitk
    import torch

    torch.set_num_threads(1)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    for command in ("register", "apply", "convert", "evaluate", "study"):
        import_module(f"nodeo.app.commands.{command}")


def here(arguments: Sequence[str]) -> int:
    """What ``nodeo ARGUMENTS`` would exit with."""
    from nodeo.app.cli import main

    try:
        return main(list(arguments))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        traceback.print_exc()
        return 130
    except BaseException:
        traceback.print_exc()
        return 1


def instead(arguments: Sequence[str]) -> int:
    """Become ``python -m nodeo ARGUMENTS``: no way back."""
    import nodeo

    folder = os.path.dirname(os.path.dirname(os.path.abspath(nodeo.__file__)))
    os.environ["PYTHONPATH"] = folder
    os.environ["OMP_NUM_THREADS"] = "1"
    os.execv(sys.executable, [sys.executable, "-m", "nodeo", *arguments])


def in_words(arguments: Sequence[str]) -> str:
    """A command line to type, shortened where nobody would type it."""
    texts = [text if len(text) < 300 else f"{text[:40]}…({len(text)} characters)" for text in arguments]
    return shlex.join(["nodeo", *texts]).encode("utf-8", "backslashreplace").decode()


def register(*more: str, fixed: str = "fixed.nrrd", moving: str = "moving.nrrd", output: str = "out") -> list[str]:
    """A registration of two iterations."""
    quick = [f"--set={name}" for name in ("levels=2", "iterations=2", "steps=1", "threads=1")]
    return ["register", fixed, moving, "--output", output, "--progress", "none", *quick, *more]


def apply(
    *more: str,
    transform: str = "shift.tfm",
    image: str = "moving.nrrd",
    reference: str = "fixed.nrrd",
    output: str = "warped.nrrd",
) -> list[str]:
    """An image through a transform."""
    return ["apply", transform, image, "--reference", reference, "--output", output, *more]


def evaluate(*more: str, labels: Sequence[str] = ("labels.nrrd", "moving_labels.nrrd")) -> list[str]:
    """Two label maps, or what else is named."""
    return ["evaluate", *labels, "--progress", "none", *more]
