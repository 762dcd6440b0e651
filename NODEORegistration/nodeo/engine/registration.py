"""A registration from the first image to the last measurement. Read it top to bottom."""

from __future__ import annotations

from collections.abc import Collection

import SimpleITK as sitk
import torch

from .. import models
from ..errors import InputError, check_kind
from ..evaluation.landmarks import landmark_errors
from ..field.initial_transform import InitialTransform
from ..progress import ProgressCallback, Reporter
from ..settings import Settings
from ..similarity.channel import Scan
from ..start import alignment, from_points
from . import beginning, devices, inputs, preparation
from .completion import completed
from .course import Course
from .guidance import Guidance, check_guidance, contradictions, guide_of
from .inverse import invert
from .optimisation import Optimisation
from .planning import out_of_reach, planned
from .result import Result
from .surroundings import undisturbed
from .workload import Workload


@undisturbed()
def register(
    fixed: sitk.Image,
    moving: sitk.Image,
    settings: Settings | None = None,
    *,
    fixed_mask: sitk.Image | None = None,
    moving_mask: sitk.Image | None = None,
    initial_transform: sitk.Transform | None = None,
    guidance: Guidance | None = None,
    progress: ProgressCallback | None = None,
    around: Collection[str] = (),
    course: Course | None = None,
) -> Result:
    """Deform ``moving`` onto ``fixed``.

    Args:
        fixed, moving: scalar 2-D or 3-D images of any size, spacing and direction; an axis of one voxel makes it 2-D.
        settings: default: the preset ``balanced``.
        fixed_mask, moving_mask: where the similarity counts (not 0); the field exists everywhere.
        initial_transform: A, fixed world -> moving world, in place of ``settings.initial``.
        guidance: what is known beside the images; the default is nothing.
        progress: called after every iteration; it stops the run by raising :class:`~nodeo.errors.Cancelled`.
        around: what the caller does besides, ``start`` of the process or ``writing`` of the result: the fractions that
            are told leave room for it.
        course: of several registrations onto the same fixed image, as of the frames of a series: this one begins with
            the flow and the initial transform of the one before, and leaves its own.

    Returns:
        the transform both ways, the warped image, det J, and what was measured.

    Raises:
        InputError: the images, masks or settings cannot be used; the message says why and what to do.
    """
    images = {"fixed image": fixed, "moving image": moving, "fixed mask": fixed_mask, "moving mask": moving_mask}
    inputs.check_kinds(images, settings, initial_transform, progress)
    settings = settings or Settings.preset("balanced")
    guidance = guidance or Guidance()
    check_kind("argument guidance", guidance, Guidance)
    course = course or Course()
    if course.flow is not None:
        initial_transform = course.initial
    report = Reporter(progress)
    with devices.threads(settings.threads):
        device = devices.choose(settings.device)
        with report.timed("preparation"):
            report.tell("Checking the images")
            fixed, moving = inputs.without_time(fixed), inputs.without_time(moving)
            scans = checked(fixed, moving, fixed_mask, moving_mask, settings, guidance, device)
            # from here on lengths are counted in voxels: no result depends on a unit
            unit = min(scans[0].grid.step)
            inner = settings.measured_in(unit)
            guide, said = guide_of(guidance, *scans, settings, unit, device)
            model = models.build(inner)
            fixed_scan, moving_scan = (scan.scaled(1.0 / unit) for scan in scans)
            how = settings.initial if initial_transform is None else ""
            workload = Workload(fixed_scan, moving_scan, model, inner, how, around)
            report.expect(workload.foreseen())
        with report.timed("initial transform"):
            report.tell("Initial transform", "initial transform")
            if initial_transform is None and settings.initial == "points":
                start = _from_points(guidance, scans[0])
            elif initial_transform is None:
                with devices.threads(1):  # what is small is slower in several, and differs in the last digits
                    start = alignment.initial_transform(*scans, settings.initial, report.check, device)
            else:
                start = alignment.Start(inputs.own_transform(initial_transform))
            initial = InitialTransform(start.transform, scans[0].grid)
            notes = start.notes
            if guidance.points is not None:
                notes += contradictions(guidance.points, initial, scans[0].grid)
        with report.timed("preparation"):
            around_all = None if course.content is None else course.content / unit
            pair = fixed_scan, moving_scan, initial.scaled(1.0 / unit)
            task, levels = planned(*pair, model, inner, guide, around_all, course.domain, device)
            said += out_of_reach(task)
            report.expect(workload.expected(task.domain, levels))
        flow = Optimisation(task, levels, model, inner, report, course.flow).run(device)
        course.flow, course.domain, course.initial = flow, task.domain, initial.transform
        with report.timed("inverse"):
            report.tell("Inverse", "inverse")
            inverse = invert(flow, task.domain, report)
        task = task.in_world(*scans, initial)
        result = completed(moving, task, flow, inverse, unit, [*notes, *said], settings, report)
        if guidance.measured_points is not None:
            with report.timed("measurements"):
                result.metrics["points"] = {
                    "guided": guidance.guiding_points is not None,
                    **landmark_errors(guidance.measured_points, initial.transform, result.transform),
                }
            result.metrics["seconds"] = report.rounded_seconds()
        return result


def checked(
    fixed: sitk.Image,
    moving: sitk.Image,
    fixed_mask: sitk.Image | None,
    moving_mask: sitk.Image | None,
    settings: Settings,
    guidance: Guidance,
    device: torch.device,
) -> tuple[Scan, Scan]:
    """Both images and masks, past the door and, by the device, scaled to 0..1."""
    fixed = inputs.check_image(fixed, "fixed image")
    moving = inputs.check_image(moving, "moving image")
    inputs.check_pair(fixed, moving)
    model = models.build(settings)
    model.check(masked=not (fixed_mask is None and moving_mask is None), guided=guidance.guides)
    beginning.check(model, settings)
    check_guidance(guidance, fixed, moving)
    if fixed_mask is not None:
        fixed_mask = inputs.check_mask(inputs.without_time(fixed_mask), fixed, "fixed mask")
    if moving_mask is not None:
        moving_mask = inputs.check_mask(inputs.without_time(moving_mask), moving, "moving mask")
    return preparation.prepare(fixed, moving, fixed_mask, moving_mask, settings, device)


def _from_points(guidance: Guidance, fixed: Scan) -> alignment.Start:
    """The initial transform that the points ask for."""
    if guidance.points is None:
        raise InputError("initial is points, and there are none.", "Give points of both images.", "initial")
    return alignment.Start(from_points.fitted(guidance.points, len(fixed.grid.axes)))
