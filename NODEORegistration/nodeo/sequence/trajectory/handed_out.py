"""From a displacement of a frame that is made to what a registration of the frame would hand out."""

from __future__ import annotations

import SimpleITK as sitk
from torch import Tensor

from ...engine import devices, inputs, preparation
from ...engine.completion import completed
from ...engine.inverse import exact_inverse
from ...engine.result import Result
from ...engine.segments import Flow
from ...engine.surroundings import undisturbed
from ...progress import ProgressCallback, Reporter
from ...settings import Settings
from .plan import SeriesPlan

_STAGES = {"inverse": 5.0, "transforms": 2.0, "warped image": 0.5, "measurements": 3.0}  # of a frame, their work


@undisturbed()
def handed_out(
    plan: SeriesPlan,
    number: int,
    flow: Flow,
    backward: Tensor,
    frame: sitk.Image,
    settings: Settings,
    told: ProgressCallback,
) -> Result:
    """Transforms both ways, images and figures of reference and frame.

    Args:
        number: of the frame.
        flow: with a whole deformation, in the plan's unit.
        backward: about its inverse, [k, D, H, W] on its nodes.
        settings: as they were given.
    """
    report = Reporter(told)
    report.expect(_STAGES)
    with devices.threads(settings.threads):
        with report.timed("inverse"):
            report.tell("Inverse", "inverse")
            inverse = exact_inverse(backward, flow.whole(), plan.domain, report)
        moving = inputs.check_image(frame, f"frame {number}")
        _, scan = preparation.prepare(plan.reference.image, moving, None, None, settings)
        task = plan.tasks[number].in_world(plan.reference, scan, plan.rest)
        return completed(frame, task, flow, inverse, plan.unit, (), settings, report)
