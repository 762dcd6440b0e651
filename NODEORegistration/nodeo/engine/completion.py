"""From a finished flow and its inverse to a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import SimpleITK as sitk
import torch

from ..field.deformation import Deformation
from ..geometry.resampling import darkest
from ..models.base import Task
from ..progress import Reporter
from ..settings import Settings
from . import devices
from .assembly import Assembly, assemble
from .measurement import measure
from .result import Result
from .segments import Flow


def completed(
    moving: sitk.Image,
    task: Task,
    flow: Flow,
    inverse: Deformation,
    unit: float,
    noted: Sequence[str],
    settings: Settings,
    report: Reporter,
) -> Result:
    """What is handed out, put together and measured.

    Args:
        moving: the moving image in its own pixel type.
        task: in the world, mm.
        flow, inverse: in units of ``unit`` mm; where they lie, all is computed, if memory lasts.
        noted: what a person should know of the start.
    """

    def on(device: torch.device) -> tuple[Assembly, sitk.Image, dict[str, Any]]:
        if device != flow.device:
            flow.fallbacks.append("Result: memory ran out; the CPU took over.")
        maps = flow.whole().moved(device), inverse.moved(device)
        handed_out = assemble(moving, task, *maps, unit, settings, report)
        with report.timed("measurements"):
            report.tell("Measurements", "measurements")
            jacobian, metrics = measure(task, flow, handed_out, noted, report)
            report.tell("Measurements", "measurements", 1.0)
        return handed_out, jacobian, metrics

    handed_out, jacobian, metrics = devices.where_it_fits(on, flow.device)
    return Result(
        transform=handed_out.transform,
        inverse=handed_out.inverse,
        displacement=sitk.Cast(handed_out.displacement, sitk.sitkVectorFloat32),
        warped=handed_out.warped,
        jacobian=jacobian,
        initial=task.initial.transform,
        background=darkest(moving),
        metrics={**metrics, "seconds": report.rounded_seconds()},
        history=flow.history,
        settings=settings,
    )
