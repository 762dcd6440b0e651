"""Real pairs with labels, which lie beside a checkout."""

from __future__ import annotations

from pathlib import Path

import SimpleITK as sitk
from nodeo import Settings, register
from nodeo.engine.result import Result
from nodeo.evaluation.labels import evaluate

OASIS27 = "2,3,4,7,8,10,11,12,13,14,15,16,17,18,28,41,42,43,46,47,49,50,51,52,53,54,60"


def run(folder: Path, fixed: str, moving: str, settings: Settings, which: str = "all") -> tuple[Result, float, float]:
    """The result, and the mean Dice before and after."""
    images = [sitk.ReadImage(str(folder / f"{name}.nii.gz")) for name in (fixed, moving)]
    labels = [sitk.ReadImage(str(folder / f"{name}_labels.nii.gz")) for name in (fixed, moving)]
    result = register(*images, settings)
    dice = [evaluate(*labels, which, transform).mean_dice for transform in (result.initial, result.transform)]
    return result, *dice
