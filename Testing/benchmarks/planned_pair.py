"""A pair as the engine plans it from where its images lie."""

from __future__ import annotations

import SimpleITK as sitk
from nodeo import models
from nodeo.engine.planning import planned
from nodeo.engine.preparation import prepare
from nodeo.field.initial_transform import InitialTransform
from nodeo.geometry.domain import Level
from nodeo.models.base import Task
from nodeo.settings import Settings


def planned_pair(fixed: sitk.Image, moving: sitk.Image, settings: Settings) -> tuple[Task, list[Level]]:
    """What every level starts from, and the levels, without masks and without an initial transform."""
    scans = prepare(fixed, moving, None, None, settings)
    identity = sitk.Transform(fixed.GetDimension(), sitk.sitkIdentity)
    initial = InitialTransform(identity, scans[0].grid)
    return planned(*scans, initial, models.build(settings), settings)
