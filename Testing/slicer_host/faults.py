"""Exceptions that the application would print and swallow: kept, so that a test can say there were none."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from types import TracebackType

faults: list[str] = []
warnings: list[str] = []  # what Qt and VTK complain of, as Slicer's error log would show it


def report(error: BaseException) -> None:
    """Print an exception as the application does, and keep it."""
    text = "".join(traceback.format_exception(error))
    faults.append(text)
    sys.stderr.write(text)


def guarded(function: Callable) -> Callable:
    """The function, with its exceptions printed and kept instead of raised."""

    def call(*arguments, **named):
        try:
            return function(*arguments, **named)
        except Exception as error:
            report(error)
            return None

    return call


def watch() -> None:
    """Qt's and VTK's own callbacks print through `sys.excepthook`: listen there."""
    previous = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, Exception):
            report(error.with_traceback(trace))
        else:
            previous(kind, error, trace)

    sys.excepthook = hook


def hearQt(kind: object, context: object, text: str) -> None:
    """Qt's message handler; debugging output is dropped."""
    if "propagateSizeHints" not in text and getattr(kind, "name", "") not in ("QtDebugMsg", "QtInfoMsg"):
        warnings.append(f"Qt: {text}")
        sys.stderr.write(f"Qt: {text}\n")


def hearVtk() -> None:
    """Keep what VTK and MRML report as errors; they go on printing it themselves."""
    import vtk

    @vtk.calldata_type(vtk.VTK_STRING)
    def hear(caller, event, text):
        warnings.append(f"VTK: {text}")

    vtk.vtkOutputWindow.GetInstance().AddObserver("ErrorEvent", hear)
