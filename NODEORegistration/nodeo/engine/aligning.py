"""The initial transform alone, as :func:`~nodeo.engine.registration.register` finds it before it deforms."""

from __future__ import annotations

import SimpleITK as sitk

from ..progress import ProgressCallback, Reporter
from ..settings import Settings
from ..start import alignment
from . import devices, inputs
from .guidance import Guidance
from .registration import checked
from .surroundings import undisturbed


@undisturbed()
def align(
    fixed: sitk.Image,
    moving: sitk.Image,
    settings: Settings,
    *,
    moving_mask: sitk.Image | None = None,
    progress: ProgressCallback | None = None,
) -> alignment.Start:
    """A, fixed world -> moving world, as ``settings.initial`` asks for it; the arguments are those of ``register``.

    Raises:
        InputError: the images, the mask or the settings cannot be used; the message says why and what to do.
    """
    report = Reporter(progress)
    with devices.threads(settings.threads):
        device = devices.choose(settings.device)
        report.tell("Checking the images")
        fixed, moving = inputs.without_time(fixed), inputs.without_time(moving)
        scans = checked(fixed, moving, None, moving_mask, settings, Guidance(), device)
        report.tell("Initial transform", "initial transform")
        with devices.threads(1):  # as register does
            return alignment.initial_transform(*scans, settings.initial, report.check, device)
