"""From the optimised flow to what is handed out: the transforms both ways, and the warped image."""

from __future__ import annotations

from dataclasses import dataclass

import SimpleITK as sitk
from torch import Tensor

from ..field.deformation import Deformation
from ..geometry.grid import Grid
from ..geometry.resampling import resampled
from ..geometry.sampling import dense
from ..models.base import Task
from ..progress import Reporter
from ..settings import Settings


@dataclass(frozen=True)
class Assembly:
    """What a registration hands out, not yet measured.

    Attributes:
        transform: φ, fixed world -> moving world.
        inverse: φ⁻¹.
        displacement: u in φ(x) = A(x + u(x)), world mm, float64.
        warped: the moving image on the fixed grid.
        forward: u [k, D, H, W] in local mm at every voxel of the domain.
        back: the displacement [k, ...] of the inverse, local mm, on nodes of its own over the domain.
    """

    transform: sitk.Transform
    inverse: sitk.Transform
    displacement: sitk.Image
    warped: sitk.Image
    forward: Tensor
    back: Tensor


def assemble(
    moving: sitk.Image,
    task: Task,
    deformation: Deformation,
    inverse: Deformation,
    unit: float,
    settings: Settings,
    report: Reporter,
) -> Assembly:
    """Transforms and images of a finished flow.

    Args:
        moving: the moving image in its own pixel type.
        deformation: of the whole flow.
        inverse: of the deformation, on nodes of its own over the same box.
        unit: mm, in which both are told.
    """
    voxels = task.domain.nodes((1,) * len(task.domain.start))
    forward, factors = unit * deformation.displacement.cpu(), _factors(voxels, deformation)
    back, nodes_back = unit * inverse.displacement.cpu(), task.domain.nodes(_factors(voxels, inverse))
    on_voxels = dense(forward, factors)
    with report.timed("transforms"):
        if settings.dense_field:
            displacement = voxels.vector_image(on_voxels)
        else:
            displacement = task.domain.nodes(factors).vector_image(forward)
        transform = _composite([task.initial.transform, _field_transform(displacement)])
        inverse_transform = _composite([_field_transform(nodes_back.vector_image(back)), task.initial.inverse])
    with report.timed("warped image"):
        warped = resampled(moving, task.fixed.image, transform)
        report.check()
    return Assembly(transform, inverse_transform, displacement, warped, on_voxels, back)


def _factors(voxels: Grid, of: Deformation) -> tuple[int, ...]:
    """Voxels between the nodes of a deformation of the whole domain, x first."""
    return tuple((n - 1) // (m - 1) for n, m in zip(voxels.shape[::-1], of.lattice.shape[::-1], strict=True))


def _field_transform(displacement: sitk.Image) -> sitk.Transform:
    """A displacement field of world vectors, float64, as a transform."""
    return sitk.DisplacementFieldTransform(sitk.Image(displacement))


def _composite(last_to_first: list[sitk.Transform]) -> sitk.CompositeTransform:
    """The composition; as SimpleITK keeps it, the last of the list is applied first. The identity is left out."""
    kept = [t for t in last_to_first if t.GetTransformEnum() != sitk.sitkIdentity]
    composite = sitk.CompositeTransform(kept)
    composite.FlattenTransform()
    return composite
