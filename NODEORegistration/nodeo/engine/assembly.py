"""From the optimised flow to what is handed out: the transforms both ways, and the warped image."""

from __future__ import annotations

import math
from dataclasses import dataclass

import SimpleITK as sitk
from torch import Tensor

from ..field.deformation import Deformation
from ..field.initial_transform import composite, field_transform
from ..field.regularity import Folding
from ..geometry.grid import Grid
from ..geometry.sampling import dense
from ..models.base import Task
from ..progress import Reporter
from ..settings import Settings
from .moving_side import mended
from .warping import warped_image

_NEAR = 1e-4  # of a step between nodes


@dataclass(frozen=True)
class Assembly:
    """What a registration hands out, not yet measured.

    Attributes:
        transform: φ, fixed world -> moving world.
        inverse: φ⁻¹.
        displacement: u in φ(x) = A(x + u(x)), world mm, float64.
        warped: the moving image on the fixed grid.
        forward: u [k, D, H, W] in local mm at every voxel of the domain, on the device that works.
        inverse_folding: of φ⁻¹ at the moving voxels.
    """

    transform: sitk.Transform
    inverse: sitk.Transform
    displacement: sitk.Image
    warped: sitk.Image
    forward: Tensor
    inverse_folding: Folding


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
    forward, factors = unit * deformation.displacement, _factors(voxels, deformation)
    with report.timed("transforms"):
        report.tell("Transforms", "transforms")
        if settings.dense_field:
            forward, factors = dense(forward, factors), (1,) * len(factors)
        displacement = task.domain.nodes(factors).vector_image(forward)
        transform = composite([task.initial.transform, field_transform(displacement)])
        back, nodes_back = unit * inverse.displacement, task.domain.of_shape(inverse.lattice.shape)
        report.tell("Transforms", "transforms", 0.3)
        inverse_transform, inverse_folding = mended(task, back, nodes_back, _packable(nodes_back))
    with report.timed("warped image"):
        report.tell("Warped image", "warped image")
        forward = dense(forward, factors)
        warped = warped_image(moving, task, forward, transform)
    return Assembly(transform, inverse_transform, displacement, warped, forward, inverse_folding)


def _packable(nodes: Grid) -> float:
    """A power of two, mm, so small that no node needs to be told nearer; a file packs multiples of it well."""
    return 2.0 ** math.floor(math.log2(_NEAR * min(nodes.step)))


def _factors(voxels: Grid, of: Deformation) -> tuple[int, ...]:
    """Voxels between the nodes of a deformation of the whole domain, x first."""
    return tuple((n - 1) // (m - 1) for n, m in zip(voxels.shape[::-1], of.lattice.shape[::-1], strict=True))
