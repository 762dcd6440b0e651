"""ANTs (antspyx): SyN alone with its local correlation of radius 4, and the default of ``ants.registration``.

``SyN``, the default, begins with an affine stage and compares mutual information; ``script`` is the deformable stage of
the ``antsRegistrationSyN.sh`` that comes with ANTs, which goes on to the full resolution.
"""

from __future__ import annotations

from typing import Any

import ants
import peer
import SimpleITK as sitk

VARIANTS: dict[str, dict[str, Any]] = {
    "SyNOnly": {"type_of_transform": "SyNOnly", "syn_metric": "CC", "syn_sampling": 4},
    "SyN": {"type_of_transform": "SyN"},
    "script": {"type_of_transform": "antsRegistrationSyN[so]"},
}


def register(task: peer.Task) -> peer.Outcome:
    """What is not in VARIANTS is the package's default, but for a fixed seed; all stages become one dense field."""
    ants.config.set_ants_deterministic(on=False, seed_value=1)
    fixed, moving = (ants.image_read(str(path), pixeltype="float") for path in (task.fixed, task.moving))
    with task.timed():
        found = ants.registration(fixed, moving, outprefix=f"{task.output}/stage_", **VARIANTS[task.variant])
    there = [_read(path) for path in found["fwdtransforms"]]
    back = [_read(path, inverted=path.endswith(".mat")) for path in found["invtransforms"]]
    on_fixed, on_moving = task.images()
    return peer.Outcome(peer.dense(_composed(there), on_fixed), peer.dense(_composed(back), on_moving))


def _read(path: str, inverted: bool = False) -> sitk.Transform:
    if not path.endswith(".mat"):
        return sitk.DisplacementFieldTransform(sitk.ReadImage(path, sitk.sitkVectorFloat64))
    transform = sitk.ReadTransform(path)
    return transform.GetInverse() if inverted else transform


def _composed(parts: list[sitk.Transform]) -> sitk.Transform:
    """ANTs applies the first of a list to a point first, SimpleITK the last."""
    return sitk.CompositeTransform(parts[::-1])


if __name__ == "__main__":
    peer.run(register, list(VARIANTS), ["antspyx", "SimpleITK"])
