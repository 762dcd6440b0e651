"""A registration from the first image to the last measurement. Read it top to bottom."""

from __future__ import annotations

import SimpleITK as sitk

from .. import models
from ..geometry.initial_transform import InitialTransform
from ..geometry.resampling import darkest
from ..models import Model
from ..progress import ProgressCallback, Reporter
from ..settings import Settings
from ..similarity.channel import Scan
from . import alignment, devices, inputs, preparation
from .assembly import assemble
from .inverse import invert
from .measurement import measure
from .optimisation import Optimisation
from .planning import planned
from .result import Result


def register(
    fixed: sitk.Image,
    moving: sitk.Image,
    settings: Settings | None = None,
    *,
    fixed_mask: sitk.Image | None = None,
    moving_mask: sitk.Image | None = None,
    initial_transform: sitk.Transform | None = None,
    progress: ProgressCallback | None = None,
) -> Result:
    """Deform ``moving`` onto ``fixed``.

    Args:
        fixed, moving: scalar 2-D or 3-D images of any size, spacing and direction; an axis of one voxel makes it 2-D.
        settings: default: the preset ``balanced``.
        fixed_mask, moving_mask: where the similarity counts (not 0); the field exists everywhere.
        initial_transform: A, fixed world -> moving world, in place of ``settings.initial``.
        progress: called after every iteration; it stops the run by raising :class:`~nodeo.errors.Cancelled`.

    Returns:
        the transform both ways, the warped image, det J, and what was measured.

    Raises:
        InputError: the images, masks or settings cannot be used; the message says why and what to do.
    """
    settings = settings or Settings.preset("balanced")
    model = models.build(settings)
    report = Reporter(progress)
    with devices.threads(settings.threads):
        device = devices.choose(settings.device)
        with report.timed("preparation"):
            report.tell("Checking the images", 0.0)
            fixed, moving = inputs.without_time(fixed), inputs.without_time(moving)
            scans = _checked(fixed, moving, fixed_mask, moving_mask, model, settings)
        with report.timed("initial transform"):
            report.tell("Initial transform", 0.01)
            if initial_transform is None:
                initial_transform = alignment.initial_transform(*scans, settings.initial, report.check)
            initial = InitialTransform(initial_transform, scans[0].grid, scans[1].grid)
        with report.timed("preparation"):
            task, levels = planned(*scans, initial, model, settings)
        flow = Optimisation(task, levels, model, settings, report).run(device)
        with report.timed("inverse"):
            report.tell("Inverse", 0.96)
            inverse = invert(flow, task.domain)
        report.tell("Warped image and measurements", 0.97)
        handed_out = assemble(moving, task, flow.whole(), inverse, settings, report)
        with report.timed("measurements"):
            jacobian, metrics = measure(task, flow, handed_out, report)
        return Result(
            transform=handed_out.transform,
            inverse=handed_out.inverse,
            displacement=sitk.Cast(handed_out.displacement, sitk.sitkVectorFloat32),
            warped=handed_out.warped,
            jacobian=jacobian,
            initial=initial_transform,
            background=darkest(moving),
            metrics={**metrics, "seconds": report.rounded_seconds()},
            history=flow.history,
            settings=settings,
        )


def _checked(
    fixed: sitk.Image,
    moving: sitk.Image,
    fixed_mask: sitk.Image | None,
    moving_mask: sitk.Image | None,
    model: Model,
    settings: Settings,
) -> tuple[Scan, Scan]:
    """Both images and masks, past the door and scaled to 0..1."""
    fixed = inputs.check_image(fixed, "fixed image")
    moving = inputs.check_image(moving, "moving image")
    inputs.check_pair(fixed, moving)
    model.check(masked=not (fixed_mask is None and moving_mask is None))
    if fixed_mask is not None:
        fixed_mask = inputs.check_mask(inputs.without_time(fixed_mask), fixed, "fixed mask")
    if moving_mask is not None:
        moving_mask = inputs.check_mask(inputs.without_time(moving_mask), moving, "moving mask")
    return preparation.prepare(fixed, moving, fixed_mask, moving_mask, settings)
